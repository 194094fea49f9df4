"""What may be granted, by whom, for how long; how a grant ends; and who is told."""

from datetime import timedelta
from uuid import uuid4

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.grants.actions.expire_grants import expire_grants, warn_of_expiry
from citybrain.hub.data.grants.data import Purpose, Wanted
from citybrain.hub.data.models import Grant, Item, Resource
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import BY, CONSUMER, FOOD
from citybrain.hub.identity.tests import factories as town
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, Invalid, NotAllowed, NotFound
from citybrain.kernel.models import AuditEntry, OutboxEvent

pytestmark = pytest.mark.usefixtures("people")


def read(grant, **values):
    given = {"caller": factories.caller(), "purpose": FOOD.word, "way": "api", "wanted": Wanted()}
    return data.shared_read(grant.id, **{**given, **values})


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"resource": "gaj.nothing"}, "resource"),
        ({"items": ["number", "secret"]}, "items"),
        ({"items": []}, "items"),
        ({"masked": ["income"]}, "masked"),
        ({"ways": ["api", "pigeon"]}, "ways"),
        ({"ways": []}, "ways"),
        ({"row_filter": "nothing = 1"}, "row_filter"),
        ({"row_filter": "name"}, "row_filter"),
        ({"expires_on": clock.today() - timedelta(days=1)}, "expires_on"),
        ({"expires_on": clock.today() + timedelta(days=3 * 366 + 1)}, "expires_on"),
        ({"consumer": "350900-nobody"}, "consumer"),
        ({"purpose": Purpose("fun", "x", "just looking")}, "purpose"),
        ({"purpose": Purpose("duty", "", "of some kind")}, "purpose"),
        ({"quota_per_day": 0}, "quota_per_day"),
        ({"basis": " "}, "purpose"),
    ],
)
def test_what_is_not_granted(values, path):
    with pytest.raises(Invalid) as refused:
        factories.grant(**values)
    assert path in {problem.path for problem in refused.value.problems}
    assert not Grant.objects.exists()


@pytest.mark.parametrize("values", [{"state": "draft"}, {"sharing": "none"}, {"alive": False}])
def test_what_is_not_published_or_not_shared_is_not_granted(values):
    Resource.objects.update(**values)
    with pytest.raises(Invalid):
        factories.grant()


def test_l4_needs_a_special_approval_and_an_item_graded_up_later_stops():
    Item.objects.filter(name="income").update(grade="L4")
    with pytest.raises(Invalid):
        factories.grant(items=["number", "income"])
    factories.grant(items=["number", "income"], special="市数据局〔2026〕12号")
    plain = factories.grant()
    Item.objects.filter(name="name").update(grade="L4")
    assert read(plain).items == ("number",)


def test_nobody_grants_data_to_their_own_unit():
    town.role("data_steward", ["data.grants"])
    clerk = town.official("clerk", town.post("data_steward", CONSUMER))
    with pytest.raises(NotAllowed):
        factories.grant(by=town.actor(clerk))
    assert AuditEntry.objects.filter(action="data.refuse_grant").exists()
    other = town.official("other", town.post("data_steward", factories.OTHER))
    assert factories.grant(by=town.actor(other)).state == "active"


def test_a_grant_tells_the_rooms_and_a_second_request_finds_it():
    made = factories.grant()
    assert OutboxEvent.objects.filter(name="data.grant_issued").count() == 1
    assert data.existing_grant("gaj.person", ["name"], CONSUMER, FOOD).id == made.id
    assert data.existing_grant("gaj.person", ["income"], CONSUMER, FOOD) is None
    assert data.existing_grant("gaj.person", ["name"], CONSUMER, Purpose("duty", "x", "")) is None
    assert (
        [g.id for g in data.grants_of(CONSUMER)] == [g.id for g in data.grants_on("gaj.person")] == [made.id]
    )
    assert data.grant(made.id) == made
    with pytest.raises(NotFound):
        data.grant(uuid4())


def test_suspended_and_revoked_grants_give_nothing():
    made = factories.grant()
    data.suspend_grant(made.id, reason="投诉核查", by=BY)
    with pytest.raises(NotAllowed) as refused:
        read(made)
    assert refused.value.code == "suspended"
    data.resume_grant(made.id, reason="核查完毕", by=BY)
    assert len(read(made).rows) == 3
    data.revoke_grant(made.id, reason="职责调整", by=BY)
    with pytest.raises(NotAllowed) as refused:
        read(made)
    assert refused.value.code == "revoked"
    with pytest.raises(Conflict):
        data.resume_grant(made.id, reason="again", by=BY)
    assert OutboxEvent.objects.filter(name="data.grant_ended").count() == 2
    with pytest.raises(Invalid):
        data.revoke_grant(factories.grant().id, reason=" ", by=BY)


def test_a_grant_ends_on_its_day_and_the_consumer_was_told():
    made = factories.grant(expires_on=clock.today() + timedelta(days=20))
    assert (warn_of_expiry(), warn_of_expiry()) == (1, 0)
    with clock.travel(timedelta(days=15)):
        assert (warn_of_expiry(), warn_of_expiry()) == (1, 0)
    assert expire_grants() == 0
    with clock.travel(timedelta(days=21)):
        with pytest.raises(NotAllowed) as refused:
            read(made)
        assert refused.value.code == "expired"
        assert expire_grants() == 1
    assert data.grant(made.id).state == "expired"


def test_purpose_way_consumer_and_resource_are_the_grants_own():
    made = factories.grant(ways=["verify"])
    with pytest.raises(NotAllowed) as refused:
        read(made)
    assert refused.value.code == "way"
    made = factories.grant()
    with pytest.raises(NotAllowed) as refused:
        read(made, purpose="matter:other")
    assert refused.value.code == "purpose"
    for values in ({"caller": factories.caller(factories.OTHER)}, {"resource": "gaj.other"}):
        with pytest.raises(NotFound):
            read(made, **values)
    Resource.objects.update(state="withdrawn")
    with pytest.raises(NotAllowed) as refused:
        read(made)
    assert refused.value.code == "not_shared"


def test_facts_are_verified_and_fetched_inside_under_the_same_grant():
    factories.grant(masked=())
    asked = {"purpose": FOOD.word, "resource": "gaj.person", "record": factories.ROWS[0]["number"], "by": BY}
    assert data.verify_fact(**asked, item="name", value="林小梅").same
    assert not data.verify_fact(**asked, item="name", value="林").same
    assert data.fetch_facts(**asked, items=["name"]).values == {"name": "林小梅"}
    assert data.fetch_facts(**{**asked, "record": "nobody"}, items=["name"]) is None
    with pytest.raises(NotAllowed):
        data.fetch_facts(**asked, items=["income"])
    with pytest.raises(NotAllowed):
        data.fetch_facts(**asked, items=["name"], consumer=factories.OTHER)
