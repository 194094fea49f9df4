"""Boards are data: what a pack may say, and what is refused with a readable sentence."""

import pytest
from pydantic import ValidationError

from citybrain.apps.cockpit.domain.board import BoardDocument, Card, faults
from citybrain.apps.cockpit.tests.factories import document

FIGURE = {"key": "a", "kind": "figure", "indicator": "SVC01", "title": {"zh": "甲"}}


def board(*cards: dict) -> BoardDocument:
    return BoardDocument.model_validate({"title": "板", "cards": list(cards)})


def test_the_board_that_ships_fits_and_shows_at_least_eight_live_figures():
    shipped = document()
    assert list(faults(shipped)) == []
    assert len({c.indicator for c in shipped.cards if c.kind == "figure"}) >= 8
    assert {c.kind for c in shipped.cards} == {
        "figure",
        "trend",
        "lights",
        "map",
        "stream",
        "ranking",
        "plan",
    }


def test_the_wall_is_filled_without_a_gap():
    cells = [cell for card in document().cards if card.wall for cell in card.wall.cells()]
    assert len(cells) == len(set(cells)) == 24 * 10


def test_overlapping_cards_are_refused():
    found = list(faults(board({**FIGURE, "wall": "1 1 4 2"}, {**FIGURE, "key": "b", "wall": "4 2 4 2"})))
    assert [(p, en) for p, _zh, en in found] == [(("cards", 1, "wall"), "card b overlaps a")]


@pytest.mark.parametrize(("end", "place", "words"), [
    ("wall", "22 1 4 2", "24 columns"), ("wall", "1 9 4 3", "10 rows"), ("desk", "11 1 3 2", "12 columns"),
])  # fmt: skip
def test_a_card_must_stay_on_the_grid(end, place, words):
    (_pointer, zh, en), *_more = faults(board({**FIGURE, end: place}))
    assert words in en
    assert "超出" in zh


def test_a_key_may_stand_once():
    assert [p for p, _zh, _en in faults(board(FIGURE, FIGURE))] == [("cards", 1, "key")]


@pytest.mark.parametrize("card", [
    {"key": "a", "kind": "figure", "title": "x"},
    {"key": "a", "kind": "trend", "title": "x"},
    {"key": "a", "kind": "plan", "title": "x"},
    {"key": "a", "kind": "map", "title": "x", "indicator": "A", "measure": {"dataset": "cases.case"}},
    {"key": "a", "kind": "cinema", "title": "x"},
    {"key": "A b", "kind": "lights", "title": "x"},
    {"key": "a", "kind": "lights", "title": "x", "wall": "1 1 4"},
    {"key": "a", "kind": "lights", "title": "x", "sql": "select 1"},
    {"key": "a", "kind": "figure", "title": "x", "measure": {"dataset": "cases; drop", "measure": "count"}},
    {"key": "a", "kind": "figure", "title": "x", "measure": {"dataset": "cases.case", "measure": "max:x"}},
])  # fmt: skip
def test_a_card_without_what_it_needs_is_refused(card):
    with pytest.raises(ValidationError):
        Card.model_validate(card)
