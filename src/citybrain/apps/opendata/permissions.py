"""Permission words of open data, and those of the case roles its machines name."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

BENCH = declare("opendata.bench", zh="查看本单位开放数据工作", en="See one's unit's work on open data")
PROPOSE = declare("opendata.propose", zh="提出数据开放", en="Propose to open data of one's unit")
MODERATE = declare(
    "opendata.moderate", zh="审核开放平台上的留言和应用", en="Moderate remarks and reuses on the portal"
)
WITHDRAW = declare("opendata.withdraw", zh="下架开放数据集", en="Withdraw open datasets")
HARVEST = declare(
    "opendata.harvest", zh="采集其他平台的开放目录", en="Harvest the catalogues of other portals"
)
declare("cases.open_proposer", zh="提出开放", en="Propose opening")
declare(
    "cases.open_checker", zh="脱敏核查和依申请受理", en="Check de-identification, take up requests for data"
)
declare("cases.open_approver", zh="批准开放", en="Approve opening")

navigation.add("open", "opendata:bench", _("Open data"), BENCH, 10, icon="globe")
navigation.add("open", "opendata:moderation", _("Remarks and reuses"), MODERATE, 20, icon="people")
navigation.add("open", "opendata:portals", _("Other portals"), HARVEST, 30, icon="globe")
