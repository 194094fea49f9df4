"""Permission words of identity. The three administrators share none that change things (三员分立)."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

DIRECTORY = declare("identity.directory", zh="查看单位名录", en="Read the directory of units")
ACCOUNTS = declare("identity.accounts", zh="管理账号", en="Manage accounts")
POSTS = declare("identity.posts", zh="提出任职", en="Propose who holds a post")
GRANTS = declare("identity.grants", zh="批准授权", en="Confirm or refuse grants")
AUDIT = declare("identity.audit", zh="查看审计日志", en="Read the audit log")
PERSONS = declare("identity.persons", zh="按用途查看人员信息", en="Read personal records with a purpose")
OWN = declare("identity.own", zh="管理本人账号与代办授权", en="Manage one's own account and delegations")

navigation.add("system", "identity:accounts", _("Accounts"), ACCOUNTS, 10, icon="people")
navigation.add("system", "identity:grants", _("Grants"), GRANTS, 20, icon="lock")
navigation.add("system", "identity:audit", _("Audit log"), AUDIT, 30, icon="list")
navigation.add("oversight", "identity:directory", _("Directory"), DIRECTORY, 80, icon="building")
navigation.add("system", "identity:account", _("My account"), "", 90, icon="user")
