"""The pages of sharing: whose grants are seen, how they end, keys shown once, corrections confirmed."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse

from citybrain.hub.data.grants.actions.corrections import broadcast_correction
from citybrain.hub.data.grants.data import Purpose
from citybrain.hub.data.grants.domain.signing import fingerprint
from citybrain.hub.data.models import CorrectionNotice, Exchange, Grant, ShareApplication, ShareKey
from citybrain.hub.data.tests.grants import factories
from citybrain.hub.data.tests.grants.factories import CONSUMER, OTHER
from citybrain.hub.data.tests.grants.test_corrections import corrected
from citybrain.hub.identity.tests import factories as town
from citybrain.kernel import clock

ROWS_URL = "/data/share/v1/gaj.person/rows"


@pytest.fixture
def liaison(people, client):
    """The liaison of the consumer, signed in."""
    town.role("liaison", ["data.view", "data.keys"])
    account = town.official("liaison", town.post("liaison", CONSUMER, reach="own"))
    client.force_login(account)
    return client


@pytest.fixture
def steward(people, client):
    """A city-wide steward, signed in."""
    town.role("data_steward", ["data.view", "data.keys", "data.grants"])
    client.force_login(town.official("steward", town.post("data_steward", "350900-zf", reach="all")))
    return client


def test_a_unit_sees_its_own_grants_only(liaison):
    own, other = factories.grant(), factories.grant(consumer=OTHER)
    page = liaison.get(reverse("data:grants")).content.decode()
    assert str(own.id) in page
    assert str(other.id) not in page
    assert liaison.get(reverse("data:grant", args=[own.id])).status_code == 200
    for name in ("grant", "grant_log"):
        assert liaison.get(reverse(f"data:{name}", args=[other.id])).status_code == 404
    assert liaison.post(reverse("data:grant_revoke", args=[own.id]), {"reason": "no"}).status_code == 403


def test_a_provider_sees_who_uses_its_data(people, client):
    grant = factories.grant()
    Grant.objects.get().resource.__class__.objects.update(owner="350902-wjw")
    town.role("liaison", ["data.keys"])
    client.force_login(town.official("provider", town.post("liaison", "350902-wjw", reach="own")))
    assert str(grant.id) in client.get(reverse("data:grants")).content.decode()
    page = client.get(reverse("data:grant", args=[grant.id])).content.decode()
    assert "X-Share-Signature" not in page


def test_lists_are_searched_and_paged(steward):
    for n in range(25):
        factories.grant(purpose=Purpose("duty", f"d{n}", f"办理第{n:02d}号职责"))
    assert "第24号" in steward.get(reverse("data:grants")).content.decode()
    assert "第00号" in steward.get(reverse("data:grants"), {"page": 2}).content.decode()
    found = steward.get(reverse("data:grants"), {"q": "第07号", "state": "active"}).content.decode()
    assert ("第07号" in found, "第08号" in found) == (True, False)
    assert steward.get(reverse("data:grants"), {"q": "nothing", "state": "revoked"}).status_code == 200


def test_pages_ask_few_questions(steward, django_assert_max_num_queries):
    made = [factories.grant() for _ in range(5)]
    with django_assert_max_num_queries(9):
        steward.get(reverse("data:grants"))
    with django_assert_max_num_queries(11):
        steward.get(reverse("data:grant", args=[made[0].id]))
    with django_assert_max_num_queries(9):
        steward.get(reverse("data:applications"))
    with django_assert_max_num_queries(9):
        steward.get(reverse("data:corrections"))


def test_a_steward_suspends_resumes_and_revokes_with_a_reason(steward):
    grant = factories.grant()
    assert steward.post(reverse("data:grant_suspend", args=[grant.id]), {"reason": ""}).status_code == 422
    for verb, state in (("suspend", "suspended"), ("resume", "active"), ("revoke", "revoked")):
        steward.post(reverse(f"data:grant_{verb}", args=[grant.id]), {"reason": "核查用途"})
        assert Grant.objects.get().state == state
        assert steward.get(reverse("data:grant", args=[grant.id])).status_code == 200
    assert steward.post(reverse("data:grant_resume", args=[grant.id]), {"reason": "again"}).status_code == 409


def test_usage_the_log_and_examples_are_on_the_page(liaison, client):
    grant = factories.grant()
    factories.Client(client).post(ROWS_URL, {}, grant.id)
    page = liaison.get(reverse("data:grant", args=[grant.id])).content.decode()
    assert "<rect" in page
    assert "openssl dgst -sm3" in page
    assert "X-Share-Signature" in page
    assert "gaj.person" in liaison.get(reverse("data:grant", args=[grant.id])).content.decode()
    assert "审批系统" in liaison.get(reverse("data:grant_log", args=[grant.id])).content.decode()


def test_a_grant_about_to_end_says_so(liaison):
    grant = factories.grant(expires_on=clock.today() + timedelta(days=3))
    assert 'class="notice' in liaison.get(reverse("data:grant", args=[grant.id])).content.decode()


def test_a_secret_is_shown_once(liaison):
    address = reverse("data:applications")
    assert liaison.post(address, {"name": "", "addresses": "nowhere"}).status_code == 422
    liaison.post(address, {"name": "审批系统", "addresses": "10.0.0.0/8，127.0.0.1"})
    made = ShareApplication.objects.get()
    assert (made.consumer, made.addresses) == (CONSUMER, ["10.0.0.0/8", "127.0.0.1/32"])
    assert liaison.post(address, {"name": "审批系统"}).status_code == 409
    shown = liaison.post(reverse("data:application_key", args=[made.pk])).content.decode()
    secret = next(word for word in re.findall(r"[A-Za-z0-9_-]{43}", shown) if fingerprint(word) in shown)
    assert secret not in liaison.get(address).content.decode()
    key = ShareKey.objects.get()
    liaison.post(reverse("data:key_rotate", args=[key.pk]))
    liaison.post(reverse("data:key_disable", args=[key.pk]))
    assert ShareKey.objects.filter(disabled_at=None).count() == 1


def test_keys_of_other_units_are_out_of_reach_even_for_a_steward(steward, client):
    other = factories.Client(client)
    assert str(other.key.id) not in steward.get(reverse("data:applications")).content.decode()
    for name, id in (
        ("application_key", other.application.pk),
        ("key_rotate", other.key.id),
        ("key_disable", other.key.id),
    ):
        assert steward.post(reverse(f"data:{name}", args=[id])).status_code == 404


def test_an_exchange_is_set_up_run_and_stopped(steward):
    grant = factories.grant(ways=["table", "file"])
    address = reverse("data:grant_exchange", args=[grant.id])
    for kind in ("", "postgresql", "sftp", "nothing"):
        assert steward.get(address, {"kind": kind}).status_code == 200
    assert steward.post(address, {"kind": "folder", "folder": "../x"}).status_code == 422
    assert steward.post(address, {"kind": "nothing"}).status_code == 422
    assert (
        steward.post(address, {"kind": "folder", "folder": "people", "every_hours": "24"}).status_code == 302
    )
    made = Exchange.objects.get()
    steward.post(reverse("data:exchange_run", args=[made.pk]))
    steward.post(reverse("data:exchange_stop", args=[made.pk]))
    made.refresh_from_db()
    assert made.state == "off"
    assert steward.get(reverse("data:grant", args=[grant.id])).status_code == 200


def test_corrections_are_confirmed_by_the_unit_concerned(liaison, client):
    grant = factories.grant()
    factories.Client(client).post(ROWS_URL, {}, grant.id)
    broadcast_correction(corrected(), by=factories.BY)
    notice = CorrectionNotice.objects.get()
    assert (
        reverse("data:correction_confirm", args=[notice.pk])
        in liaison.get(reverse("data:corrections")).content.decode()
    )
    liaison.post(reverse("data:correction_confirm", args=[notice.pk]), {"outcome": "not_kept"})
    notice.refresh_from_db()
    assert notice.outcome == "not_kept"
    assert liaison.get(reverse("data:corrections"), {"state": "all"}).status_code == 200
    CorrectionNotice.objects.update(consumer=OTHER)
    assert (
        liaison.post(reverse("data:correction_confirm", args=[notice.pk]), {"outcome": "x"}).status_code
        == 404
    )


def test_strangers_sign_in_first(people, client):
    for name in ("grants", "applications", "corrections"):
        assert client.get(reverse(f"data:{name}")).status_code == 302


def test_the_description_of_a_resource_is_sound(people, client):
    from jsonschema import Draft202012Validator

    answer = client.get("/data/share/v1/gaj.person/openapi.json")
    told = answer.json()
    assert told["openapi"] == "3.1.0"
    schemas = told["components"]["schemas"]
    for schema in schemas.values():
        Draft202012Validator.check_schema(schema)
    assert set(schemas["Row"]["properties"]) >= {"number", "name", "income"}

    def references(found):
        if isinstance(found, dict):
            yield from ([found["$ref"]] if "$ref" in found else [])
            for value in found.values():
                yield from references(value)
        elif isinstance(found, list):
            for value in found:
                yield from references(value)

    for reference in references(told):
        place = told
        for part in reference.removeprefix("#/").split("/"):
            place = place[part]
    for path in told["paths"].values():
        for operation in path.values():
            assert operation["operationId"]
            assert operation["responses"]["200"]["content"]
    assert client.get("/data/share/v1/gaj.nothing/openapi.json").status_code == 404


def test_answers_have_the_described_shape(app):
    from jsonschema import Draft202012Validator

    told = app.http.get("/data/share/v1/gaj.person/openapi.json").json()
    grant = factories.grant(items=["number", "name", "income"], masked=["number"])
    answer = app.post(ROWS_URL, {}, grant.id).json()
    schema = {"$ref": "#/components/schemas/Page", "components": told["components"]}
    Draft202012Validator(schema).validate(answer)
