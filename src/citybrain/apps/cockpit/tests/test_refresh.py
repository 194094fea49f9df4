"""Snapshots: computed once for all screens, pushed only when something changed."""

from datetime import timedelta
from uuid import uuid4

import pytest

from citybrain.apps.cockpit import tasks
from citybrain.apps.cockpit.actions import keep_happening as keeping
from citybrain.apps.cockpit.actions.refresh_board import channel, refresh_board
from citybrain.apps.cockpit.models import Happening, Snapshot
from citybrain.apps.cockpit.tests.factories import board, figure
from citybrain.kernel import clock
from citybrain.kernel.models import LiveEvent

pytestmark = pytest.mark.django_db


def pushed() -> list[dict]:
    return [e.payload for e in LiveEvent.objects.filter(channel=channel("city")).order_by("id")]


def test_a_change_is_kept_and_pushed_once(city, totals):
    row = board()
    assert refresh_board(row) is True
    assert refresh_board(row) is False
    assert [p["version"] for p in pushed()] == [1]
    totals.figures["SVC01"] = figure("SVC01", "7")
    assert refresh_board(row) is True
    assert [p["version"] for p in pushed()] == [1, 2]
    assert Snapshot.objects.get().content["receipts"]["value"] == "7"


def test_an_unchanged_board_still_says_when_it_was_looked_at(city, totals):
    row = board()
    with clock.freeze("2026-11-23T09:00"):
        refresh_board(row)
    with clock.freeze("2026-11-23T09:05"):
        refresh_board(row)
    kept = Snapshot.objects.get()
    assert kept.checked_at - kept.changed_at == timedelta(minutes=5)


def test_a_changed_definition_is_a_change(city, totals):
    refresh_board(board())
    row = board()
    row.hash = "other"
    assert refresh_board(row) is True


def test_the_loop_leaves_a_fresh_board_alone(city, totals, monkeypatch):
    board()
    monkeypatch.setattr(tasks, "SHARE", 0)
    monkeypatch.setattr(tasks, "_rest_until", {})
    tasks.refresh_boards()
    tasks.refresh_boards()
    assert totals.asked == 1
    with clock.travel(timedelta(seconds=6)):
        tasks.refresh_boards()
    assert totals.asked == 2


def test_after_a_slow_turn_a_board_rests_in_proportion(city, totals, monkeypatch):
    board()
    monkeypatch.setattr(tasks, "_rest_until", {})
    ticks = iter([0.0, 2.0, 30.0, 41.0, 41.5])
    monkeypatch.setattr(tasks, "monotonic", lambda: next(ticks))
    tasks.refresh_boards()  # takes two seconds: rests until 40
    with clock.travel(timedelta(seconds=30)):
        tasks.refresh_boards()
        assert totals.asked == 1
        tasks.refresh_boards()
        assert totals.asked == 2


def test_what_is_pushed_is_small_and_carries_no_figures(city, totals):
    refresh_board(board())
    assert set(pushed()[0]) == {"board", "version", "at"}


def test_the_stream_keeps_few_happenings_and_repeats_none(db, monkeypatch):
    monkeypatch.setattr(keeping, "_last", 0.0)
    said = {"matter": {"zh": "食品经营许可"}, "place": "350902", "state": {"zh": "已受理"}}
    one = uuid4()
    assert keeping.keep_happening(event=one, at=clock.now(), **said)
    assert not keeping.keep_happening(event=uuid4(), at=clock.now(), **said), "four a second at most"
    monkeypatch.setattr(keeping, "_last", 0.0)
    keeping.keep_happening(event=one, at=clock.now(), **said)
    assert Happening.objects.count() == 1


def test_old_happenings_go(db):
    now = clock.now()
    Happening.objects.bulk_create(
        [Happening(id=uuid4(), at=now - timedelta(minutes=n)) for n in range(keeping.KEPT + 20)]
    )
    keeping.clear_old()
    assert Happening.objects.count() == keeping.KEPT
