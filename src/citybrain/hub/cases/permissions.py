"""Permission words of cases: one per case role, and those of the bench."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

APPLY = declare("cases.apply", zh="申请和查看本人办件", en="Apply and follow one's own cases")
WORK = declare("cases.work", zh="办理范围内的办件", en="Work on cases in scope")
READ = declare("cases.read", zh="查看范围内的办件", en="Read cases in scope")
ASSIGN = declare("cases.assign", zh="分派和移交办件", en="Assign and hand over cases")
EXPORT = declare("cases.export", zh="导出办件清单", en="Export lists of cases")
MIGRATE = declare("cases.migrate", zh="迁移办件流程版本", en="Move a running case to another machine version")
RECEIVER = declare("cases.receiver", zh="收件", en="Receive cases")
REVIEWER = declare("cases.reviewer", zh="受理和审查", en="Accept and review cases")
DECIDER = declare("cases.decider", zh="作出决定", en="Decide cases")
ISSUER = declare("cases.issuer", zh="制证", en="Make certificates")
DELIVERER = declare("cases.deliverer", zh="出件送达", en="Deliver results")
LEADER = declare("cases.leader", zh="延长和终止", en="Extend and terminate")
HALL_CHIEF = declare("cases.hall_chief", zh="回访", en="Call back")
CITY_LEADER = declare("cases.city_leader", zh="城市领导批示", en="City leader's instruction")
DATA_LIAISON = declare(
    "cases.data_liaison", zh="代表部门办理数据申请、异议和整改", en="Act for a department in data cases"
)
DATA_AUTHORITY = declare(
    "cases.data_authority", zh="数据主管部门审查", en="Check data cases for the data authority"
)
DATA_CHIEF = declare("cases.data_chief", zh="数据主管部门裁定", en="Decide disputes over data")

navigation.add("work", "cases:worklist", _("My work"), "cases.work", 10, icon="list")
navigation.add("catalogue", "cases:types", _("Case types"), "cases.work", 60, icon="settings")
