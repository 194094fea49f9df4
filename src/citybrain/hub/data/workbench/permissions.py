"""The permission word of the workbench and its place in the menu."""

from django.utils.translation import gettext_lazy as _

from citybrain.kernel.permissions import declare
from citybrain.ui import navigation

SQL = declare("data.sql", zh="在查询台用 SQL 分析可用数据", en="Ask by SQL over readable tables, masked")

navigation.add("use", "data:workbench", _("SQL workbench"), SQL, 60, icon="code")
