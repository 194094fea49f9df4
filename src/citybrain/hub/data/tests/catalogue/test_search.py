"""Finding data by name, item, department, code, everyday word, pinyin initials; facets, sorting, export."""

import pytest

from citybrain.hub.data.catalogue.actions.describe import describe_resource
from citybrain.hub.data.catalogue.actions.index import index_resource
from citybrain.hub.data.catalogue.queries.search import facets, found
from citybrain.hub.data.models import Resource
from citybrain.hub.data.tests.factories import lake_resource
from citybrain.hub.identity.tests import factories as people


@pytest.fixture
def listed(draft, clerk):
    """The draft and two published others."""
    for key, title, owner, grade in (
        ("mzj.elderly", "高龄津贴发放", "350900-fgw", "L3"),
        ("zrzy.parcel", "不动产宗地", "350900-fgw", "L2"),
    ):
        row = lake_resource(key, title={"zh": title, "en": key}, owner=owner, grade=grade, layer="raw")
        index_resource(row)
    return draft


def keys(q, **chosen):
    return [row.pk for row in found(Resource.objects.filter(kind="lake"), q, chosen)]


@pytest.mark.parametrize(
    "q",
    [
        "食品经营许可", "经营许可", "食品 许可", "法定代表人", "scjg.licence", "301001/000001", "卫生许可", "食品证", "spjyxk", "Food licences",
        "350902-scjg", "ＳＣＪＧ．ｌｉｃｅｎｃｅ", "licence_no", "shipinjingying", "市场监管",
    ],
)  # fmt: skip
def test_it_is_found_by(listed, q):
    assert keys(q)[0] == "scjg.licence"


def test_others_are_not_found(listed):
    assert keys("高龄津贴") == ["mzj.elderly"]
    assert keys("完全没有的词语") == []
    assert len(keys("")) == 3


def test_facets_count_under_everything_else_chosen(listed):
    rows = Resource.objects.filter(kind="lake")
    by_name = {facet.name: facet for facet in facets(rows, "", {"grade": "L3"})}
    assert dict((v, n) for v, _s, n in by_name["grade"].options) == {"L2": 1, "L3": 2}
    assert dict((v, n) for v, _s, n in by_name["owner"].options) == {"350900-fgw": 1, "350902-scjg": 1}
    assert keys("", grade="L3", owner="350900-fgw") == ["mzj.elderly"]
    assert keys("", **{"class": "3"}) == ["scjg.licence"]


def test_sorting_both_ways(listed):
    up = [r.pk for r in found(Resource.objects.filter(kind="lake"), "", {}, "key")]
    assert up == sorted(up)
    down = [r.pk for r in found(Resource.objects.filter(kind="lake"), "", {}, "-key")]
    assert down == up[::-1]


def test_new_words_are_found_at_once(listed, clerk):
    describe_resource("scjg.licence", values={"keywords": ["开饭店证"]}, by=people.actor(clerk))
    assert keys("饭店证") == ["scjg.licence"]
    assert keys("食品证") == []


@pytest.mark.parametrize(
    "odd", ["'", "\\", "%", "_", "a' | 'b", ":*", "!", "(", "'\\'", "<->", "许可' | '", "\u2028"]
)
def test_odd_signs_break_nothing(listed, odd):
    keys(odd)
    facets(Resource.objects.all(), odd, {"class": odd, "owner": odd})
