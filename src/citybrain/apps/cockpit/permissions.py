"""Permission words of the cockpit and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("cockpit.view", zh="查看领导驾驶舱", en="See the cockpit")

navigation.add("oversight", "cockpit:home", _("Cockpit"), VIEW, 10, icon="chart")
