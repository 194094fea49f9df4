"""Harvesting other portals: add, renew, mark missing; feeds and addresses that mean harm are refused."""

import gzip
import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from django.urls import reverse

from citybrain.apps.opendata.actions import fetch, harvest
from citybrain.apps.opendata.domain import addresses, feeds
from citybrain.apps.opendata.models import OpenDataset, Portal
from citybrain.apps.opendata.tests import factories
from citybrain.hub.data.models import Resource
from citybrain.kernel import clock

pytestmark = pytest.mark.django_db
HEAD = "@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> ."
TTL = (
    HEAD
    + """
<https://prov.example/d/1> a dcat:Dataset ; dct:title "全省公交线路"@zh, "Bus lines"@en ; dcat:keyword "公交" ;
  dcat:theme <http://publications.europa.eu/resource/authority/data-theme/TRAN> ;
  dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://prov.example/d/1.csv> ; dct:title "CSV" ] .
<https://prov.example/d/2> a dcat:Dataset ; dct:title "空气质量"@zh ; dcat:landingPage <javascript:alert(1)> .
"""
)


@pytest.fixture
def server(settings):
    """A portal on this machine; ``server.pages`` maps a path to (status, headers, body)."""
    pages: dict = {}

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self):
            status, headers, body = pages.get(self.path, pages.get(self.path.split("?")[0], (404, {}, b"")))
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args):
            pass

    made = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    made.pages, made.base = pages, f"http://127.0.0.1:{made.server_port}"
    often = 0.01  # seconds between two looks whether to end
    threading.Thread(target=made.serve_forever, args=(often,), daemon=True).start()
    settings.OPENDATA_HARVEST_NETWORKS = ["127.0.0.0/8"]
    yield made
    made.shutdown()
    made.server_close()


def portal(server, path="/catalog.ttl", kind="dcat") -> Portal:
    return Portal.objects.create(name="省平台", address=server.base + path, format=kind, made_at=clock.now())


def turtle(text: str):
    return 200, {"Content-Type": "text/turtle"}, text.encode()


def test_datasets_are_added_renewed_and_marked_missing(server, client):
    server.pages["/catalog.ttl"] = turtle(TTL)
    source = portal(server)
    assert harvest.harvest_portal(source, by=factories.BY) == {
        "found": 2,
        "added": 2,
        "updated": 0,
        "missing": 0,
    }
    row = OpenDataset.objects.get(origin="https://prov.example/d/1")
    assert (row.title, row.theme, row.kind) == (
        {"zh": "全省公交线路", "en": "Bus lines"},
        "transport",
        "harvested",
    )
    text = client.get(reverse("opendata:dataset", args=[row.slug])).content.decode()
    assert "https://prov.example/d/1.csv" in text
    other = OpenDataset.objects.get(origin="https://prov.example/d/2")
    assert "javascript:" not in client.get(reverse("opendata:dataset", args=[other.slug])).content.decode()
    assert Resource.objects.filter(kind="harvested", alive=True, source_system="省平台").count() == 2
    server.pages["/catalog.ttl"] = turtle(
        TTL.split("<https://prov.example/d/2>")[0].replace("Bus lines", "Bus routes")
    )
    assert harvest.harvest_portal(source, by=factories.BY) == {
        "found": 1,
        "added": 0,
        "updated": 1,
        "missing": 1,
    }
    row.refresh_from_db()
    other.refresh_from_db()
    assert row.title["en"] == "Bus routes"
    assert other.missing_since
    assert other.slug not in client.get(reverse("opendata:search")).content.decode()
    assert Resource.objects.filter(kind="harvested", alive=True).count() == 1


def test_pages_are_followed_and_a_broken_page_changes_nothing(server):
    more = "\n[] a <http://www.w3.org/ns/hydra/core#PartialCollectionView> ; <http://www.w3.org/ns/hydra/core#next> <%s> ."
    second = TTL.replace("/d/1", "/d/3").replace("/d/2", "/d/4")
    server.pages["/catalog.ttl"] = turtle(TTL + more % f"{server.base}/two.ttl")
    server.pages["/two.ttl"] = turtle(second)
    source = portal(server)
    assert harvest.harvest_portal(source, by=factories.BY)["found"] == 4
    server.pages["/two.ttl"] = (500, {}, b"")
    assert "500" in harvest.harvest_portal(source, by=factories.BY)["error"]
    assert not OpenDataset.objects.filter(missing_since__isnull=False).exists()


def test_our_own_catalogue_can_be_harvested_in_every_serialisation(server, client, calendar):
    days = factories.standing()
    for kind, media in (
        ("ttl", "text/turtle"),
        ("jsonld", "application/ld+json"),
        ("rdf", "application/rdf+xml"),
    ):
        body = client.get(f"/opendata/catalog.{kind}").content
        server.pages[f"/c.{kind}"] = (200, {"Content-Type": media}, body)
        found = feeds.graph(body, media, server.base)
        assert [one.title["en"] for one in feeds.datasets(found)] == ["Clinic visits"], kind
        assert next(feeds.datasets(found)).frequency == "MONTHLY"
    assert days.slug


def test_a_ckan_portal_is_harvested_page_by_page(server, monkeypatch):
    monkeypatch.setattr(harvest, "CKAN_ROWS", 1)
    for n in range(2):
        listed = [
            {
                "name": f"p{n}",
                "title": f"包{n}",
                "notes": "说明",
                "resources": [{"url": "https://x.example/a.csv", "format": "csv"}],
            }
        ]
        body = json.dumps({"success": True, "result": {"count": 2, "results": listed}}).encode()
        server.pages[f"/api/3/action/package_search?rows=1&start={n}"] = (
            200,
            {"Content-Type": "application/json"},
            body,
        )
    assert harvest.harvest_portal(portal(server, "/", "ckan"), by=factories.BY)["added"] == 2


BOMB = '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&b;</rdf:RDF>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">&x;</rdf:RDF>'
HOSTILE = [
    ("application/rdf+xml", BOMB), ("application/rdf+xml", OUTSIDE), ("application/ld+json", '{"@context": "http://127.0.0.1/x"}'),
    ("application/ld+json", '{"@context": {"@import": "http://127.0.0.1/x"}}'),
    ("application/ld+json", '[{"a": {"@context": ["https://evil.example/c"]}}]'), ("application/ld+json", "[" * 100_000),
    ("application/ld+json", "{"), ("text/turtle", "<a> <b"), ("text/turtle", "\udcff\udcfe"), ("text/html", "<html>"), ("", ""),
]  # fmt: skip


@pytest.mark.parametrize(("media", "text"), HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_feeds_are_refused(server, media, text):
    server.pages["/feed"] = (200, {"Content-Type": media}, text.encode(errors="surrogateescape"))
    outcome = harvest.harvest_portal(portal(server, "/feed"), by=factories.BY)
    assert outcome["error"]
    assert not OpenDataset.objects.exists()


def test_a_huge_feed_is_refused_however_it_is_packed(server, monkeypatch):
    monkeypatch.setattr(fetch, "LARGEST", 100_000)
    server.pages["/big"] = (200, {"Content-Type": "text/turtle"}, b"#" * 200_000)
    server.pages["/packed"] = (
        200,
        {"Content-Type": "text/turtle", "Content-Encoding": "gzip"},
        gzip.compress(b"#" * 5_000_000),
    )
    for path in ("/big", "/packed"):
        with pytest.raises(fetch.NotFetched, match="larger"):
            fetch.fetch(server.base + path)


@pytest.mark.parametrize(
    "address",
    ["http://127.0.0.1/", "http://localhost/", "http://[::1]/", "http://[::ffff:127.0.0.1]/", "http://10.0.0.1/", "http://192.168.1.1/",
     "http://169.254.169.254/latest/meta-data", "http://0.0.0.0/", "http://2130706433/", "http://0x7f000001/", "ftp://a.example/",
     "file:///etc/passwd", "http://user:pw@a.example/", "gopher://x", "", "http://", "http://127.1:8370/"],
)  # fmt: skip
def test_addresses_inside_the_house_are_not_asked(address):
    with pytest.raises((fetch.NotFetched, OSError)):
        fetch.fetch(address)


def test_a_redirect_into_the_house_is_not_followed(server, settings):
    settings.OPENDATA_HARVEST_NETWORKS = ["127.0.0.1/32"]
    server.pages["/r"] = (302, {"Location": "http://127.0.0.2/secret"}, b"")
    with pytest.raises(fetch.NotFetched, match="private"):
        fetch.fetch(server.base + "/r")
    server.pages["/loop"] = (302, {"Location": "/loop"}, b"")
    with pytest.raises(fetch.NotFetched, match="redirect"):
        fetch.fetch(server.base + "/loop")


def test_a_name_is_resolved_once_and_asked_at_that_address(server, monkeypatch):
    asked = []

    def resolve(host, port, **_more):
        asked.append(host)
        return [(2, 1, 6, "", ("127.0.0.1" if len(asked) == 1 else "10.0.0.1", port))]

    server.pages["/x"] = turtle("")
    monkeypatch.setattr(fetch.socket, "getaddrinfo", resolve)
    monkeypatch.setattr(fetch.addresses, "parts", lambda a: ("http", "rebinding.example", server.server_port))
    assert (
        fetch.at_address("http://rebinding.example/x", fetch.resolved("rebinding.example", 80), 80)
        == "http://127.0.0.1:80/x"
    )
    assert asked == ["rebinding.example"]


@pytest.mark.parametrize(
    ("ip", "port", "fine"),
    [
        ("8.8.8.8", 443, True),
        ("8.8.8.8", 22, False),
        ("100.64.0.1", 80, False),
        ("224.0.0.1", 80, False),
        ("2001:4860:4860::8888", 80, True),
        ("fd00::1", 80, False),
    ],
)
def test_the_rule_about_addresses(ip, port, fine):
    assert (addresses.refused(ip, port) == "") is fine


def test_the_page_refuses_what_must_not_be_harvested(client, steward, settings):
    client.force_login(steward)
    address = reverse("opendata:portals")
    for bad in ("http://127.0.0.1/", "file:///etc/passwd", "http://169.254.169.254/"):
        assert client.post(address, {"name": "x", "address": bad, "format": "dcat"}).status_code == 422
    settings.OPENDATA_HARVEST_NETWORKS = ["127.0.0.0/8"]
    assert (
        client.post(
            address, {"name": "省平台", "address": "http://127.0.0.1:9/c.ttl", "format": "dcat"}
        ).status_code
        == 302
    )
    assert "省平台" in client.get(address).content.decode()
