"""Addresses of this topic under /data/."""

from django.urls import path

from citybrain.hub.data.grants.rest import describe, receipts, rows

urlpatterns = [
    path("share/v1/receipts", receipts.receipts, name="share_receipts"),
    path("share/v1/receipts/<uuid:notice>", receipts.receipt, name="share_receipt"),
    path("share/v1/<str:key>/openapi.json", describe.describe, name="share_openapi"),
    path("share/v1/<str:key>/rows", rows.rows, name="share_rows"),
    path("share/v1/<str:key>/batch", rows.batch, name="share_batch"),
    path("share/v1/<str:key>/verify", rows.verify, name="share_verify"),
]
