"""Permission words of indicators."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("indicators.view", zh="查看指标", en="See indicators")
WORK = declare("indicators.work", zh="处理指标预警任务", en="Work on indicator tasks")
EXPORT = declare("indicators.export", zh="导出指标", en="Export indicators")

navigation.add("oversight", "indicators:list", _("Indicators"), VIEW, 30, icon="list")
navigation.add("oversight", "indicators:tasks", _("Indicator tasks"), WORK, 31, icon="list")
