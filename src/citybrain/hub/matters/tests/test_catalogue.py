"""Editors see every element with its marks; publishing obeys the rules; readers of the interface get JSON."""

import json

import pytest

from citybrain.hub.identity import api as identity
from citybrain.hub.matters import api as matters
from citybrain.hub.matters.actions.keep import keep_matter
from citybrain.hub.matters.models import Matter, MatterVersion
from citybrain.hub.matters.tests.factories import make_document
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid, NotAllowed, NotFound

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("catalogue")]
SYSTEM = Actor.system("tests")


def spoilt(**changes):
    document = make_document(version=2, **changes).model_copy(update={"state": "draft"})
    keep_matter("tests", make_document(), by=SYSTEM)
    return keep_matter("tests", document, by=SYSTEM)


def test_a_version_that_breaks_a_rule_is_not_published_and_says_why():
    matter = spoilt(time__promised="30 workday")
    with pytest.raises(Invalid) as refused:
        matters.publish(matter.key, by=SYSTEM, version=2)
    assert [(p.path, p.code) for p in refused.value.problems] == [("time.promised", "G15")]
    assert refused.value.problems[0].message.say("en").startswith("G15")


def test_an_editor_without_the_right_publishes_nothing():
    with pytest.raises(NotAllowed):
        matters.publish("food-licence-new", by=identity.stand_in("reviewer", "350902-scjg"))


def test_the_guide_on_a_day_is_the_version_in_force_that_day():
    from datetime import date

    keep_matter("tests", make_document(effective_from="2026-01-01"), by=SYSTEM)
    keep_matter(
        "tests", make_document(version=2, effective_from="2026-06-01", name="茶馆许可（新）"), by=SYSTEM
    )
    assert matters.guide("tea-permit", date(2026, 5, 31)).version == 1
    assert matters.guide("tea-permit", date(2026, 6, 1)).version == 2
    with pytest.raises(NotFound):
        matters.guide("tea-permit", date(2025, 12, 31))


def test_two_versions_can_be_compared():
    keep_matter("tests", make_document(), by=SYSTEM)
    keep_matter("tests", make_document(version=2, time__promised="5 workday"), by=SYSTEM)
    changed = {path: (before, after) for path, before, after in matters.compare("tea-permit", 1, 2)}
    assert changed["time.promised.value"] == (7, 5)


def test_a_used_version_is_frozen_for_its_pack():
    from citybrain.hub.matters.pack import MattersPart

    MatterVersion.objects.filter(matter__key="food-licence-new").update(used=True)
    assert MattersPart().used("food-licence", "food-licence-new", 1)
    assert not MattersPart().used("food-licence", "food-licence-new", 2)


def test_the_dataset_counts_matters():
    from citybrain.hub.data import api as data

    total = data.measure("matters.matter", measure="count")
    assert total == Matter.objects.count()
    assert (
        data.measure("matters.matter", measure="count", where="all_government_materials_substituted = true")
        >= 1
    )


@pytest.fixture
def as_actor(rf):
    """Render a view as an actor, without the sign-in pages."""
    from django.contrib.messages.storage.fallback import FallbackStorage

    def run(view, actor, *args, method="get", data=None, **kwargs):
        request = getattr(rf, method)("/matters/", data or {})
        request.actor = actor
        request.session = {}
        request._messages = FallbackStorage(request)
        return view(request, *args, **kwargs)

    return run


READER = Actor(
    kind="official",
    organisation="350902-scjg",
    name="r",
    permissions=frozenset({"matters.view", "matters.edit"}),
)


def test_the_list_and_the_page_show_marks_for_what_is_not_confirmed(as_actor):
    from citybrain.hub.matters.views import catalogue

    page = as_actor(catalogue.listing, READER, data={"q": "开饭店"}).content.decode()
    assert "食品经营许可新办" in page
    assert "待核实" in page
    page = as_actor(catalogue.detail, READER, "food-licence-new").content.decode()
    assert "待核实（依据薄弱）" in page
    assert "宁德市蕉城区市场监督管理局" in page or "蕉城区市场监督管理局" in page
    assert "<script>" not in page


def test_the_catalogue_is_exported_without_formulas(as_actor):
    from citybrain.hub.matters.views import catalogue

    keep_matter("tests", make_document(name='=cmd|"/c calc"!A1'), by=SYSTEM)
    text = as_actor(catalogue.export, READER).content.decode()
    assert "food-licence-new" in text
    assert "'=cmd" in text


def test_a_stranger_does_not_see_the_catalogue_of_editors(as_actor):
    from citybrain.hub.matters.views import catalogue

    nobody = Actor(kind="citizen", name="c", permissions=frozenset())
    with pytest.raises(NotAllowed):
        as_actor(catalogue.listing, nobody)


def test_a_blank_form_is_a_download(client):
    answer = client.get("/matters/file/food-licence-new/proxy/blank/")
    assert answer.status_code == 200
    assert "attachment" in answer["Content-Disposition"]
    assert client.get("/matters/file/food-licence-new/proxy/../").status_code == 404
    assert client.get("/matters/file/food-licence-new/layout/blank/").status_code == 404


def test_the_interface_answers_json_and_describes_itself(client):
    found = client.get("/matters/api/matters", {"q": "开饭店"}).json()
    assert found[0]["key"] == "food-licence-new"
    guide = client.get("/matters/api/matters/food-licence-new").json()
    assert guide["online_depth"] == 4
    assert len(guide["bodies"]) == 10
    assert "place" in guide["unconfirmed"]
    way = client.get("/matters/api/matters/food-licence-new/situations", {"operator": "company"}).json()
    assert way["next"]["key"] == "business_form"
    assert client.get("/matters/api/browse/department").json()[0]["key"] == "scjg"
    assert "/matters/api/matters/{key}" in client.get("/matters/api/openapi.json").json()["paths"]
    missing = client.get("/matters/api/matters/nothing-here")
    assert missing.status_code == 404
    assert json.loads(missing.content)["code"] == "not_found"


def test_an_editor_reads_topics_by_name_not_by_key():
    from citybrain.hub.matters.views.elements import element_groups

    served = next(
        g for g in element_groups(matters.guide("food-licence-new")) if g.title.en == "Whom it serves"
    )
    topics = next(row for row in served.rows if row.label.en == "Topics").lines[0]
    assert "准营准办" in topics.zh
    assert "access-permit" not in topics.zh + topics.en
