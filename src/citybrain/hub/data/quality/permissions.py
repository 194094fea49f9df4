"""Permission words of quality and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.hub.data.permissions import VIEW
from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

CHECK = declare(
    "data.check",
    zh="检测数据质量、查看本单位问题数据",
    en="Check quality and see problem rows of one's units",
)
RULE = declare("data.rule", zh="编写数据质量规则", en="Write quality rules")
WEIGH = declare("data.weigh", zh="设定质量评分权重", en="Set the weights of quality scores")

navigation.add("trust", "data:quality", _("Data quality"), VIEW, 10, icon="done")
