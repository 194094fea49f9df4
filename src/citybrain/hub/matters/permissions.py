"""Permission words of the catalogue, and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("matters.view", zh="查看事项目录全部要素", en="Read every element of the catalogue")
EDIT = declare("matters.edit", zh="编辑、发布和暂停事项", en="Edit, publish and suspend matters")

navigation.add("catalogue", "matters:listing", _("Catalogue of matters"), VIEW, 10, icon="list")
