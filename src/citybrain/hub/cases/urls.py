"""Addresses under /cases/."""

from django.urls import include, path

from citybrain.hub.cases.rest import api
from citybrain.hub.cases.views import bench, case, files, ties, types

app_name = "cases"
urlpatterns = [
    path("", bench.worklist, name="worklist"),
    path("api/", include(api.addresses())),
    path("export.csv", bench.export, name="export"),
    path("bulk/", bench.bulk, name="bulk"),
    path("hand-over/", bench.hand_over, name="hand_over"),
    path("types/", types.index, name="types"),
    path("types/import/", types.import_bpmn, name="import_bpmn"),
    path("types/<slug:key>/", types.detail, name="type"),
    path("types/<slug:key>.bpmn", types.export_bpmn, name="export_bpmn"),
    path("<uuid:case_id>/", case.detail, name="detail"),
    path("<uuid:case_id>/act/<slug:action>/", case.act, name="act"),
    path("<uuid:case_id>/take/<uuid:task_id>/", case.take, name="take"),
    path("<uuid:case_id>/release/<uuid:task_id>/", case.release, name="release"),
    path("<uuid:case_id>/ties/", ties.page, name="ties"),
    path("<uuid:case_id>/comment/", case.comment, name="comment"),
    path("<uuid:case_id>/attach/", files.attach, name="attach"),
    path("<uuid:case_id>/files/<uuid:attachment_id>/", files.download, name="attachment"),
    path("<uuid:case_id>/files/<uuid:attachment_id>/preview/", files.preview, name="preview"),
    path("<uuid:case_id>/documents/<uuid:document_id>/", files.document, name="document"),
]
