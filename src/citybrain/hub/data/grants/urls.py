"""Addresses of this topic under /data/."""

from django.urls import path

from citybrain.hub.data.grants.rest import rows

urlpatterns = [
    path("share/v1/<str:key>/rows", rows.rows, name="share_rows"),
    path("share/v1/<str:key>/batch", rows.batch, name="share_batch"),
    path("share/v1/<str:key>/verify", rows.verify, name="share_verify"),
]
