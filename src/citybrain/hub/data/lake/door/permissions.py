"""Permission word of the lake's door."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

ATTACH = declare("data.attach", zh="管理外部计算引擎接入数据湖", en="Let outside engines attach to the lake")

navigation.add("lake", "data:lake_clients", _("Engines attached"), ATTACH, 20, icon="plug")
