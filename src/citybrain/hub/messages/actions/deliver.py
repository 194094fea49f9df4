"""Handing queued deliveries to the gateways: never lost, never twice.

A delivery is claimed and committed as ``sending`` before the gateway is called, with the delivery's id as the
gateway's idempotency key. If the process dies meanwhile, the claim runs out: an idempotent gateway is simply asked
again; for another one the end is unknown and the delivery waits for a person.
"""

import logging
import time
from typing import Any

from django.db import transaction

from citybrain.hub.messages.data import Sent
from citybrain.hub.messages.domain.retries import LEASE, given_up, pause_after
from citybrain.hub.messages.gateways import gateway_for
from citybrain.hub.messages.models import Delivery
from citybrain.hub.messages.ports import GatewayBusy, GatewayRefused
from citybrain.hub.messages.queries.addresses import address_of
from citybrain.kernel import clock

log = logging.getLogger("citybrain.messages")
State = Delivery.State
BATCH = 50


def deliver_due(limit: int = BATCH) -> int:
    """Send what is due; returns how many deliveries were handled."""
    claimed = _claim(limit)
    until = time.monotonic() + LEASE.total_seconds() / 2
    for delivery, before in claimed:
        if (
            time.monotonic() > until
        ):  # a slow gateway: what was not handed over goes back before its claim runs out
            _release(delivery, before)
            continue
        _deliver(delivery, unknown_end=before == State.SENDING)
    return len(claimed)


@transaction.atomic
def _claim(limit: int) -> list[tuple[Delivery, str]]:
    now = clock.now()
    rows = (
        Delivery.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("message")
        .filter(state__in=[State.QUEUED, State.FAILED, State.SENDING], next_at__lte=now)
        .order_by("next_at")[:limit]
    )
    claimed = [(row, str(row.state)) for row in rows]
    for row, _before in claimed:
        row.state, row.attempts, row.next_at = State.SENDING, row.attempts + 1, now + LEASE
    Delivery.objects.bulk_update([row for row, _ in claimed], ["state", "attempts", "next_at"])
    return claimed


def _release(delivery: Delivery, before: str) -> None:
    delivery.state, delivery.attempts, delivery.next_at = before, delivery.attempts - 1, clock.now()
    delivery.save(update_fields=["state", "attempts", "next_at"])


def _deliver(delivery: Delivery, *, unknown_end: bool) -> None:
    address = delivery.address or address_of(delivery.message, delivery.channel)
    if not address:
        _settle(delivery, State.SKIPPED, error="no_address")
        return
    gateway = gateway_for(delivery.channel)
    if unknown_end and not gateway.idempotent:
        _settle(delivery, State.DEAD, error="unknown_end")
        return
    try:
        sent = _hand_over(delivery, address, gateway)
    except GatewayRefused as error:
        _settle(delivery, State.DEAD, error=f"refused: {error}")
    except GatewayBusy as error:
        _again(delivery, f"busy: {error}")
    except Exception as error:
        log.exception("gateway for %s failed", delivery.channel)
        if gateway.idempotent:
            _again(delivery, f"{type(error).__name__}: {error}")
        else:
            _settle(delivery, State.DEAD, error=f"unknown_end: {error}")
    else:
        _accepted(delivery, sent)


def _hand_over(delivery: Delivery, address: str, gateway: object) -> Sent:
    message = delivery.message
    title, body = message.title.get("zh", ""), message.body
    if delivery.channel == "sms":
        text = body.get("sms", {}).get("zh") or body["text"].get("zh") or title
        return gateway.send(key=str(delivery.id), phone=address, text=" ".join(text.split()))  # type: ignore[attr-defined]
    text = "\n\n".join(part for part in (body["text"].get("zh"), body["text"].get("en")) if part)
    return gateway.send(key=str(delivery.id), address=address, subject=" ".join(title.split()), text=text)  # type: ignore[attr-defined]


def _accepted(delivery: Delivery, sent: Sent) -> None:
    now = clock.now()
    delivery.reference, delivery.sent_at, delivery.error = sent.reference[:120], now, ""
    delivery.receipted_at = now if sent.arrived else None
    _settle(delivery, State.RECEIPTED if sent.arrived else State.SENT)


def _again(delivery: Delivery, error: str) -> None:
    if given_up(delivery.attempts):
        _settle(delivery, State.DEAD, error=error)
        return
    delivery.state, delivery.error = State.FAILED, error[:1000]
    delivery.next_at = clock.now() + pause_after(delivery.attempts)
    delivery.save(update_fields=["state", "error", "next_at"])


def _settle(delivery: Delivery, state: Any, *, error: str = "") -> None:
    delivery.state, delivery.next_at = state, None
    if error:
        delivery.error = error[:1000]
    delivery.save(update_fields=["state", "next_at", "error", "reference", "sent_at", "receipted_at"])
