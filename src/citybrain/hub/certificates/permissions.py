"""Permission words and menu of certificates."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

VIEW = declare("certificates.view", zh="查看本单位颁发的证照", en="View certificates issued by one's unit")
MANAGE = declare(
    "certificates.manage", zh="暂扣、吊销、注销证照", en="Suspend, revoke and cancel certificates"
)

navigation.add("work", "certificates:issued", _("Certificates issued"), VIEW, 60, icon="stamp")
