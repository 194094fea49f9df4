"""Addresses of the workbench under /data/workbench/."""

from django.urls import path

from citybrain.hub.data.workbench.views import pages

urlpatterns = [
    path("workbench/", pages.workbench, name="workbench"),
    path("workbench/export/", pages.export, name="workbench_export"),
]
