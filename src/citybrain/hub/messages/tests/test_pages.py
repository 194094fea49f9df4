"""Pages of messages, through the whole stack of templates."""

import json

import pytest
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.models import Delivery
from citybrain.hub.messages.tests.factories import ADMIN, CHEN, LIN, SYSTEM, notice
from citybrain.hub.messages.views import events, failed, inbox
from citybrain.kernel import clock
from citybrain.kernel.crypto import hmac_sm3
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound
from citybrain.kernel.models import Delivery as DeadLetter
from citybrain.kernel.models import OutboxEvent

pytestmark = pytest.mark.django_db


def ask(view, actor, method="get", data=None, **kwargs):
    from django.contrib.messages.storage.fallback import FallbackStorage
    from django.contrib.sessions.backends.db import SessionStore

    request = getattr(RequestFactory(), method)("/messages/", data or {})
    request.actor, request.session = actor, SessionStore()
    request._messages = FallbackStorage(request)
    return view(request, **kwargs)


@pytest.fixture
def letter():
    notice(mandatory=True)
    return messages.send(
        template="acceptance", to=messages.Recipient(person_id=LIN.person_id, phone="13812341234"),
        context={"matter_name": "<b>食品</b>", "case_no": "1"}, key="k", by=SYSTEM,
    )  # fmt: skip


def test_the_inbox_lists_messages_and_escapes_what_they_say(letter):
    text = ask(inbox.inbox, LIN).content.decode()
    assert "受理：&lt;b&gt;食品&lt;/b&gt;" in text
    assert "<b>食品" not in text
    assert "受理" not in ask(inbox.inbox, CHEN).content.decode()
    with translation.override("en"):
        assert "Accepted:" in ask(inbox.inbox, LIN).content.decode()


def test_opening_a_message_marks_it_as_read(letter):
    assert "办件 1" in ask(inbox.detail, LIN, message_id=letter).content.decode()
    assert messages.unread_count(LIN) == 0
    with pytest.raises(NotFound):
        ask(inbox.detail, CHEN, message_id=letter)


def test_everything_can_be_marked_as_read(letter):
    assert ask(inbox.read_all, LIN, "post").status_code == 302
    assert messages.unread_count(LIN) == 0
    assert ask(inbox.read_all, LIN).status_code == 405


def test_preferences_are_saved(letter):
    assert ask(inbox.settings_page, LIN, "post", {"channel": ["mail", "nonsense"]}).status_code == 302
    assert messages.preferences(LIN) == messages.Preferences(inbox=False, sms=False, mail=True)
    assert 'value="mail" checked' in ask(inbox.settings_page, LIN).content.decode()


def test_the_administrator_sees_failed_deliveries_without_their_content(letter):
    Delivery.objects.filter(channel="sms").update(state="dead", error="refused: blocked")
    text = ask(failed.failed, ADMIN).content.decode()
    assert "138****1234" in text
    assert "食品" not in text
    delivery = Delivery.objects.get(channel="sms")
    assert ask(failed.retry, ADMIN, "post", delivery_id=delivery.pk).status_code == 302
    with pytest.raises(NotAllowed):
        ask(failed.failed, LIN)


def test_events_a_subscriber_gave_up_can_be_settled():
    now = clock.now()
    event = OutboxEvent.objects.create(
        name="cases.opened", aggregate="case:1", payload={}, actor=SYSTEM.as_dict(), at=now, tx=0, routed=True
    )
    letter = DeadLetter.objects.create(
        event=event,
        subscriber="x.y",
        aggregate="case:1",
        state="dead",
        next_at=now,
        created_at=now,
        error="broken",
    )
    assert "cases.opened" in ask(events.dead, ADMIN).content.decode()
    with pytest.raises(Invalid):
        ask(events.settle, ADMIN, "post", {"do": "discard"}, letter=letter.pk)
    assert ask(events.settle, ADMIN, "post", {"do": "retry"}, letter=letter.pk).status_code == 302
    DeadLetter.objects.update(state="dead")
    ask(events.settle, ADMIN, "post", {"do": "discard", "reason": "told by phone"}, letter=letter.pk)
    assert not DeadLetter.objects.exists()
    with pytest.raises(NotAllowed):
        ask(events.dead, LIN)


def test_visitors_are_sent_to_sign_in():
    assert Client().get(reverse("messages:inbox")).status_code == 302


@pytest.fixture
def receipt_key(monkeypatch):
    monkeypatch.setenv("CITYBRAIN_RECEIPT_KEY", "shared")


def report(rows, key=b"shared", channel="sms"):
    body = rows if isinstance(rows, bytes) else json.dumps(rows).encode()
    signature = hmac_sm3(key, channel.encode() + b"\n" + body).hex()
    address = reverse("messages:receipts", args=[channel])
    return Client().post(address, body, content_type="application/json", headers={"X-Signature": signature})


def test_a_gateway_reports_receipts_under_its_signature(letter, receipt_key):
    Delivery.objects.filter(channel="sms").update(state="sent", reference="r1")
    assert report([{"reference": "r1", "arrived": True}], key=b"wrong").status_code == 403
    answer = report([{"reference": "r1", "arrived": True}, {"reference": "r2", "arrived": True}])
    assert answer.json() == {"noted": 1}
    assert Delivery.objects.get(channel="sms").state == "receipted"


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b"[{}]", b"\xff", b"[[]]", json.dumps([{}] * 501).encode()]
)
def test_a_malformed_report_is_400(receipt_key, body):
    assert report(body).status_code == 400


def test_without_a_configured_key_no_report_is_taken(monkeypatch):
    monkeypatch.delenv("CITYBRAIN_RECEIPT_KEY", raising=False)
    assert report([]).status_code == 403
