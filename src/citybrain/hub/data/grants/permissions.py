"""Permission words of sharing."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

GRANTS = declare(
    "data.grants",
    zh="管理数据授权(暂停、恢复、收回、设置交换)",
    en="Keep data grants: suspend, resume, revoke, set up exchange",
)
KEYS = declare(
    "data.keys",
    zh="查看本单位数据授权，管理应用和密钥",
    en="See the unit's data grants, keep its applications and keys",
)

navigation.add("use", "data:grants", _("Data grants"), KEYS, 20, icon="certificate")
navigation.add("use", "data:applications", _("Applications and keys"), KEYS, 30, icon="lock")
navigation.add("use", "data:corrections", _("Corrections to confirm"), KEYS, 50, icon="bell")
