"""The portal as people get it: search, page, files, what stays hidden."""

import io
import json
import zipfile
from datetime import timedelta

import defusedxml.ElementTree as SafeXml
import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from citybrain.apps.opendata.actions import alarms, build, release
from citybrain.apps.opendata.models import OpenDataset, Usage
from citybrain.apps.opendata.tests import factories
from citybrain.apps.opendata.views import portal
from citybrain.hub.data import api as data
from citybrain.hub.identity.tests import factories as people
from citybrain.hub.messages import api as messages
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db
PAGES = ("home", "search", "gallery", "requests", "api", "catalog", "sitemap")


def body(answer) -> bytes:
    return b"".join(answer.streaming_content)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_public_page_opens_with_and_without_data(client, calendar, name, language):
    client.cookies["django_language"] = language
    assert client.get(reverse(f"opendata:{name}")).status_code == 200
    factories.standing()
    assert client.get(reverse(f"opendata:{name}")).status_code == 200


def test_a_dataset_is_found_by_words_and_facets(client, days):
    address = reverse("opendata:search")
    for asked in (
        {"q": "门诊"},
        {"q": "clinic VISITS"},
        {"q": "weekday"},
        {"theme": "health"},
        {"provider": "350902-scjg"},
    ):
        assert days.slug in client.get(address, asked).content.decode(), asked
    for asked in ({"q": "门诊 没有"}, {"theme": "places"}, {"licence": "cc0-1.0"}):
        assert f"/{days.slug}/" not in client.get(address, asked).content.decode(), asked


def test_the_page_shows_rows_columns_and_a_description_for_search_engines(client, days):
    text = client.get(reverse("opendata:dataset", args=[days.slug])).content.decode()
    assert "2026-01-01" in text
    assert "日期" in text
    found = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert found["@type"] == "Dataset"
    assert {d["encodingFormat"] for d in found["distribution"]} >= {"text/csv", "application/json"}


def test_files_come_in_every_format_and_are_counted(client, days):
    def get(kind):
        answer = client.get(
            reverse("opendata:download", kwargs={"slug": days.slug, "number": 1, "kind": kind})
        )
        assert answer.status_code == 200, kind
        return body(answer)

    lines = get("csv").decode().splitlines()
    assert len(lines) == 366
    assert "'=元旦" in lines[1]
    assert len(json.loads(get("json"))) == 365
    assert json.loads(get("ndjson").decode().splitlines()[0])["date"] == "2026-01-01"
    assert pq.read_table(io.BytesIO(get("parquet"))).num_rows == 365
    sheet = zipfile.ZipFile(io.BytesIO(get("xlsx"))).read("xl/worksheets/sheet1.xml").decode()
    assert sheet.count("<row ") == 366
    assert "<f>" not in sheet
    assert Usage.objects.get(dataset=days).downloads == 5
    assert client.get(f"/opendata/datasets/{days.slug}/v1.geojson").status_code == 404
    assert client.get(f"/opendata/datasets/{days.slug}/v1.exe").status_code == 404


def test_places_come_as_geojson(client, lake):
    items = [("name", "text", {}), ("lon", "real", {}), ("lat", "real", {})]
    factories.resource(
        items=items,
        rows=[{"name": "三都澳", "lon": 119.6, "lat": 26.6}, {"name": "?", "lon": None, "lat": None}],
    )
    columns = {n: factories.ColumnTreatment() for n in ("name", "lon", "lat")}
    factories.published(treatment=factories.Treatment(columns=columns, longitude="lon", latitude="lat"))
    made = json.loads(body(client.get("/opendata/datasets/clinic-visits/v1.geojson")))
    assert made["features"][0]["geometry"]["coordinates"] == [119.6, 26.6]
    assert made["features"][1]["geometry"] is None
    assert made["features"][0]["properties"] == {"name": "三都澳"}


def addresses(slug):
    yield from (
        f"/opendata/datasets/{slug}/v1.{kind}" for kind in ("csv", "json", "parquet", "xlsx", "ndjson")
    )
    yield from (f"/opendata/datasets/{slug}.{kind}" for kind in ("ttl", "jsonld", "rdf"))
    yield f"/opendata/api/datasets/{slug}/rows"
    yield f"/opendata/api/3/action/package_show?id={slug}"


def test_a_withdrawn_dataset_keeps_its_page_and_nothing_else(
    client, days, system, django_capture_on_commit_callbacks
):
    before = client.get("/opendata/api/3/action/package_show", {"id": days.slug}).json()["result"]
    identifier = next(r["id"] for r in before["resources"] if r["format"] == "CSV")
    with django_capture_on_commit_callbacks(execute=True):
        release.withdraw_dataset(days.pk, reason="来源有误", by=system)
    page = client.get(reverse("opendata:dataset", args=[days.slug]))
    assert page.status_code == 200
    text = page.content.decode()
    assert "来源有误" in text
    assert "2026-01-01" not in text
    for address in addresses(days.slug):
        assert client.get(address).status_code == 404, address
    for asked in ({"resource_id": identifier}, {"resource_id": str(days.pk)}):
        assert client.get("/opendata/api/3/action/datastore_search", asked).status_code == 404
    assert client.get("/opendata/api/3/action/package_show", {"id": str(days.pk)}).status_code == 404
    assert days.slug not in client.get("/opendata/sitemap.xml").content.decode()
    assert days.slug not in client.get("/opendata/catalog.ttl").content.decode()


def test_files_of_a_withdrawn_dataset_stay_hidden_even_when_they_still_lie_there(client, days):
    OpenDataset.objects.filter(pk=days.pk).update(state="withdrawn")
    for address in addresses(days.slug):
        assert client.get(address).status_code == 404, address


def test_drafts_candidates_and_held_versions_are_not_found(client, lake, days):
    factories.resource()
    draft = factories.draft("secret-draft")
    build.make_version(draft, 1, by=factories.BY)
    assert client.get(reverse("opendata:dataset", args=[draft.slug])).status_code == 404
    for address in addresses(draft.slug):
        assert client.get(address).status_code == 404, address
    build.make_version(days, 2, by=factories.BY)
    assert client.get(f"/opendata/datasets/{days.slug}/v2.csv").status_code == 404
    days.versions.filter(number=2).update(state="held")
    assert client.get(f"/opendata/datasets/{days.slug}/v2.csv").status_code == 404
    assert client.get(f"/opendata/datasets/{days.slug}/v1.csv").status_code == 200


@pytest.mark.parametrize("odd", ["../../etc/passwd", "%2e%2e%2f", "a%00b", "A", "-x", "x" * 200])
def test_odd_names_are_not_found(client, days, odd):
    for address in (
        f"/opendata/datasets/{odd}/",
        f"/opendata/datasets/{odd}/v1.csv",
        f"/opendata/api/datasets/{odd}/rows",
    ):
        assert client.get(address).status_code in (400, 404)


def test_a_dataset_past_its_cycle_is_not_alive(client, days):
    def alive():
        return data.measure("opendata.dataset", where='alive = true and kind = "own"')

    assert alive() == 1
    OpenDataset.objects.update(due_at=clock.now() - timedelta(hours=1))
    assert alive() == 0
    assert "超过更新周期" in client.get(reverse("opendata:dataset", args=[days.slug])).content.decode()
    assert f"/{days.slug}/" not in client.get(reverse("opendata:search"), {"alive": "1"}).content.decode()


def test_pages_ask_few_questions(client, days, django_assert_max_num_queries):
    for name, args, most in (("home", [], 16), ("search", [], 14), ("dataset", [days.slug], 14)):
        address = reverse(f"opendata:{name}", args=args)
        client.get(address)
        with django_assert_max_num_queries(most):
            client.get(address)


def test_robots_find_the_sitemap_at_the_root_of_the_site(client, days, settings):
    text = client.get("/robots.txt").content.decode()
    address = next(line.split(" ", 1)[1] for line in text.splitlines() if line.startswith("Sitemap: "))
    assert address == "http://testserver/opendata/sitemap.xml"
    assert {"Disallow: /opendata/bench/", "Disallow: /opendata/my/", "Allow: /"} <= set(text.splitlines())
    settings.PUBLIC_URL = "https://data.city.example/"
    assert (
        "Sitemap: https://data.city.example/opendata/sitemap.xml"
        in client.get("/robots.txt").content.decode()
    )


def places_of(text: bytes) -> list[str]:
    root = SafeXml.fromstring(text)
    return [e.text for e in root.iter("{http://www.sitemaps.org/schemas/sitemap/0.9}loc")]


def test_a_long_sitemap_is_a_list_of_lists(client, days, monkeypatch):
    for n in range(4):
        factories.draft(f"copy-{n}", state="published", source="standing:workdays")
    whole = set(places_of(client.get("/opendata/sitemap.xml").content))
    assert len(whole) == 7
    for address in whole:
        assert client.get(address.removeprefix("http://testserver")).status_code == 200
    monkeypatch.setattr(portal, "MAPPED", 2)
    lists = places_of(client.get("/opendata/sitemap.xml").content)
    assert len(lists) == 3
    found = [a for one in lists for a in places_of(client.get(one.removeprefix("http://testserver")).content)]
    assert (set(found), len(found)) == (whole, 7)


def test_search_engines_get_a_complete_description(client, days):
    text = client.get(reverse("opendata:dataset", args=[days.slug])).content.decode()
    found = json.loads(text.split('<script type="application/ld+json">')[1].split("</script>")[0])
    assert (found["@context"], found["@type"]) == ("https://schema.org/", "Dataset")
    assert 50 <= len(found["description"]) <= 5000
    assert found["license"].startswith("https://")
    assert found["temporalCoverage"] == "2026-01-01/2026-12-31"
    assert found["includedInDataCatalog"]["name"]
    assert found["creator"]["name"] == "蕉城区市场监管局"
    for one in found["distribution"]:
        answer = client.get(one["contentUrl"].removeprefix("http://testserver"))
        assert answer.status_code == 200
        assert answer["Content-Type"].startswith(one["encodingFormat"])


@pytest.mark.parametrize(
    ("cycle", "last"), [("daily", 1), ("weekly", 7), ("half_yearly", 184), ("yearly", 366)]
)
def test_every_cycle_ends_with_an_alarm_and_a_new_version_takes_it_away(
    client, calendar, system, cycle, last
):
    row = factories.standing(cycle=cycle)
    day = timedelta(days=1)
    assert row.due_at == row.updated_at + (last + 1) * day
    assert alarms.alarm_late(by=system) == 0
    OpenDataset.objects.update(due_at=clock.now() - day)
    assert alarms.alarm_late(by=system) == 1
    assert alarms.alarm_late(by=system) == 0, "once"
    assert data.measure("opendata.dataset", where="alive = true") == 0
    build.make_version(row, 2, by=factories.BY)
    renewed = release.publish_version(row.pk, 2, by=factories.BY)
    assert (renewed.alarmed_at, renewed.due_at > clock.now()) == (None, True)
    assert data.measure("opendata.dataset", where="alive = true") == 1


def test_the_people_of_the_provider_are_told_once(machines, calendar, system):
    row = factories.standing("late-one", provider="350902-scjg")
    account = people.official("proposer", people.post("open_proposer", "350902-scjg"))
    OpenDataset.objects.update(due_at=clock.now() - timedelta(hours=1))
    alarms.alarm_late(by=system)
    OpenDataset.objects.update(alarmed_at=None)
    alarms.alarm_late(by=system)
    told = [m for m in messages.inbox(people.actor(account)).items if row.title["zh"] in str(m.body)]
    assert len(told) == 1


def test_a_half_yearly_resource_ages_in_the_catalogue(db):
    from citybrain.hub.data.models import Resource

    for days_ago, fresh in ((180, True), (190, False)):
        Resource.objects.update_or_create(
            key="wjw.half", defaults={"cycle": "half_yearly", "received_at": clock.now() - timedelta(days=days_ago),
                                      "title": {"zh": "半年", "en": ""}, "kind": "lake", "layer": "raw", "changed_at": clock.now()},
        )  # fmt: skip
        assert data.measure("data.resource", where='fresh = true and cycle = "half_yearly"') == int(fresh)
