"""The door of messages: send, read, choose channels, watch deliveries."""

from citybrain.hub.messages.actions.deliver import deliver_due
from citybrain.hub.messages.actions.reading import mark_read, retry_delivery, set_preferences
from citybrain.hub.messages.actions.receipts import note_receipt
from citybrain.hub.messages.actions.send import send
from citybrain.hub.messages.data import (
    DeliveryRecord,
    MessageRecord,
    Page,
    Preferences,
    Receipt,
    Recipient,
    Sent,
)
from citybrain.hub.messages.gateways import check_gateways, gateway_for, use_gateway
from citybrain.hub.messages.queries.deliveries import troubled
from citybrain.hub.messages.queries.inbox import inbox, message, sent_for_case, unread_count
from citybrain.hub.messages.queries.preferences import preferences

__all__ = [
    "DeliveryRecord", "MessageRecord", "Page", "Preferences", "Receipt", "Recipient", "Sent", "check_gateways",
    "deliver_due", "gateway_for", "inbox", "mark_read", "message", "note_receipt", "preferences", "retry_delivery",
    "send", "sent_for_case", "set_preferences", "troubled", "unread_count", "use_gateway",
]  # fmt: skip
