"""Deliveries: never lost, never twice."""

from datetime import timedelta
from uuid import UUID

import pytest

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.actions.receipts import collect_receipts
from citybrain.hub.messages.data import Receipt
from citybrain.hub.messages.domain.retries import MOST_ATTEMPTS
from citybrain.hub.messages.gateways import use_gateway
from citybrain.hub.messages.models import Delivery
from citybrain.hub.messages.ports import GatewayBusy, GatewayRefused
from citybrain.hub.messages.tests.factories import ADMIN, LIN, SYSTEM, Gateway, notice
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry

pytestmark = pytest.mark.django_db


def queue(channels=("inbox", "sms"), phone="13812341234", email="", key="k1", template="acceptance"):
    if not messages.sent_for_case(UUID(int=1)):
        notice(template, channels=list(channels), sms={"zh": "{matter_name}已受理", "en": "accepted"})
    return messages.send(
        template=template, to=messages.Recipient(person_id=LIN.person_id, phone=phone, email=email),
        context={"matter_name": "食品\n经营", "case_no": "1", "at": ""}, key=key, by=SYSTEM, case_id=UUID(int=1),
    )  # fmt: skip


def state():
    row = Delivery.objects.get()
    return row.state, row.attempts


def test_a_text_message_goes_out_once(sms):
    queue()
    assert messages.deliver_due() == 1
    assert messages.deliver_due() == 0
    (call,) = sms.calls
    assert (call["phone"], call["text"]) == ("13812341234", "食品 经营已受理")
    assert state() == ("sent", 1)


def test_mail_has_a_subject_without_line_breaks(mail, sms):
    queue(channels=("inbox", "mail"), email="lin@example.com")
    messages.deliver_due()
    (call,) = mail.calls
    assert call["subject"] == "受理：食品 经营"
    assert "Case 1" in call["text"]
    assert not sms.calls


def test_a_busy_gateway_is_tried_again_later(sms):
    sms.fail = [GatewayBusy("down"), GatewayBusy("down")]
    with clock.freeze("2026-11-23T09:00"):
        queue()
        messages.deliver_due()
        assert state() == ("failed", 1)
        assert messages.deliver_due() == 0
        with clock.travel(timedelta(seconds=30)):
            messages.deliver_due()
        with clock.travel(timedelta(minutes=5)):
            messages.deliver_due()
    assert state() == ("sent", 3)
    assert len(sms.sent) == 1


def test_an_endless_outage_ends_with_a_person(sms):
    sms.fail = [GatewayBusy("down")] * 50
    with clock.freeze("2026-11-23T09:00"):
        queue()
        for hours in range(MOST_ATTEMPTS + 3):
            with clock.travel(timedelta(hours=3 * hours)):
                messages.deliver_due()
    assert state() == ("dead", MOST_ATTEMPTS)


def test_a_refused_address_is_not_tried_again(sms):
    sms.fail = [GatewayRefused("no such number")]
    queue()
    messages.deliver_due()
    assert state() == ("dead", 1)


@pytest.mark.parametrize(("idempotent", "after", "calls"), [(True, "sent", 2), (False, "dead", 1)])
def test_a_crash_in_the_middle_never_sends_twice(idempotent, after, calls, sms):
    gateway = Gateway(idempotent=idempotent)
    use_gateway("sms", gateway)
    with clock.freeze("2026-11-23T09:00"):
        queue()
        messages.deliver_due()  # sent, but suppose the process died before noting it:
        Delivery.objects.update(state="sending", next_at=clock.now() + timedelta(minutes=2))
        assert messages.deliver_due() == 0
        with clock.travel(timedelta(minutes=3)):
            messages.deliver_due()
    assert state()[0] == after
    assert len(gateway.calls) == calls
    assert len(gateway.sent) == 1


def test_an_error_with_an_unknown_end_waits_for_a_person_when_the_gateway_cannot_tell(sms):
    gateway = Gateway(idempotent=False)
    gateway.fail = [ConnectionResetError("in the middle")]
    use_gateway("sms", gateway)
    queue()
    messages.deliver_due()
    assert state() == ("dead", 1)
    assert Delivery.objects.get().error.startswith("unknown_end")


def test_an_address_comes_from_identity_and_its_absence_is_noted(sms, monkeypatch):
    queue(phone="")
    messages.deliver_due()
    assert state()[0] == "skipped"
    monkeypatch.setattr(
        "citybrain.hub.messages.actions.deliver.address_of", lambda message, channel: "13900001111"
    )
    queue(phone="", key="k2")
    messages.deliver_due()
    assert sms.calls[-1]["phone"] == "13900001111"


def test_receipts_close_the_delivery(sms):
    queue()
    messages.deliver_due()
    reference = Delivery.objects.get().reference
    sms.waiting = [
        Receipt(reference, True),
        Receipt(reference, True),
        Receipt("unknown", True),
        Receipt("", True),
    ]
    assert collect_receipts() == 2
    assert state()[0] == "receipted"
    messages.note_receipt(Receipt(reference, False, "late"), channel="sms")
    assert state()[0] == "receipted"


def test_a_receipt_of_failure_shows_to_the_administrator(sms):
    queue()
    messages.deliver_due()
    assert messages.note_receipt(Receipt(Delivery.objects.get().reference, False, "off"), channel="sms")
    (row,) = messages.troubled(ADMIN).items
    assert (row.state, row.error, row.address) == ("dead", "undelivered: off", "138****1234")


def test_a_person_can_try_again(sms):
    sms.fail = [GatewayRefused("blocked")]
    queue()
    messages.deliver_due()
    delivery = Delivery.objects.get()
    with pytest.raises(NotAllowed):
        messages.retry_delivery(delivery.pk, by=LIN)
    messages.retry_delivery(delivery.pk, by=ADMIN)
    messages.deliver_due()
    assert state() == ("sent", 1)
    assert AuditEntry.objects.filter(action="messages.retry_delivery").count() == 1
    with pytest.raises(Conflict):
        messages.retry_delivery(delivery.pk, by=ADMIN)
    with pytest.raises(NotFound):
        messages.retry_delivery(UUID(int=3), by=ADMIN)


def test_a_long_outage_of_the_worker_loses_nothing_and_repeats_nothing(sms):
    with clock.freeze("2026-11-23T09:00"):
        for n in range(120):
            queue(key=f"k{n}")
        with clock.travel(timedelta(minutes=30)):
            while messages.deliver_due():
                pass
    assert len(sms.calls) == len(sms.sent) == 120
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}
