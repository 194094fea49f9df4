"""Stewards attach engines, see the secret once, shut engines out; only for their own units and namespaces."""

from datetime import timedelta

import pytest
from django.urls import reverse

from citybrain.hub.data.lake.door.domain.grants import LakeGrant
from citybrain.hub.data.models import LakeClient
from citybrain.hub.data.tests import factories
from citybrain.hub.data.tests.lakedoor.conftest import new_client
from citybrain.hub.identity.tests import factories as people
from citybrain.kernel import clock


@pytest.fixture
def keeper(lake, client):
    """A steward of 蕉城 市场监管局 who may attach engines there and may not unmask."""
    people.town()
    people.role("keeper", ["data.view", "data.attach"])
    factories.lake_resource("scjg.firm", owner="350902-scjg", grade="L2")
    factories.lake_resource("gaj.person", owner="350900-gaj")
    client.force_login(people.official("keeper", people.post("keeper", "350902-scjg")))
    return client


def form(**changed) -> dict:
    day = (clock.now() + timedelta(days=30)).date().isoformat()
    return {
        "name": "Trino", "organisation": "350902-scjg", "purpose": "月度统计", "grants": "scjg.* read\nscjg.firm write",
        "grade": "L2", "expires_at": day, **changed,
    }  # fmt: skip


def test_an_engine_is_attached_and_its_secret_shown_once(keeper):
    page = keeper.post(reverse("data:lake_client_new"), form())
    assert page.status_code == 200
    made = LakeClient.objects.get()
    assert made.grants == [
        {"namespace": "scjg", "table": "", "write": False}, {"namespace": "scjg", "table": "firm", "write": True}
    ]  # fmt: skip
    listed = keeper.get(reverse("data:lake_clients")).content.decode()
    assert "Trino" in listed
    assert made.secret_hash not in listed


@pytest.mark.parametrize(
    "changed",
    [
        {"grants": "gaj.* read"}, {"grants": "scjg.firm; DROP read"}, {"grants": ""}, {"grade": "L3"}, {"grade": "L4"},
        {"organisation": "350900-gaj"}, {"expires_at": "2020-01-01"}, {"expires_at": "2999-01-01"},
        {"expires_at": "soon"}, {"expires_at": "2026-02-31"}, {"name": ""}, {"purpose": ""},
    ],
    ids=str,
)  # fmt: skip
def test_what_is_not_the_stewards_to_give_is_named(keeper, changed):
    page = keeper.post(reverse("data:lake_client_new"), form(**changed))
    assert page.status_code == 422
    assert "error-summary" in page.content.decode()
    assert not LakeClient.objects.exists()


def test_a_client_is_shut_out_and_those_of_other_units_are_not_there(keeper):
    mine, _secret = new_client(LakeGrant("scjg"), organisation="350902-scjg")
    others, _secret = new_client(LakeGrant("gaj"))
    assert keeper.post(reverse("data:lake_client_disable", args=[mine.pk])).status_code == 302
    assert keeper.post(reverse("data:lake_client_disable", args=[mine.pk])).status_code == 409
    assert keeper.post(reverse("data:lake_client_disable", args=[others.pk])).status_code == 404
    mine.refresh_from_db()
    assert mine.disabled_at


def test_the_list_is_found_filtered_and_cheap(keeper, django_assert_max_num_queries):
    for number in range(30):
        made, _secret = new_client(LakeGrant("scjg"), organisation="350902-scjg", days=1)
        LakeClient.objects.filter(pk=made.pk).update(name=f"engine-{number:02}")
    keeper.get(reverse("data:lake_clients"))
    with django_assert_max_num_queries(6):
        page = keeper.get(reverse("data:lake_clients"), {"q": "engine-0", "state": "live"})
    text = page.content.decode()
    assert "engine-07" in text
    assert "engine-17" not in text
    assert "engine-07" not in keeper.get(reverse("data:lake_clients"), {"state": "disabled"}).content.decode()


def test_only_stewards_come_here(keeper, client, steward):
    client.force_login(steward)
    for name in ("lake_clients", "lake_client_new"):
        assert client.get(reverse(f"data:{name}")).status_code == 403
