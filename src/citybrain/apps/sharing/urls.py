"""Addresses under /sharing/."""

from django.urls import path

from citybrain.apps.sharing.views import benches, requests, work

app_name = "sharing"
urlpatterns = [
    path("", benches.bench, name="bench"),
    path("department/", benches.department, name="department"),
    path("requests/", requests.requests, name="requests"),
    path("requests/new/<dataset:key>/", requests.new, name="request_new"),
    path("requests/<uuid:request_id>/", requests.detail, name="request"),
    path("quality/", work.quality, name="quality"),
    path("objections/", work.objections, name="objections"),
]
