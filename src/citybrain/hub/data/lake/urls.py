"""Addresses of this topic under /data/."""

from django.urls import path

from citybrain.hub.data.lake.views import pages

urlpatterns = [
    path("lake/", pages.lake, name="lake"),
    path("lake/tables/<str:key>/", pages.lake_table, name="lake_table"),
    path("lake/tables/<str:key>/upkeep/", pages.upkeep, name="lake_upkeep"),
]
