"""Linked data: the same graph in every serialisation, found by the address people know, complete for DCAT-AP."""

import pytest
from django.urls import reverse
from rdflib import Graph, Literal, Namespace, URIRef
from rdflib.compare import to_isomorphic
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

from citybrain.apps.opendata.domain import feeds
from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.queries import dcat
from citybrain.apps.opendata.tests import factories

pytestmark = pytest.mark.django_db
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
MEDIA = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
BASE = "http://testserver"


def parsed(answer, kind) -> Graph:
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith(MEDIA[kind])
    return feeds.graph(answer.content, MEDIA[kind], BASE)


@pytest.mark.parametrize("kind", MEDIA)
def test_suffix_and_accept_give_the_same_graph(client, days, kind):
    address = reverse("opendata:dataset", args=[days.slug])
    by_suffix = parsed(client.get(f"/opendata/datasets/{days.slug}.{kind}"), kind)
    by_accept = client.get(address, headers={"accept": f"{MEDIA[kind]}, text/html;q=0.5"})
    assert "Accept" in by_accept["Vary"]
    assert to_isomorphic(by_suffix) == to_isomorphic(parsed(by_accept, kind))
    assert client.get(address, headers={"accept": "text/html, text/turtle;q=0.9"})["Content-Type"].startswith(
        "text/html"
    )
    assert client.get(address, headers={"accept": "*/*"})["Content-Type"].startswith("text/html")


def test_the_serialisations_say_the_same(client, days):
    graphs = [parsed(client.get(f"/opendata/catalog.{kind}"), kind) for kind in MEDIA]
    assert to_isomorphic(graphs[0]) == to_isomorphic(graphs[1]) == to_isomorphic(graphs[2])


def test_mandatory_and_recommended_properties_are_there(client, days):
    g = parsed(client.get("/opendata/catalog.ttl"), "ttl")
    catalogue, node = URIRef(f"{BASE}/opendata/catalog/"), URIRef(f"{BASE}/opendata/datasets/{days.slug}/")
    for what in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.dataset):
        assert (catalogue, what, None) in g, what
    for what in (DCTERMS.title, DCTERMS.description, DCTERMS.publisher, DCAT.theme, DCAT.keyword, DCAT.contactPoint,
                 DCAT.distribution, DCTERMS.accrualPeriodicity, DCTERMS.issued, DCTERMS.modified, DCAT.landingPage):  # fmt: skip
        assert (node, what, None) in g, what
    assert (node, DCTERMS.title, Literal("Clinic visits", lang="en")) in g
    for d in g.objects(node, DCAT.distribution):
        assert (d, RDF.type, DCAT.Distribution) in g
        for what in (DCAT.accessURL, DCAT.downloadURL, DCTERMS.format, DCAT.mediaType, DCTERMS.license):
            assert (d, what, None) in g, what
    publisher = g.value(node, DCTERMS.publisher)
    assert (publisher, RDF.type, FOAF.Agent) in g
    assert (None, DCAT.servesDataset, node) in g


def test_a_long_catalogue_is_paged(client, days, monkeypatch):
    monkeypatch.setattr(dcat, "PAGE", 2)
    for n in range(4):
        factories.draft(f"copy-{n}", state="published", source="standing:workdays")
    seen, page = set(), 1
    while page:
        g = parsed(client.get("/opendata/catalog.ttl", {"page": page}), "ttl")
        assert (None, HYDRA.totalItems, Literal(5)) in g
        seen |= set(g.objects(URIRef(f"{BASE}/opendata/catalog/"), DCAT.dataset))
        following = feeds.next_page(g)
        page = int(following.split("page=")[1]) if following else 0
    assert len(seen) == 5
    assert client.get("/opendata/catalog.ttl", {"page": 9}).status_code == 404


def test_identifiers_follow_the_configured_address(client, days, settings):
    settings.PUBLIC_URL = "https://data.city.example"
    g = feeds.graph(client.get(f"/opendata/datasets/{days.slug}.ttl").content, "text/turtle", BASE)
    assert (URIRef(f"https://data.city.example/opendata/datasets/{days.slug}/"), RDF.type, DCAT.Dataset) in g


def test_odd_words_break_no_serialisation(client, days):
    OpenDataset.objects.update(
        title={"zh": '"]]><&\\ \n"""', "en": "</script>"}, keywords=["<x>", '"', "@zh"]
    )
    for kind in MEDIA:
        parsed(client.get(f"/opendata/datasets/{days.slug}.{kind}"), kind)
    assert (
        "</script><"
        not in client.get(reverse("opendata:dataset", args=[days.slug]))
        .content.decode()
        .split("ld+json")[1][:400]
    )


@pytest.mark.parametrize("kind", MEDIA)
def test_services_are_described_in_cpsv(client, db, kind):
    parsed(client.get(f"/opendata/cpsv/services.{kind}"), kind)
