"""Permission words of collecting."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

COLLECT = declare("data.collect", zh="汇聚本单位数据", en="Collect data of one's unit")
CONTRACTS = declare("data.contracts", zh="管理社会数据统采合同", en="Keep contracts of bought data")

navigation.add("collect", "data:collections", _("Collecting"), COLLECT, 10, icon="upload")
navigation.add("collect", "data:sources", _("Sources"), COLLECT, 20, icon="plug")
navigation.add("collect", "data:contracts", _("Bought data"), CONTRACTS, 30, icon="wallet")
