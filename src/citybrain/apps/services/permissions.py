"""What may be done in the services room."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

declare("services.apply", zh="申请办事、查看自己的办件、评价", en="Apply, follow one's own cases, rate them")
declare("services.receive", zh="在综合窗口收件", en="Receive at a comprehensive window")
declare("services.lights", zh="查看本单位办件红黄绿灯", en="See the lights of one's unit")
declare("services.ratings", zh="查看本单位评价与整改", en="See ratings and rectification of one's unit")

navigation.add("window", "services:window", _("Comprehensive window"), "services.receive", 10, icon="desk")
navigation.add("window", "services:screen", _("Call screen"), "services.receive", 20, icon="bell")
navigation.add("oversight", "services:lights", _("Lights"), "services.lights", 10, icon="light")
navigation.add("oversight", "services:ratings", _("Ratings"), "services.ratings", 20, icon="star")
