"""The inbox: one's own messages, nobody else's."""

import pytest

from citybrain.hub.messages import api as messages
from citybrain.hub.messages.tests.factories import ADMIN, AGENT, CHEN, LIN, SYSTEM, notice
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotAllowed, NotFound

pytestmark = pytest.mark.django_db


@pytest.fixture
def letters():
    notice(channels=["inbox"])
    return [
        messages.send(
            template="acceptance", to=messages.Recipient(person_id=LIN.person_id),
            context={"matter_name": f"第{n}件"}, key=f"k{n}", by=SYSTEM,
        )
        for n in range(25)
    ]  # fmt: skip


def test_newest_first_in_pages(letters):
    page = messages.inbox(LIN, size=10)
    assert (page.total, page.pages, page.number) == (25, 3, 1)
    assert page.items[0].id == letters[-1]
    assert [m.id for m in messages.inbox(LIN, page=3, size=10).items] == letters[4::-1]
    assert messages.inbox(LIN, page=99, size=10).number == 3
    assert len(messages.inbox(LIN, size=10_000).items) == 25


def test_reading_counts_down(letters):
    assert messages.unread_count(LIN) == 25
    assert messages.mark_read(LIN, letters[0]) == 1
    assert messages.mark_read(LIN, letters[0]) == 0
    assert messages.inbox(LIN, unread=True).total == 24
    assert messages.mark_read(LIN) == 24
    assert messages.unread_count(LIN) == 0


@pytest.mark.parametrize("other", [CHEN, AGENT, ADMIN, Actor.anonymous(), SYSTEM])
def test_nobody_else_reads_or_marks_them(letters, other):
    assert messages.inbox(other).total == 0
    assert messages.unread_count(other) == 0
    assert messages.mark_read(other, letters[0]) == 0
    with pytest.raises(NotFound):
        messages.message(other, letters[0])
    assert messages.unread_count(LIN) == 25


def test_counting_is_cheap(letters, django_assert_num_queries):
    with django_assert_num_queries(1):
        messages.unread_count(LIN)
    with django_assert_num_queries(2):
        messages.inbox(LIN)


def test_preferences_belong_to_an_account():
    assert messages.preferences(LIN) == messages.Preferences()
    messages.set_preferences(LIN, messages.Preferences(sms=False))
    assert messages.preferences(LIN) == messages.Preferences(sms=False)
    assert messages.preferences(CHEN) == messages.Preferences()
    with pytest.raises(NotAllowed):
        messages.set_preferences(Actor.anonymous(), messages.Preferences())


def test_failed_deliveries_are_for_the_administrator_only():
    with pytest.raises(NotAllowed):
        messages.troubled(LIN)
    assert messages.troubled(ADMIN).items == ()
