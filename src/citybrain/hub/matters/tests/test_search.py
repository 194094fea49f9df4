"""Everyday words, typing errors and sounds find the right matter first; browsing counts what is there."""

import pytest

from citybrain.hub.matters import api as matters
from citybrain.kernel.errors import NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("开饭店", "food-licence-new"),
        ("我想开饭店，怎么办", "food-licence-new"),
        ("食品经营许可新办", "food-licence-new"),
        ("食品证到期", "food-licence-renew"),
        ("饭店换老板", "food-licence-change"),
        ("饭店不开了", "food-licence-cancel"),
        ("食品经营许可注销", "food-licence-cancel"),
        ("食品经应许可延续", "food-licence-renew"),
        ("开范店", "food-licence-new"),
        ("shipinjingyingxukebiangeng", "food-licence-change"),
        ("spjyxkyx", "food-licence-renew"),
        ("renewal of a food", "food-licence-renew"),
        ("cancelation of food", "food-licence-cancel"),
        ("ＫＡＩ饭店", "food-licence-new"),
    ],
)
def test_what_people_type_finds_the_matter(typed, first):
    found = matters.search(typed)
    assert found
    assert found[0].key == first


@pytest.mark.parametrize(
    "typed", ["", "   ", "%", "'", "a' | 'b", "\\", "\x00", "((((", "&|!:*", "宇宙飞船发射", "x" * 5000]
)
def test_strange_queries_find_nothing_wrong(typed):
    assert all(entry.score > 0 for entry in matters.search(typed))


def test_why_an_entry_was_found_is_told():
    assert matters.search("开饭店")[0].why == "开饭店"


def test_filters_narrow_a_search():
    assert matters.search("食品", department="scjg")
    assert matters.search("食品", department="gaj") == []
    assert matters.search("食品", served="government") == []


def test_a_suspended_matter_leaves_search_and_cannot_be_applied_for():
    from citybrain.hub.identity import api as identity
    from citybrain.kernel.actor import Actor
    from citybrain.kernel.errors import Conflict

    matters.suspend("food-licence-new", by=Actor.system("tests"), reason="系统升级")
    assert "food-licence-new" not in [e.key for e in matters.search("开饭店")]
    with pytest.raises(Conflict) as refused:
        matters.start("food-licence-new", by=identity.stand_in_citizen(), answers={})
    assert "系统升级" in refused.value.safe


def test_every_axis_can_be_browsed():
    for axis in ("life_event", "person_topic", "corp_topic", "group", "department", "audience", "place"):
        views = matters.browse(axis)
        assert views
        assert matters.in_theme(axis, views[0].key)
    with pytest.raises(NotFound):
        matters.browse("planet")


def test_popular_comes_with_the_frequent_first():
    assert matters.popular(3)[0].key == "food-licence-new"
