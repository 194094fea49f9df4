"""Permission words and menu of packs."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("packs.view", zh="查看场景包", en="View packs")
MANAGE = declare("packs.manage", zh="安装和停用场景包", en="Install and hide packs")

navigation.add("system", "packs:list", _("Scenario packs"), VIEW, 30, icon="file")
