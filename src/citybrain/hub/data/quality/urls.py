"""Addresses of this topic under /data/."""

from django.urls import path

from citybrain.hub.data.quality.views import pages, problems, rules

urlpatterns = [
    path("quality/", pages.board, name="quality"),
    path("quality/departments/", pages.departments, name="quality_departments"),
    path("quality/departments/<slug:code>/", pages.department, name="quality_department"),
    path("quality/valid/", pages.valid, name="quality_valid"),
    path("quality/definition/", pages.definition, name="quality_definition"),
    path("quality/definition/weigh/", pages.weigh, name="quality_weigh"),
    path("quality/rules/", rules.rules, name="quality_rules"),
    path("quality/<dataset:key>/", pages.resource, name="quality_resource"),
    path("quality/<dataset:key>/check/", problems.check, name="quality_check"),
    path("quality/<dataset:key>/rules/", rules.rules_of_resource, name="quality_rules_of"),
    path("quality/<dataset:key>/rules/new/", rules.edit, name="quality_rule_new"),
    path("quality/<dataset:key>/rules/historical/", rules.historical, name="quality_historical"),
    path("quality/<dataset:key>/rules/<slug:rule>/edit/", rules.edit, name="quality_rule"),
    path("quality/<dataset:key>/rules/<slug:rule>/switch/", rules.switch, name="quality_rule_switch"),
    path("quality/<dataset:key>/problems/<slug:rule>/", problems.rows, name="quality_problems"),
    path(
        "quality/<dataset:key>/problems/<slug:rule>/export/", problems.export, name="quality_problems_export"
    ),
]
