"""Addresses of this topic under /data/."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from citybrain.hub.data.quality.views import pages, problems, rules


class TableConverter(StringConverter):
    """``namespace.noun``; the room's own converter is registered after the topics' addresses are read."""

    regex = r"[a-z]+\.[a-z][a-z0-9_]{0,59}"


register_converter(TableConverter, "table")

urlpatterns = [
    path("quality/", pages.board, name="quality"),
    path("quality/departments/", pages.departments, name="quality_departments"),
    path("quality/departments/<slug:code>/", pages.department, name="quality_department"),
    path("quality/valid/", pages.valid, name="quality_valid"),
    path("quality/definition/", pages.definition, name="quality_definition"),
    path("quality/definition/weigh/", pages.weigh, name="quality_weigh"),
    path("quality/rules/", rules.rules, name="quality_rules"),
    path("quality/<table:key>/", pages.resource, name="quality_resource"),
    path("quality/<table:key>/check/", problems.check, name="quality_check"),
    path("quality/<table:key>/rules/", rules.rules_of_resource, name="quality_rules_of"),
    path("quality/<table:key>/rules/new/", rules.edit, name="quality_rule_new"),
    path("quality/<table:key>/rules/historical/", rules.historical, name="quality_historical"),
    path("quality/<table:key>/rules/<slug:rule>/edit/", rules.edit, name="quality_rule"),
    path("quality/<table:key>/rules/<slug:rule>/switch/", rules.switch, name="quality_rule_switch"),
    path("quality/<table:key>/problems/<slug:rule>/", problems.rows, name="quality_problems"),
    path("quality/<table:key>/problems/<slug:rule>/export/", problems.export, name="quality_problems_export"),
]
