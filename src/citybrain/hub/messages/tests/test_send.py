"""What a room that sends a message can rely on."""

import threading
from uuid import UUID

import pytest
from django.db import connection, connections, transaction

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.models import Delivery, Message
from citybrain.hub.messages.tests.factories import CHEN_FOR_FIRM, FIRM, LIN, SYSTEM, notice
from citybrain.kernel.errors import NotFound

pytestmark = pytest.mark.django_db
CONTEXT = {"matter_name": {"zh": "食品经营许可", "en": "Food licence"}, "case_no": "350902-1", "at": "2026-11-23T01:00:00+00:00"}  # fmt: skip


def send(key="k1", to=None, **more):
    recipient = to or messages.Recipient(person_id=LIN.person_id, phone="13812341234")
    values = {"template": "acceptance", "to": recipient, "context": CONTEXT, "key": key, "by": SYSTEM}
    return messages.send(**(values | more))


def test_a_message_is_worded_in_both_languages_and_lies_in_the_inbox():
    notice()
    case = UUID(int=77)
    message_id = send(case_id=case)
    (message,) = messages.inbox(LIN).items
    assert message.id == message_id
    assert message.title == {"zh": "受理：食品经营许可", "en": "Accepted: Food licence"}
    assert message.body["zh"] == "办件 350902-1 于2026年11月23日受理"
    assert message.body["en"] == "Case 350902-1 accepted on 23 November 2026"
    assert message.unread
    assert messages.sent_for_case(case) == ["acceptance"]


def test_the_same_key_says_it_once():
    notice()
    first = send()
    assert send() == first
    assert send("k2") != first
    assert send("k1", to=messages.Recipient(account_id=UUID(int=9))) != first
    assert (Message.objects.count(), Delivery.objects.filter(message=first).count()) == (3, 2)


def test_long_keys_do_not_meet():
    notice()
    assert send("x" * 300 + "a") != send("x" * 300 + "b")


@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_say_it_once():
    notice()
    gate, ids = threading.Barrier(2), []

    def both():
        gate.wait(60)
        ids.append(send("same"))
        connections.close_all()

    crowd = [threading.Thread(target=both) for _ in range(2)]
    for one in crowd:
        one.start()
    for one in crowd:
        one.join()
    assert len(set(ids)) == 1
    assert Message.objects.count() == 1
    assert Delivery.objects.count() == 2


def test_nothing_is_said_when_the_act_is_undone():
    notice()
    with transaction.atomic():
        send()
        transaction.set_rollback(True)
    assert Message.objects.count() == 0


def test_a_notice_nobody_installed_is_an_error():
    with pytest.raises(NotFound) as missing:
        send()
    assert missing.value.code == "notice_unknown"
    notice()
    assert send()  # the caller's transaction is not spoiled


def test_the_newest_version_is_used_and_hidden_ones_are_not():
    notice()
    notice(version=2, title={"zh": "新", "en": "New"}, hidden=True)
    assert Message.objects.get(pk=send()).template_version == 1
    notice(version=3, title={"zh": "更新", "en": "Newer"})
    assert Message.objects.get(pk=send("k2")).title["zh"] == "更新"


def test_muted_channels_are_silent_but_a_legal_notice_reaches_the_inbox():
    notice()
    notice("rejection", mandatory=True)
    messages.set_preferences(LIN, messages.Preferences(inbox=False, sms=False, mail=True))
    send("a")
    send("b", template="rejection")
    assert [m.template for m in messages.inbox(LIN).items] == ["rejection"]
    assert set(Delivery.objects.values_list("channel", flat=True)) == {"mail"}


def test_a_legal_persons_messages_reach_who_acts_for_it():
    notice()
    send(to=messages.Recipient(legal_person_id=FIRM))
    assert messages.unread_count(CHEN_FOR_FIRM) == 1
    assert messages.unread_count(LIN) == 0


def test_the_tables_hold_no_readable_content():
    notice()
    send()
    with connection.cursor() as cursor:
        cursor.execute("SELECT title, body FROM messages_message")
        raw = b"".join(bytes(v) for v in cursor.fetchone())
        cursor.execute("SELECT address FROM messages_delivery WHERE channel = 'sms'")
        raw += bytes(cursor.fetchone()[0])
    assert "食品".encode() not in raw
    assert b"13812341234" not in raw


def test_a_recipient_is_exactly_one():
    for wrong in ({}, {"person_id": UUID(int=1), "account_id": UUID(int=2)}):
        with pytest.raises(ValueError, match="one"):
            messages.Recipient(**wrong)
