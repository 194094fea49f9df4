"""Facts of a room are shared through the same door as tables of the lake."""

import pytest

from citybrain.hub.data import api as data
from citybrain.hub.data.grants.data import Filter, Wanted
from citybrain.hub.data.grants.queries.shared import shared_read
from citybrain.hub.data.models import Resource
from citybrain.hub.data.tests import factories as rows
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import FOOD
from citybrain.hub.identity.tests import factories as town

VISIT = {"organisation": "350902-scjg", "applicant": "林小梅", "phone": "13812341234", "on_time": True}


@pytest.fixture
def visited(visits):
    town.town()
    data.sync_catalogue()
    Resource.objects.filter(pk="data.visit").update(sharing="conditional")
    rows.put([{"id": n, "channel": "web" if n % 2 else "hall", **VISIT} for n in range(1, 8)])
    return visits


def read(grant, **wanted):
    return shared_read(
        grant.id, caller=factories.caller(), purpose=FOOD.word, way="api", wanted=Wanted(**wanted)
    )


def test_pages_masks_filters_and_rows_in_postgresql(visited):
    grant = factories.grant(
        resource="data.visit", items=["id", "applicant", "phone", "on_time"], masked=["phone"],
        row_filter='channel = "web"',
    )  # fmt: skip
    seen, after = [], ""
    while True:
        page = read(grant, limit=3, after=after)
        seen += page.dicts()
        after = page.next
        if not after:
            break
    assert [int(row["id"]) for row in seen] == [1, 3, 5, 7]
    assert {row["phone"] for row in seen} == {"138****1234"}
    assert len(read(grant, filters=(Filter("id", ">=", 5), Filter("on_time", "=", True))).rows) == 2
    assert [int(row["id"]) for row in read(grant, records=("3", "4")).dicts()] == [3]


def test_verification_in_postgresql(visited):
    factories.grant(resource="data.visit", items=["applicant", "on_time"], ways=["verify"])
    asked = {"purpose": FOOD.word, "resource": "data.visit", "record": "2", "by": factories.BY}
    assert data.verify_fact(**asked, item="applicant", value="林小梅").same
    assert not data.verify_fact(**asked, item="on_time", value=False).same
