"""CKAN's read interface: shapes its clients rely on, refusals in its form, no way in through a parameter."""

import json

import pytest

from citybrain.apps.opendata.tests import factories
from citybrain.apps.opendata.views import asked

pytestmark = pytest.mark.django_db
ACTION = "/opendata/api/3/action"


def get(client, action, **said):
    answer = client.get(f"{ACTION}/{action}", said)
    return answer.status_code, answer.json()


def result(client, action, **said):
    status, made = get(client, action, **said)
    assert status == 200, made
    assert made["success"] is True
    assert action in made["help"]
    return made["result"]


def csv_resource(client, slug):
    return next(r for r in result(client, "package_show", id=slug)["resources"] if r["format"] == "CSV")


def test_packages_are_listed_shown_and_found(client, days):
    assert result(client, "package_list") == [days.slug]
    assert client.get("/opendata/api/action/package_list").json()["result"] == [days.slug]
    by_name = result(client, "package_show", id=days.slug)
    assert by_name == result(client, "package_show", id=str(days.pk))
    assert by_name["organization"]["name"] == "350902-scjg"
    assert by_name["groups"][0]["name"] == "health"
    assert {r["format"] for r in by_name["resources"]} == {"CSV", "XLSX", "JSON", "NDJSON", "PARQUET"}
    found = result(
        client, "package_search", q="门诊", **{"facet.field": '["organization", "groups", "license_id"]'}
    )
    assert found["count"] == 1
    assert found["search_facets"]["groups"]["items"] == [
        {"name": "health", "display_name": "医疗卫生", "count": 1}
    ]
    assert result(client, "package_search", q="nothing")["count"] == 0
    assert result(client, "current_package_list_with_resources", limit=1)[0]["name"] == days.slug


@pytest.mark.parametrize(
    ("fq", "count"),
    [("organization:350902-scjg", 1), ('groups:"health"', 1), ("groups:places", 0), ("tags:clinic", 1), ("res_format:CSV", 1),
     ("license_id:cc-by-4.0 AND groups:health", 1), ("+organization:350902-scjg +groups:places", 0), ("name:other", 0)],
)  # fmt: skip
def test_filters_narrow(client, days, fq, count):
    assert result(client, "package_search", fq=fq)["count"] == count


def test_lists_of_organisations_groups_and_tags(client, days):
    assert result(client, "organization_list") == ["350902-scjg"]
    assert result(client, "organization_list", all_fields="true")[0]["package_count"] == 1
    assert (
        result(client, "organization_show", id="350902-scjg", include_datasets="true")["packages"][0]["name"]
        == days.slug
    )
    assert result(client, "group_list") == ["health"]
    assert result(client, "group_show", id="health")["package_count"] == 1
    assert set(result(client, "tag_list")) == {"门诊", "clinic"}
    assert result(client, "status_show")["ckan_version"].startswith("2.")


def test_rows_by_get_and_by_post(client, days):
    resource = csv_resource(client, days.slug)
    assert resource == result(client, "resource_show", id=resource["id"])
    found = result(client, "datastore_search", resource_id=resource["id"], filters='{"kind": "makeup"}')
    assert (found["total"], found["records"][0]["date"], found["records"][0]["workday"]) == (
        1,
        "2026-01-04",
        True,
    )
    sent = {
        "resource_id": resource["id"],
        "limit": 2,
        "offset": 1,
        "fields": ["date"],
        "filters": {"weekday": [6, 7]},
    }
    answer = client.post(
        f"{ACTION}/datastore_search", json.dumps(sent), content_type="application/json"
    ).json()
    assert answer["result"]["records"] == [{"date": "2026-01-04"}, {"date": "2026-01-10"}]
    assert answer["result"]["total"] == 104
    assert result(client, "datastore_search", resource_id=resource["id"], q="元旦")["total"] == 1
    assert result(client, "datastore_search", resource_id=resource["id"], limit=0)["records"] == []


def test_refusals_are_in_ckans_form(client, days):
    assert get(client, "package_show", id="none")[0] == 404
    assert get(client, "package_show", id="none")[1]["error"]["__type"] == "Not Found Error"
    status, made = get(client, "package_show")
    assert (status, made["success"], made["error"]["__type"]) == (409, False, "Validation Error")
    assert "id" in made["error"]
    assert get(client, "package_create", name="x")[0] == 404
    for said in (
        {"fq": "title:x OR 1=1"},
        {"fq": "secret:x"},
        {"sort": "drop table"},
        {"rows": "-1"},
        {"rows": "x"},
    ):
        assert get(client, "package_search", **said)[0] == 409, said


ODD = [
    "' OR 1=1 --",
    "'; DROP TABLE opendata_opendataset; --",
    '"',
    "\\",
    "%",
    "_",
    "{}",
    "[]",
    "null",
    "0x41",
    "a" * 3000,
    "🐟",
    "\u202e",
]


@pytest.mark.parametrize("odd", ODD)
def test_no_parameter_is_a_way_in(client, days, odd, monkeypatch):
    monkeypatch.setattr(asked, "ANONYMOUS", (10_000, 60.0))
    resource = csv_resource(client, days.slug)["id"]
    for action in ("package_list", "package_search", "package_show", "resource_show", "organization_show", "group_show", "tag_list",
                   "datastore_search", "current_package_list_with_resources"):  # fmt: skip
        for name in (
            "id",
            "q",
            "fq",
            "sort",
            "rows",
            "start",
            "limit",
            "offset",
            "filters",
            "fields",
            "facet.field",
            "resource_id",
        ):
            said = {"resource_id": resource, name: odd}
            status, made = get(client, action, **said)
            assert status in (200, 404, 409), (action, name)
            assert "psycopg" not in json.dumps(made)
    for said in (
        {"filters": {odd: odd}},
        {"filters": {"name": odd}},
        {"fields": [odd]},
        {"q": odd},
        {"filters": odd},
        {"q": {"a": odd}},
    ):
        sent = json.dumps({"resource_id": resource, **said})
        answer = client.post(f"{ACTION}/datastore_search", sent, content_type="application/json")
        assert answer.status_code in (200, 404, 409), said
    assert result(client, "datastore_search", resource_id=resource, q=odd[:300])["total"] == 0 or odd in (
        "_",
    )
    for name in ("q", "columns", "limit", "offset", "kind", odd[:50]):
        assert client.get(f"/opendata/api/datasets/{days.slug}/rows", {name: odd}).status_code in (200, 422)
    assert (
        client.get(
            "/opendata/search/", {n: odd for n in ("q", "theme", "provider", "order", "page", "alive")}
        ).status_code
        == 200
    )


@pytest.mark.parametrize("body", ["", "[]", "{", "[" * 100_000, '"x"', "1"])
def test_broken_bodies_are_refused(client, db, body):
    answer = client.post(f"{ACTION}/package_search", body, content_type="application/json")
    assert answer.status_code in (200, 409)


def test_rows_can_be_paged_filtered_and_chosen(client, days):
    address = f"/opendata/api/datasets/{days.slug}/rows"
    made = client.get(address, {"workday": "true", "columns": "date,kind", "limit": 100}).json()
    assert made["rows"][0] == {"date": "2026-01-02", "kind": "weekday"}
    count, following = len(made["rows"]), made["next"]
    while following:
        more = client.get(following.removeprefix("http://testserver")).json()
        count, following = count + len(more["rows"]), more["next"]
    assert count == made["total"]
    assert client.get(address, {"kind": ["makeup", "holiday"]}).json()["total"] == 2
    assert client.get(address, {"none": "1"}).status_code == 422
    assert client.get(address, {"weekday": "monday"}).status_code == 422


def test_quotas_hold_and_a_key_gives_more(client, days, citizen, monkeypatch):
    from citybrain.apps.opendata.actions import keys
    from citybrain.hub.identity.tests import factories as people

    monkeypatch.setattr(asked, "ANONYMOUS", (3, 60.0))
    address = f"/opendata/api/datasets/{days.slug}/rows"
    assert [client.get(address).status_code for _n in range(4)] == [200, 200, 200, 429]
    status, made = get(client, "package_list")
    assert (status, made["success"], made["error"]["__type"]) == (429, False, "Rate Limit Error")
    key = keys.make_key("tests", by=people.actor(citizen))
    assert client.get(address, headers={"x-api-key": key}).status_code == 200
    assert client.get(address, headers={"authorization": key}).status_code == 200
    assert client.get(address, headers={"x-api-key": "nd_wrong"}).status_code == 401


def test_draft_resources_have_no_rows(client, days, lake):
    factories.resource()
    draft = factories.draft("hidden")
    from uuid import uuid5

    assert get(client, "datastore_search", resource_id=str(uuid5(draft.pk, "csv")))[0] == 404
    assert get(client, "resource_show", id=str(uuid5(draft.pk, "csv")))[0] == 404
