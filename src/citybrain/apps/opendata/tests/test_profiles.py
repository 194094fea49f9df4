"""What the portal serves conforms to DCAT-AP 3 and CPSV-AP 3, by SHACL, in every serialisation; identifiers stay."""

import pytest
from rdflib import Graph, URIRef
from rdflib.compare import to_isomorphic
from rdflib.namespace import DCAT, DCTERMS, RDF

from citybrain.apps.opendata.models import OpenDataset
from citybrain.apps.opendata.tests import factories
from citybrain.apps.opendata.tests.shapes import CPSV, CPSV_AP, CV, DCAT_AP, faults
from citybrain.hub.places.tests import factories as places

pytestmark = [
    pytest.mark.django_db,
    # The JSON-LD reader uses a class that its own library calls deprecated.
    pytest.mark.filterwarnings("ignore:ConjunctiveGraph is deprecated:DeprecationWarning"),
]
MEDIA = {"ttl": "text/turtle", "jsonld": "application/ld+json", "rdf": "application/rdf+xml"}
READ = {"ttl": "turtle", "jsonld": "json-ld", "rdf": "xml"}
BASE = "http://testserver"


def parsed(answer, kind) -> Graph:
    assert answer.status_code == 200, answer.content[:300]
    return Graph().parse(data=answer.content, format=READ[kind], publicID=BASE)


@pytest.fixture
def portal(days):
    """An own dataset with dates, one that is conditional, one of another portal without a word more than it needs."""
    places.install("350902")
    factories.standing(
        "divisions", "divisions", cycle="half_yearly", opening="conditional", licence="cc0-1.0"
    )
    OpenDataset.objects.create(
        slug="x-far-1", kind="harvested", state="published", title={"zh": "远方", "en": ""}, theme="places",
        provider_name={"zh": "省平台", "en": ""}, cycle="irregular", licence="", origin="https://prov.example/d/1 a",
        distributions=[{"address": "https://prov.example/1.csv", "title": "", "format": "csv"}], created_at=days.created_at,
    )  # fmt: skip
    return days


@pytest.mark.parametrize("kind", MEDIA)
def test_the_catalogue_conforms(client, portal, kind):
    g = parsed(client.get(f"/opendata/catalog.{kind}"), kind)
    found = faults(g, DCAT_AP)
    assert [f for f in found if f[0] == "Violation"] == []
    # What is recommended and missing: facts nobody has here, for the dataset described elsewhere and for lists without dates.
    own = [f for f in found if f[1].startswith(BASE)]
    assert {(focus.removeprefix(BASE), path) for _severity, focus, path in own} <= {
        ("/opendata/datasets/divisions/", str(DCTERMS.temporal)),
        *((f[1].removeprefix(BASE), str(DCTERMS.type)) for f in own if "#publisher-" in f[1]),
    }  # fmt: skip


def test_the_shapes_find_what_is_missing(client, portal):
    g = parsed(client.get("/opendata/catalog.ttl"), "ttl")
    node = URIRef(f"{BASE}/opendata/datasets/{portal.slug}/")
    g.remove((node, DCTERMS.title, None))
    g.remove((None, DCAT.accessURL, None))
    g.remove((URIRef(f"{BASE}/opendata/#government"), RDF.type, None))
    broken = {(f[1], f[2]) for f in faults(g, DCAT_AP) if f[0] == "Violation"}
    assert (str(node), str(DCTERMS.title)) in broken
    assert (f"{BASE}/opendata/catalog/", str(DCTERMS.publisher)) in broken
    assert sum(path == str(DCAT.accessURL) for _focus, path in broken) >= 5


@pytest.mark.parametrize("kind", MEDIA)
def test_services_conform(client, with_packs, kind):
    with with_packs("food-licence"):
        g = parsed(client.get(f"/opendata/cpsv/services.{kind}"), kind)
    assert faults(g, CPSV_AP) == []
    services = set(g.subjects(RDF.type, CPSV.PublicService))
    assert services
    for node in services:
        assert (node, CPSV.follows, None) in g, "every matter rests on a law"
        assert (node, CV.hasInputType, None) in g
        titles = {text.language for text in g.objects(node, DCTERMS.title)}
        assert titles == {"zh", "en"}


def test_the_area_is_named_by_its_division(client, portal):
    g = parsed(client.get("/opendata/catalog.ttl"), "ttl")
    area = g.value(URIRef(f"{BASE}/opendata/catalog/"), DCTERMS.spatial)
    assert (area, RDF.type, DCTERMS.Location) in g
    assert str(g.value(area, DCTERMS.identifier)) == "350900000000"


@pytest.mark.parametrize("kind", MEDIA)
def test_a_graph_read_and_written_again_says_the_same(client, portal, kind):
    g = parsed(client.get(f"/opendata/catalog.{kind}"), kind)
    for form in READ.values():
        again = Graph().parse(data=g.serialize(format=form), format=form)
        assert to_isomorphic(again) == to_isomorphic(g), form


def test_identifiers_stay_when_a_version_follows(client, days):
    from citybrain.apps.opendata.actions import build, release

    def told():
        g = parsed(client.get(f"/opendata/datasets/{days.slug}.ttl"), "ttl")
        node = next(g.subjects(RDF.type, DCAT.Dataset))
        return (
            node,
            g.value(node, DCTERMS.identifier),
            g.value(node, DCTERMS.publisher),
            set(g.objects(node, DCAT.distribution)),
        )

    before = told()
    build.make_version(days, 2, by=factories.BY)
    release.publish_version(days.pk, 2, by=factories.BY)
    after = told()
    assert before[:3] == after[:3]
    assert before[3].isdisjoint(after[3]), "every version's files have addresses of their own"
    for address in before[3]:
        assert client.get(str(address).removeprefix(BASE).split("#")[0]).status_code == 200


@pytest.mark.parametrize(
    ("accept", "content"),
    [("text/turtle", "text/turtle"), ("application/ld+json, text/html;q=0.1", "application/ld+json"),
     ("application/rdf+xml;q=0.9, text/turtle;q=0.3", "application/rdf+xml"), ("text/html", "text/html"),
     ("text/turtle;q=0", "text/html"), ("*/*;q=0.8, text/turtle", "text/turtle"), ("nonsense", "text/html")],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/opendata/catalog/", "/opendata/datasets/working-days/"])
def test_what_is_accepted_is_what_is_sent(client, days, path, accept, content):
    answer = client.get(path, headers={"accept": accept})
    assert answer["Content-Type"].startswith(content)
    assert "Accept" in answer["Vary"]
