"""The menu shows what an actor may open, and nothing else."""

import pytest
from django.test import RequestFactory

from citybrain.kernel.actor import Actor
from citybrain.ui import navigation


@pytest.fixture
def entries(monkeypatch):
    """A menu of its own for the test."""
    held: dict = {}
    monkeypatch.setattr(navigation, "_entries", held)
    navigation._sections.cache_clear()
    yield held
    navigation._sections.cache_clear()


def request_of(*permissions: str, path: str = "/"):
    request = RequestFactory().get(path)
    request.actor = Actor(kind="official", permissions=frozenset(permissions))
    return request


def test_entries_need_their_permission(entries):
    navigation.add("work", "ui:gallery", "Gallery", "cases.work")
    assert navigation.menu(request_of()) == []
    assert navigation.menu(request_of("cases.work"))[0]["items"][0]["title"] == "Gallery"


def test_an_entry_of_a_room_that_is_not_installed_is_left_out(entries):
    navigation.add("work", "nowhere:page", "Nowhere", "")
    assert navigation.menu(request_of()) == []


def test_order_then_name_and_the_current_page_is_the_longest_match(entries):
    navigation.add("work", "ui:accessibility", "B", "", 20)
    navigation.add("work", "ui:gallery", "A", "", 10)
    items = navigation.menu(request_of(path="/ui/gallery/bench/"))[0]["items"]
    assert [i["title"] for i in items] == ["A", "B"]
    assert [i["current"] for i in items] == [True, False]


def test_an_unknown_section_is_refused(entries):
    with pytest.raises(ValueError, match="section"):
        navigation.add("elsewhere", "ui:gallery", "x", "")


def test_nobody_signed_in_sees_no_menu(entries):
    navigation.add("work", "ui:gallery", "Gallery", "")
    assert navigation.menu(None) == []
    assert navigation.menu(RequestFactory().get("/")) == []


def test_a_long_menu_folds_the_sections_one_is_not_in(entries, monkeypatch):
    monkeypatch.setattr(navigation, "LONGEST", 1)
    navigation.add("work", "ui:gallery", "Gallery", "")
    navigation.add("data", "ui:accessibility", "Statement", "")
    inside = navigation.menu(request_of(path="/ui/gallery/"))
    assert [s["open"] for s in inside] == [True, False]
    assert all(s["open"] for s in navigation.menu(request_of(path="/elsewhere/")))
    monkeypatch.setattr(navigation, "LONGEST", 2)
    assert all(s["open"] for s in navigation.menu(request_of(path="/ui/gallery/")))
