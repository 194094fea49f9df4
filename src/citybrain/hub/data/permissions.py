"""Permission words of the data room."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("data.view", zh="查看数据目录", en="See the data catalogue")
READ = declare("data.read", zh="读取数据行(按范围、脱敏)", en="Read rows of datasets, in scope, masked")
EXPORT = declare("data.export", zh="导出数据行", en="Export rows of datasets")
UNMASK = declare("data.unmask", zh="查看未脱敏数据", en="Read personal columns unmasked")
LOG = declare("data.log", zh="查看数据使用日志", en="See who read which data")
WORK = declare("data.work", zh="办理数据汇聚与治理任务", en="Do and watch data work of one's unit")

navigation.add("know", "data:catalogue", _("Data catalogue"), VIEW, 10, icon="book")
navigation.add("use", "data:log", _("Use of data"), LOG, 70, icon="eye")
navigation.add("lake", "data:jobs", _("Data jobs"), WORK, 30, icon="clock")
