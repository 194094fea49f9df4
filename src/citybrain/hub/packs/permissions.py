"""Permission words of packs."""

from citybrain.kernel.permissions import declare

VIEW = declare("packs.view", zh="查看场景包", en="View packs")
MANAGE = declare("packs.manage", zh="安装和停用场景包", en="Install and hide packs")
