"""A department asks, the authority checks, the provider answers, a grant opens access; nobody else sees it."""

from datetime import timedelta

import pytest

from citybrain.apps.sharing.models import DataRequest
from citybrain.apps.sharing.tests import factories as f
from citybrain.hub.cases import api as cases
from citybrain.hub.data import api as data
from citybrain.hub.data.models import Resource
from citybrain.kernel import clock, events
from citybrain.kernel.errors import Conflict, Invalid


def test_data_on_condition_go_to_the_provider_and_open_a_grant(city):
    row = f.request(city.asking)
    assert (row.state, row.provider, row.consumer) == ("checking", "350900-gaj", "350900-mzj")
    f.step(row, "forward", city.officer)
    f.step(row, "agree", city.giving, conditions="仅用于核对")
    assert row.state == "serving"
    grant = data.grant(row.grant_id)
    assert (grant.consumer, grant.items, grant.state) == ("350900-mzj", ("number", "name"), "active")


def test_data_without_condition_are_granted_by_the_authority(city):
    row = f.request(city.asking, resource="gaj.station", items=["name"])
    f.step(row, "grant", city.officer)
    assert row.state == "serving"


def test_silence_escalates_and_counts_for_the_provider(city):
    row = f.step(f.request(city.asking), "forward", city.officer)
    with clock.travel(timedelta(days=30)):
        cases.fire_due_timers()
        events.deliver_own()
    row.refresh_from_db()
    assert (row.state, row.answered_late) == ("escalated", True)


def test_a_duplicate_points_to_what_is_there(city):
    f.request(city.asking)
    with pytest.raises(Conflict) as asked_already:
        f.request(city.asking)
    assert asked_already.value.code == "asked"
    row = DataRequest.objects.get()
    f.step(row, "forward", city.officer)
    f.step(row, "agree", city.giving)
    with pytest.raises(Conflict) as granted:
        f.request(city.asking)
    assert granted.value.code == "granted"


@pytest.mark.parametrize(
    ("values", "path"),
    [
        ({"items": []}, "items"), ({"items": ["nothing"]}, "items"), ({"purpose_text": ""}, "purpose_text"),
        ({"purpose_code": " "}, "purpose_code"), ({"basis": ""}, "basis"), ({"ways": ["telepathy"]}, "ways"),
        ({"months": 0}, "months"), ({"quota": -1}, "quota"),
    ],
)  # fmt: skip
def test_an_unsound_request_names_its_fields(city, values, path):
    with pytest.raises(Invalid) as refused:
        f.request(city.asking, **values)
    assert path in {p.path for p in refused.value.problems}


def test_nobody_asks_for_their_own_data(city):
    with pytest.raises(Invalid):
        f.request(city.giving)


def test_a_grant_that_ends_ends_its_request(city):
    row = f.request(city.asking, resource="gaj.station", items=["name"])
    f.step(row, "grant", city.officer)
    data.revoke_grant(row.grant_id, reason="职责调整", by=f.acting(city.officer))
    events.deliver_own()
    row.refresh_from_db()
    assert row.state == "revoked"


def test_a_revoked_request_revokes_its_grant(city):
    row = f.request(city.asking, resource="gaj.station", items=["name"])
    f.step(row, "grant", city.officer)
    f.step(row, "suspend", city.giving, reason="超范围使用")
    assert data.grant(row.grant_id).state == "suspended"
    f.step(row, "revoke", city.giving, reason="未整改")
    assert (row.state, data.grant(row.grant_id).state) == ("revoked", "revoked")


def test_another_unit_finds_nothing(city, client):
    row = f.request(city.asking)
    client.force_login(city.stranger)
    assert client.get(f"/sharing/requests/{row.pk}/").status_code == 404
    assert row.case_no not in client.get("/sharing/requests/").content.decode()
    assert client.get(f"/cases/{row.case_id}/").status_code == 404


def test_a_draft_of_another_unit_shows_no_form(city, client):
    """What a department has not published yet is nobody's business: neither its name nor its items."""
    Resource.objects.filter(pk="gaj.person").update(state="draft")
    client.force_login(city.asking)
    for answer in (
        client.get("/sharing/requests/new/gaj.person/"),
        client.post("/sharing/requests/new/gaj.person/"),
    ):
        assert answer.status_code == 404
        assert "人口" not in answer.content.decode()


def test_the_form_keeps_what_was_typed_and_names_what_is_wrong(city, client):
    client.force_login(city.asking)
    address = "/sharing/requests/new/gaj.person/"
    assert client.get(address).status_code == 200
    answer = client.post(
        address, {"items": ["name"], "purpose_text": "核对身份材料", "months": "12", "quota": "x"}
    )
    assert answer.status_code == 422
    assert "核对身份材料" in answer.content.decode()
    sent = {
        "items": ["number", "name"], "purpose_kind": "duty", "purpose_code": "mzj-aid", "purpose_text": "核对救助对象身份",
        "basis": "社会救助暂行办法", "ways": ["api"], "months": "12", "quota": "100",
    }  # fmt: skip
    done = client.post(address, sent, follow=True)
    assert DataRequest.objects.get().case_no in done.content.decode()
    assert client.post(address, sent).status_code == 409
