"""Taking note of receipts: what arrived, what did not."""

from django.db import transaction

from citybrain.hub.messages.data import OUTSIDE, Receipt
from citybrain.hub.messages.gateways import gateway_for
from citybrain.hub.messages.models import Delivery
from citybrain.kernel import clock

State = Delivery.State


@transaction.atomic
def note_receipt(receipt: Receipt, *, channel: str) -> bool:
    """Record one receipt; True if it fits a delivery. Repeats and late receipts change nothing twice."""
    if not receipt.reference:
        return False
    row = Delivery.objects.select_for_update().filter(reference=receipt.reference, channel=channel).first()
    if row is None:
        return False
    if receipt.arrived and row.state in (State.SENT, State.DEAD):
        row.state, row.receipted_at, row.error = State.RECEIPTED, clock.now(), ""
    elif not receipt.arrived and row.state == State.SENT:
        row.state, row.error = State.DEAD, f"undelivered: {receipt.reason}"[:1000]
    row.save(update_fields=["state", "receipted_at", "error"])
    return True


def collect_receipts() -> int:
    """Ask the gateways for receipts; returns how many fitted."""
    return sum(note_receipt(r, channel=c) for c in OUTSIDE for r in gateway_for(c).receipts())
