"""Permission words of the catalogue."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

CATALOGUE = declare(
    "data.catalogue", zh="编制本单位数据目录", en="Describe the data of one's unit in the catalogue"
)
PUBLISH = declare(
    "data.publish", zh="发布和撤回数据目录", en="Publish and withdraw resources of the catalogue"
)
DUTY = declare("data.duty", zh="维护数据责任清单", en="Keep the duty list of data")

navigation.add("know", "data:duties", _("Duty list"), "data.view", 20, icon="list")
navigation.add("know", "data:suggestions", _("Findings of the scanner"), CATALOGUE, 30, icon="search")
