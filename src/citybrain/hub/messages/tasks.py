"""Loops of messages: delivering and collecting receipts."""

from citybrain.hub.messages.actions.deliver import deliver_due
from citybrain.hub.messages.actions.receipts import collect_receipts
from citybrain.kernel.loops import every


@every(seconds=1, name="messages.deliver")
def deliver() -> int:
    """Send what is due."""
    return deliver_due()


@every(seconds=30, name="messages.collect_receipts")
def receipts() -> int:
    """Ask the gateways what arrived."""
    return collect_receipts()
