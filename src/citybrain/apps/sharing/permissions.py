"""What may be done in the sharing room, and its places in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

BENCH = declare("sharing.bench", zh="查看本单位数据工作台", en="See the data bench of one's unit")
REQUEST = declare(
    "sharing.request", zh="代表本单位申请数据、提出异议", en="Ask for data and object for one's unit"
)
ALL = declare("sharing.all", zh="查看全市数据共享事务", en="See the data cases of the whole city")

navigation.add("data", "sharing:bench", _("Data bench"), BENCH, 10, icon="desk")
navigation.add("data", "sharing:department", _("My department's data"), BENCH, 20, icon="building")
navigation.add("use", "sharing:requests", _("Data requests"), BENCH, 10, icon="hands")
navigation.add("trust", "sharing:quality", _("Quality work"), BENCH, 20, icon="check")
navigation.add("use", "sharing:objections", _("Objections"), BENCH, 40, icon="alert")
