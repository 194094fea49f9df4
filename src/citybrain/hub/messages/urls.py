"""Addresses under /messages/."""

from django.urls import path

from citybrain.hub.messages.views import events, failed, inbox, receipts

app_name = "messages"
urlpatterns = [
    path("", inbox.inbox, name="inbox"),
    path("read/", inbox.read_all, name="read_all"),
    path("preferences/", inbox.settings_page, name="preferences"),
    path("failed/", failed.failed, name="failed"),
    path("failed/<uuid:delivery_id>/retry/", failed.retry, name="retry"),
    path("failed/events/", events.dead, name="events"),
    path("failed/events/<int:letter>/", events.settle, name="settle_event"),
    path("receipts/<slug:channel>/", receipts.receipts, name="receipts"),
    path("<uuid:message_id>/", inbox.detail, name="detail"),
]
