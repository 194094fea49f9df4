"""The catalogue as DCAT-AP 3, and the matters as CPSV-AP: graphs with stable identifiers, in three serialisations.

An identifier is the page's own address; the page answers with the graph when that is asked for (``Accept``, or the
address with ``.ttl``, ``.jsonld``, ``.rdf``). Long catalogues are split with Hydra, as DCAT-AP advises.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, RDF, SKOS, XSD

from citybrain.apps.opendata.domain.formats import FILE_TYPE, FORMATS, MEDIA
from citybrain.apps.opendata.domain.vocabulary import CYCLES, DATA_THEME, FREQUENCY, LICENCES, THEMES
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.apps.opendata.queries.standing import unit_name
from citybrain.hub.matters import api as matters
from citybrain.kernel.text import say
from citybrain.ui import brand

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
CV = Namespace("http://data.europa.eu/m8g/")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
PREFIXES = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "dcatap": DCATAP, "hydra": HYDRA, "spdx": SPDX, "adms": ADMS,
            "vcard": VCARD, "cv": CV, "cpsv": CPSV, "skos": SKOS, "org": ORG}  # fmt: skip
VERSION = URIRef("http://www.w3.org/ns/dcat#version")  # of DCAT 3; the library knows DCAT 2
KINDS = {
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("xml", "application/rdf+xml"),
}
PAGE = 50
LARGEST_SHEET = 100_000  # rows; a workbook is written whole before its first byte leaves


def fresh() -> Graph:
    """An empty graph with our prefixes."""
    g = Graph()
    for prefix, space in PREFIXES.items():
        g.bind(prefix, space)
    return g


def serialised(g: Graph, kind: str) -> str:
    """The graph as ``ttl``, ``jsonld`` or ``rdf``."""
    name = KINDS[kind][0]
    if name == "json-ld":
        context = {prefix: str(space) for prefix, space in PREFIXES.items()}
        return g.serialize(format=name, context=context, auto_compact=True)
    return g.serialize(format=name)


def spoken(g: Graph, node: Any, what: Any, text: Any) -> None:
    """A text in the languages it has."""
    values = text if isinstance(text, dict) else {"zh": str(text)}
    for language in ("zh", "en"):
        if values.get(language):
            g.add((node, what, Literal(values[language], lang=language)))


def agent(g: Graph, base: str, code: str, name: Any) -> URIRef:
    """A unit as publisher."""
    node = URIRef(f"{base}/opendata/search/?provider={code}" if code else f"{base}/opendata/")
    g.add((node, RDF.type, FOAF.Agent))
    spoken(g, node, FOAF.name, name)
    return node


def iri(address: str) -> URIRef:
    """A foreign address as an identifier: characters that would break a serialisation are escaped."""
    return URIRef(quote(address, safe=":/?#[]@!$&'()*+,;=%~"))


def dataset_address(base: str, slug: str) -> str:
    """The stable identifier of a dataset."""
    return f"{base}/opendata/datasets/{slug}/"


def catalogue(
    base: str, rows: Iterable[tuple[OpenDataset, Version | None]], *, page: int, pages: int, total: int
) -> Graph:
    """One page of the catalogue with its datasets described in full."""
    g = fresh()
    node = URIRef(f"{base}/opendata/catalog/")
    city = brand.city_name()
    g.add((node, RDF.type, DCAT.Catalog))
    spoken(g, node, DCTERMS.title, {"zh": f"{city}公共数据开放平台", "en": "Open data portal of the city"})
    spoken(
        g,
        node,
        DCTERMS.description,
        {"zh": "依法依规向社会开放的公共数据。", "en": "Public data opened by law and order."},
    )
    g.add((node, DCTERMS.publisher, agent(g, base, "", {"zh": f"{city}人民政府", "en": "City government"})))
    g.add((node, FOAF.homepage, URIRef(f"{base}/opendata/")))
    g.add((URIRef(f"{base}/opendata/"), RDF.type, FOAF.Document))
    g.add((node, DCAT.themeTaxonomy, URIRef(DATA_THEME.rstrip("/"))))
    for code in ("ZHO", "ENG"):
        g.add((node, DCTERMS.language, URIRef(f"{AUTHORITY}language/{code}")))
    for dataset, version in rows:
        g.add((node, DCAT.dataset, add_dataset(g, base, dataset, version)))
    add_page(g, node, base, page, pages, total)
    return g


def add_page(g: Graph, node: URIRef, base: str, page: int, pages: int, total: int) -> None:
    """Where this page stands among the others."""

    def address(number: int) -> URIRef:
        return URIRef(f"{base}/opendata/catalog/?page={number}")

    view = address(page)
    g.add((node, RDF.type, HYDRA.Collection))
    g.add((node, HYDRA.totalItems, Literal(total)))
    g.add((node, HYDRA.view, view))
    g.add((view, RDF.type, HYDRA.PartialCollectionView))
    g.add((view, HYDRA.first, address(1)))
    g.add((view, HYDRA.last, address(pages)))
    if page > 1:
        g.add((view, HYDRA.previous, address(page - 1)))
    if page < pages:
        g.add((view, HYDRA.next, address(page + 1)))


def add_dataset(g: Graph, base: str, row: OpenDataset, version: Version | None) -> URIRef:
    """One dataset with its ways to get it."""
    node = iri(row.origin) if row.kind == "harvested" else URIRef(dataset_address(base, row.slug))
    g.add((node, RDF.type, DCAT.Dataset))
    spoken(g, node, DCTERMS.title, row.title)
    spoken(g, node, DCTERMS.description, row.summary if row.summary.get("zh") else row.title)
    g.add((node, DCTERMS.identifier, Literal(row.slug)))
    g.add((node, DCTERMS.publisher, agent(g, base, row.provider, row.provider_name)))
    g.add((node, DCAT.theme, URIRef(DATA_THEME + THEMES[row.theme].code)))
    for word in row.keywords:
        g.add((node, DCAT.keyword, Literal(word)))
    if row.cycle in CYCLES:
        g.add((node, DCTERMS.accrualPeriodicity, URIRef(FREQUENCY + CYCLES[row.cycle].code)))
    for what, moment in ((DCTERMS.issued, row.published_at), (DCTERMS.modified, row.updated_at)):
        if moment:
            g.add((node, what, Literal(moment.isoformat(), datatype=XSD.dateTime)))
    g.add(
        (
            node,
            DCTERMS.accessRights,
            URIRef(f"{AUTHORITY}access-right/{'PUBLIC' if row.opening != 'conditional' else 'RESTRICTED'}"),
        )
    )
    landing = (
        iri(row.landing or row.origin) if row.kind == "harvested" else URIRef(dataset_address(base, row.slug))
    )
    g.add((node, DCAT.landingPage, landing))
    g.add((landing, RDF.type, FOAF.Document))
    add_contact(g, base, node)
    if row.kind == "own" and version is not None:
        add_distributions(g, base, node, row, version)
    for other in row.distributions if row.kind == "harvested" else ():
        add_foreign(g, node, other)
    return node


def add_contact(g: Graph, base: str, node: URIRef) -> None:
    """Where questions go."""
    contact = URIRef(f"{base}/opendata/#contact")
    g.add((node, DCAT.contactPoint, contact))
    g.add((contact, RDF.type, VCARD.Kind))
    g.add((contact, VCARD.fn, Literal("12345", lang="zh")))
    g.add((contact, VCARD.hasURL, URIRef(f"{base}/opendata/requests/")))


def add_distributions(g: Graph, base: str, node: URIRef, row: OpenDataset, version: Version) -> None:
    """Every format of the newest version, and the interface."""
    g.add((node, VERSION, Literal(str(version.number))))
    for name in formats_of(version):
        kind = FORMATS[name]
        address = f"{base}/opendata/datasets/{row.slug}/v{version.number}.{name}"
        d = URIRef(f"{address}#distribution")
        g.add((node, DCAT.distribution, d))
        g.add((d, RDF.type, DCAT.Distribution))
        g.add((d, DCAT.accessURL, URIRef(dataset_address(base, row.slug))))
        g.add((d, DCAT.downloadURL, URIRef(address)))
        g.add((d, DCAT.mediaType, URIRef(MEDIA + kind.media)))
        g.add((d, DCTERMS.format, URIRef(FILE_TYPE + kind.code)))
        g.add((d, DCTERMS.title, Literal(kind.name.zh, lang="zh")))
        g.add((d, DCATAP.availability, URIRef(f"{AUTHORITY}planned-availability/STABLE")))
        add_licence(g, d, row)
        if name == "parquet":
            add_checksum(g, d, version)
    service = URIRef(f"{base}/opendata/api/datasets/{row.slug}/rows#service")
    g.add((service, RDF.type, DCAT.DataService))
    spoken(g, service, DCTERMS.title, {"zh": "查询接口", "en": "Query interface"})
    g.add((service, DCAT.endpointURL, URIRef(f"{base}/opendata/api/datasets/{row.slug}/rows")))
    g.add((service, DCAT.endpointDescription, URIRef(f"{base}/opendata/api/")))
    g.add((service, DCAT.servesDataset, node))


def add_licence(g: Graph, node: URIRef, row: OpenDataset) -> None:
    """The terms of use."""
    known = LICENCES.get(row.licence)
    if known and known.address:
        g.add((node, DCTERMS.license, URIRef(known.address)))
        g.add((URIRef(known.address), RDF.type, DCTERMS.LicenseDocument))


def add_checksum(g: Graph, node: URIRef, version: Version) -> None:
    """SHA-256 and size of the stored file."""
    g.add((node, DCAT.byteSize, Literal(version.size, datatype=XSD.nonNegativeInteger)))
    checksum = BNode()
    g.add((node, SPDX.checksum, checksum))
    g.add((checksum, RDF.type, SPDX.Checksum))
    g.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    g.add((checksum, SPDX.checksumValue, Literal(version.sha256, datatype=XSD.hexBinary)))


def add_foreign(g: Graph, node: URIRef, other: dict[str, str]) -> None:
    """A way to get the data at another portal."""
    if not other.get("address"):
        return
    d = BNode()
    g.add((node, DCAT.distribution, d))
    g.add((d, RDF.type, DCAT.Distribution))
    g.add((d, DCAT.accessURL, iri(other["address"])))
    if other.get("title"):
        g.add((d, DCTERMS.title, Literal(other["title"])))


def formats_of(version: Version) -> list[str]:
    """Formats a version can be had in; GeoJSON only with places, a workbook only where anybody may have it made on asking."""
    steps = version.treatment
    places = steps.get("longitude") and steps.get("latitude")
    offered = {"geojson": bool(places), "xlsx": version.rows <= LARGEST_SHEET}
    return [name for name in FORMATS if offered.get(name, True)]


def services(base: str) -> Graph:
    """Published matters as CPSV-AP public services."""
    g = fresh()
    number = 1
    while True:
        page = matters.catalogue(state="active", page=number, size=200)
        for entry in page.rows:
            add_service(g, base, entry)
        if number >= page.pages:
            return g
        number += 1


def add_service(g: Graph, base: str, entry: Any) -> None:
    """One matter."""
    node = URIRef(f"{base}/guide/{entry.key}/")
    g.add((node, RDF.type, CPSV.PublicService))
    g.add((node, DCTERMS.identifier, Literal(entry.key)))
    spoken(g, node, DCTERMS.title, dict(entry.name))
    spoken(g, node, DCTERMS.description, dict(entry.summary))
    name = unit_name(entry.department)
    body = URIRef(f"{base}/browse/department/{entry.department}/")
    g.add((body, RDF.type, CV.PublicOrganisation))
    g.add((body, SKOS.prefLabel, Literal(name, lang="zh")))
    g.add((node, CV.hasCompetentAuthority, body))
    g.add((node, FOAF.page, node))
    g.add((node, ADMS.status, Literal("active")))
    channel = URIRef(f"{base}/guide/{entry.key}/#channel")
    g.add((node, CV.hasChannel, channel))
    g.add((channel, RDF.type, CV.Channel))
    g.add((channel, DCTERMS.title, Literal("online" if entry.online else "window")))
    if say(entry.promised):
        g.add((node, DCTERMS.temporal, Literal(entry.promised.say("zh"), lang="zh")))
