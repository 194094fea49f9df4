"""Addresses under /data/: the catalogue for officials, rows under guard, the use log."""

from django.urls import path

from citybrain.hub.data.views import catalogue, rows

app_name = "data"
urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("log/", rows.log, name="log"),
    path("<str:key>/", catalogue.detail, name="detail"),
    path("<str:key>/rows/", rows.sample, name="rows"),
    path("<str:key>/export/", rows.export, name="export"),
]
