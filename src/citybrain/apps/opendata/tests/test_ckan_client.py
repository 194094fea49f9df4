"""CKAN's own client against our portal over HTTP, and our portal harvested into a second catalogue by both ways."""

import pytest
from ckanapi import NotFound, RemoteCKAN, ValidationError

from citybrain.apps.opendata.actions import harvest
from citybrain.apps.opendata.models import OpenDataset, Portal
from citybrain.apps.opendata.tests import factories
from citybrain.apps.opendata.views import asked
from citybrain.hub.places.tests import factories as places
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db(transaction=True)
WORDS = {"title": {"zh": "行政区划", "en": "Divisions"}, "summary": {"zh": "全市行政区划代码", "en": "All divisions"},
         "provider": "350900-mzj", "provider_name": {"zh": "宁德市民政局", "en": "Civil Affairs"}, "theme": "places",
         "keywords": ["区划", "a b"], "licence": "cc0-1.0", "cycle": "half_yearly"}  # fmt: skip


@pytest.fixture
def portal(live_server, calendar, monkeypatch, settings):
    """Two datasets of two providers, served."""
    monkeypatch.setattr(asked, "ANONYMOUS", (10_000, 60.0))
    settings.PUBLIC_URL = live_server.url
    places.install("350902")
    factories.standing()
    factories.standing("divisions", "divisions", **WORDS)
    return f"{live_server.url}/opendata"


@pytest.fixture(params=[False, True], ids=["post", "get"])
def ckan(portal, request):
    """The client, asking by POST and by GET."""
    with RemoteCKAN(portal, get_only=request.param, user_agent="tests") as client:
        yield client.action


def names(found):
    return [p["name"] for p in found["results"]]


def test_the_read_part_works_through_ckans_own_client(ckan):
    assert ckan.site_read() is True
    assert ckan.status_show()["ckan_version"].startswith("2.")
    assert ckan.package_list() == ["divisions", "working-days"]
    assert ckan.package_list(limit=1, offset=1) == ["working-days"]
    shown = ckan.package_show(id="divisions")
    assert shown == ckan.package_show(id=shown["id"])
    assert shown["organization"]["title"] == "宁德市民政局"
    assert ckan.organization_list() == ["350900-mzj", "350902-scjg"]
    assert ckan.organization_list(limit=1) == ["350900-mzj"]
    org = ckan.organization_show(id=shown["organization"]["id"], include_datasets=True)
    assert (org["package_count"], [p["name"] for p in org["packages"]]) == (1, ["divisions"])
    assert set(ckan.group_list()) == {"places", "health"}
    assert ckan.group_show(id="places")["package_count"] == 1
    assert set(ckan.tag_list()) == {"门诊", "clinic", "区划", "a b"}
    assert [p["name"] for p in ckan.tag_show(id="a b", include_datasets=True)["packages"]] == ["divisions"]
    assert "rows" in ckan.help_show(name="datastore_search").lower()
    assert ckan.package_autocomplete(q="行政")[0]["name"] == "divisions"
    assert {one["id"] for one in ckan.license_list()} >= {"cc-by-4.0", "cc0-1.0"}


def test_search_words_filters_pages_order_and_facets(ckan):
    everything = ckan.package_search(q="*:*", rows=1, start=1, sort="name asc")
    assert (everything["count"], names(everything)) == (2, ["working-days"])
    assert names(ckan.package_search(sort="name desc")) == ["working-days", "divisions"]
    assert names(ckan.package_search(sort="id asc", rows=100)) == ["working-days", "divisions"]
    assert names(ckan.package_search(q="区划")) == ["divisions"]
    assert names(ckan.package_search(q="name:divisions")) == ["divisions"]
    assert ckan.package_search(q="区划 门诊")["count"] == 0
    for fq, wanted in (
        ("organization:350900-mzj", ["divisions"]), ('tags:"a b"', ["divisions"]), ("-groups:places", ["working-days"]),
        ("+groups:(places OR health) -license_id:cc0-1.0", ["working-days"]), ("res_format:CSV AND tags:区划", ["divisions"]),
        ("state:active dataset_type:dataset", ["divisions", "working-days"]), ("private:true", []), ("res_format:GeoJSON", []),
        ("metadata_modified:[2020-01-01T00:00:00Z TO *]", ["divisions", "working-days"]),
        ("metadata_modified:[* TO 2020-01-01T00:00:00Z]", []), ("frequency:half_yearly", ["divisions"]),
    ):  # fmt: skip
        assert sorted(names(ckan.package_search(fq=fq))) == wanted, fq
    found = ckan.package_search(
        rows=0, **{"facet.field": '["organization", "tags", "res_format", "license_id"]'}
    )
    items = {
        name: {i["name"]: i["count"] for i in made["items"]} for name, made in found["search_facets"].items()
    }
    assert items["organization"] == {"350900-mzj": 1, "350902-scjg": 1}
    assert items["tags"] == {"门诊": 1, "clinic": 1, "区划": 1, "a b": 1}
    assert (items["res_format"]["CSV"], items["license_id"]["cc0-1.0"]) == (2, 1)
    assert found["facets"] == items
    assert found["results"] == []


def test_rows_of_a_resource(ckan):
    resource = next(r for r in ckan.package_show(id="working-days")["resources"] if r["format"] == "CSV")
    assert ckan.resource_show(id=resource["id"]) == resource
    first = ckan.datastore_search(
        resource_id=resource["id"], limit=2, sort="date desc", fields="date,workday"
    )
    assert [r["date"] for r in first["records"]] == ["2026-12-31", "2026-12-30"]
    assert (first["total"], set(first["records"][0])) == (365, {"date", "workday"})
    later = ckan.datastore_search(resource_id=resource["id"], limit=1, offset=2, sort="workday asc, date")
    assert later["records"][0]["date"] == "2026-01-10"
    assert ckan.datastore_search(resource_id=resource["id"], q="元旦")["total"] == 1
    assert ckan.datastore_info(id=resource["id"])["meta"]["count"] == 365


def test_refusals_are_the_clients_own_errors(ckan):
    for call, said in (
        ("package_show", {"id": "none"}),
        ("organization_show", {"id": "none"}),
        ("resource_show", {"id": "x"}),
    ):
        with pytest.raises(NotFound):
            getattr(ckan, call)(**said)
    for said in ({"fq": "secret:x"}, {"fq": "tags:a OR 1=1"}, {"sort": "password asc"}, {"fq": "tags:(a AND b)"}, {"fq": "name:[a TO b]"},
                 {"fq": "metadata_modified:[x TO *]"}, {"fq": "{!parent}x"}, {"rows": -1}):  # fmt: skip
        with pytest.raises(ValidationError):
            ckan.package_search(**said)
    with pytest.raises(NotFound):
        ckan.package_create(name="x")


@pytest.mark.parametrize("kind", ["dcat", "ckan"])
def test_our_portal_harvested_into_a_second_catalogue_says_the_same(portal, settings, monkeypatch, kind):
    settings.OPENDATA_HARVEST_NETWORKS = ["127.0.0.0/8", "::1/128"]
    monkeypatch.setattr("citybrain.apps.opendata.queries.dcat.PAGE", 1)  # Hydra's pages are followed
    monkeypatch.setattr(harvest, "CKAN_ROWS", 1)
    address = {"dcat": f"{portal}/catalog/", "ckan": f"{portal}/api/3/action/package_search"}[kind]
    second = Portal.objects.create(name="二号", address=address, format=kind, made_at=clock.now())
    assert harvest.harvest_portal(second, by=factories.BY) == {
        "found": 2,
        "added": 2,
        "updated": 0,
        "missing": 0,
    }
    for own in OpenDataset.objects.filter(kind="own"):
        far = next(r for r in second.datasets.all() if r.title["zh"] == own.title["zh"])
        for name in ("title", "summary", "theme", "cycle", "licence"):
            assert getattr(far, name) == getattr(own, name), (own.slug, name)
        assert sorted(far.keywords) == sorted(own.keywords)
        assert far.provider_name["zh"] == own.provider_name["zh"]
        assert {d["format"].upper() for d in far.distributions} >= {"CSV", "XLSX", "JSON", "PARQUET"}
        assert all(d["address"].startswith(f"{portal}/datasets/{own.slug}/v1.") for d in far.distributions)
    # What was harvested stands in the catalogue that is harvested now; nothing is described twice.
    assert harvest.harvest_portal(second, by=factories.BY) == {
        "found": 2,
        "added": 0,
        "updated": 2,
        "missing": 0,
    }
