"""The guarded door to rows: scope, masking, purpose, log."""

from datetime import UTC, datetime

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.models import ReadLog
from citybrain.hub.data.tests import factories
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid, NotAllowed
from citybrain.kernel.models import AuditEntry

WHY = "Check of the monthly report"


@pytest.fixture
def two_units(visits):
    at = datetime(2026, 11, 20, tzinfo=UTC)
    person = {"applicant": "林小梅", "phone": "13812341234", "received_at": at}
    factories.put([
        {"id": 1, "organisation": "350902-scjg", "matter": "food", **person},
        {"id": 2, "organisation": "350921-scjg", "matter": "food", **person},
    ])  # fmt: skip


def test_only_rows_of_the_own_unit_are_returned(two_units, steward):
    found = data.read(people.actor(steward), "data.visit", purpose=WHY)
    assert [row["id"] for row in found.dicts()] == [1]
    wider = data.read(people.actor(steward), "data.visit", where="id >= 0 or id < 0", purpose=WHY)
    assert len(wider.rows) == 1, "a condition cannot widen the scope"


def test_personal_columns_are_masked_and_unmasking_needs_its_own_right(two_units, steward, watcher):
    row = data.read(people.actor(steward), "data.visit", purpose=WHY).dicts()[0]
    assert (row["applicant"], row["phone"]) == ("林**", "138****1234")
    with pytest.raises(NotAllowed):
        data.read(people.actor(steward), "data.visit", purpose=WHY, unmask=True)
    plain = data.read(people.actor(watcher), "data.visit", purpose=WHY, unmask=True).dicts()[0]
    assert plain["applicant"] == "林小梅"
    assert AuditEntry.objects.filter(action="data.read", obj="dataset:data.visit").count() == 1


def test_every_reading_needs_a_purpose_and_leaves_a_line(two_units, steward):
    with pytest.raises(Invalid):
        data.read(people.actor(steward), "data.visit", purpose="  ")
    assert not ReadLog.objects.exists()
    data.read(people.actor(steward), "data.visit", columns=["id"], where="id = 1", purpose=WHY)
    line = ReadLog.objects.get()
    assert (line.dataset, line.rows, line.purpose, line.columns) == ("data.visit", 1, WHY, ["id"])
    assert line.condition == "id = 1"
    assert line.account_id == steward.pk


@pytest.mark.parametrize("actor", [Actor.anonymous(), Actor(kind="citizen"), Actor(kind="official")])
def test_nobody_reads_without_the_permission(two_units, actor):
    with pytest.raises(NotAllowed):
        data.read(actor, "data.visit", purpose=WHY)


def test_personal_rows_of_no_unit_are_for_city_wide_posts_only(two_units, steward, watcher):
    with factories.registered(factories.visits("data.loose", organisation=False)):
        with pytest.raises(NotAllowed):
            data.read(people.actor(steward), "data.loose", purpose=WHY)
        assert len(data.read(people.actor(watcher), "data.loose", purpose=WHY).rows) == 2


def test_reading_is_bounded(visits, watcher):
    factories.put([{"id": n, "organisation": "350902-scjg"} for n in range(30)])
    found = data.read(people.actor(watcher), "data.visit", columns=["id"], limit=10, purpose=WHY)
    assert (len(found.rows), found.more) == (10, True)
    with pytest.raises(Invalid):
        data.read(people.actor(watcher), "data.visit", columns=["password"], purpose=WHY)


def test_a_dataset_says_what_it_is_once():
    visits = factories.visits()
    with factories.registered(visits), pytest.raises(ValueError, match="twice"):
        data.register_dataset(factories.visits(organisation=False))
    with pytest.raises(ValueError, match="must read"):
        factories.visits("other.visit.deep")
    with pytest.raises(KeyError):
        data.Dataset(
            key="a.b", room="a", title=visits.title, columns=visits.columns, sql="x", time_column="nothing"
        )
