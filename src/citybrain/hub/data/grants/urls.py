"""Addresses of this topic under /data/: pages of sharing, and its signed interfaces for machines."""

from django.urls import path

from citybrain.hub.data.grants.rest import describe, receipts, rows
from citybrain.hub.data.grants.views import applications, corrections, exchanges, grants

urlpatterns = [
    path("grants/", grants.grants, name="grants"),
    path("grants/<uuid:id>/", grants.grant, name="grant"),
    path("grants/<uuid:id>/log/", grants.log, name="grant_log"),
    path("grants/<uuid:id>/exchange/", exchanges.exchange, name="grant_exchange"),
    path("grants/<uuid:id>/suspend/", grants.end, {"verb": "suspend"}, name="grant_suspend"),
    path("grants/<uuid:id>/resume/", grants.end, {"verb": "resume"}, name="grant_resume"),
    path("grants/<uuid:id>/revoke/", grants.end, {"verb": "revoke"}, name="grant_revoke"),
    path("exchanges/<uuid:id>/run/", exchanges.exchange_step, {"verb": "run"}, name="exchange_run"),
    path("exchanges/<uuid:id>/stop/", exchanges.exchange_step, {"verb": "stop"}, name="exchange_stop"),
    path("applications/", applications.applications, name="applications"),
    path("applications/<uuid:id>/key/", applications.key_made, name="application_key"),
    path("keys/<uuid:id>/rotate/", applications.key_step, {"verb": "rotate"}, name="key_rotate"),
    path("keys/<uuid:id>/disable/", applications.key_step, {"verb": "disable"}, name="key_disable"),
    path("corrections/", corrections.corrections, name="corrections"),
    path("corrections/<uuid:id>/", corrections.confirm, name="correction_confirm"),
    path("share/v1/receipts", receipts.receipts, name="share_receipts"),
    path("share/v1/receipts/<uuid:notice>", receipts.receipt, name="share_receipt"),
    path("share/v1/batches/<uuid:id>", rows.batch_state, name="share_batch_state"),
    path("share/v1/batches/<uuid:id>/parts/<int:number>", rows.batch_part, name="share_batch_part"),
    path("share/v1/<str:key>/openapi.json", describe.describe, name="share_openapi"),
    path("share/v1/<str:key>/rows", rows.rows, name="share_rows"),
    path("share/v1/<str:key>/batch", rows.batch, name="share_batch"),
    path("share/v1/<str:key>/verify", rows.verify, name="share_verify"),
]
