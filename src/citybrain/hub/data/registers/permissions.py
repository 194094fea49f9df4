"""Permission words of the registers."""

from django.utils.translation import gettext_lazy as _

from citybrain.hub.data.permissions import WORK
from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

FILES = declare(
    "data.files",
    zh="查阅一人一档、一企一档(须有用途)",
    en="Look into files on people and firms, for a purpose",
)
HEALTH = declare(
    "data.health", zh="查阅健康档案(敏感个人信息)", en="Look into health blocks, sensitive personal data"
)
MINORS = declare("data.minors", zh="查阅未成年人档案", en="Look into files of minors")
MATCH = declare(
    "data.match", zh="核对、合并和拆分主体记录", en="Compare, merge and split records of people and firms"
)
MODELS = declare("data.models", zh="查看和运行加工模型", en="See and run models of the layers")

navigation.add("use", "data:files", _("Files on people and firms"), FILES, 55, icon="user")
navigation.add("trust", "data:models", _("Models of the layers"), MODELS, 40, icon="layers")
navigation.add("trust", "data:pairs", _("Same or not"), MATCH, 50, icon="users")

__all__ = ["FILES", "HEALTH", "MATCH", "MINORS", "MODELS", "WORK"]
