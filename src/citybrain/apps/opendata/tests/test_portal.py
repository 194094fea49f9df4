"""The portal as people get it: search, page, files, what stays hidden."""

import io
import json
import zipfile
from datetime import timedelta

import pyarrow.parquet as pq
import pytest
from django.urls import reverse

from citybrain.apps.opendata.actions import build, release
from citybrain.apps.opendata.models import OpenDataset, Usage
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data import api as data
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db
PAGES = ("home", "search", "gallery", "requests", "api", "catalog", "sitemap", "robots")


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
