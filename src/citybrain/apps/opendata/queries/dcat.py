"""The catalogue as DCAT-AP 3: graphs with stable identifiers, in three serialisations.

An identifier is the page's own address; the page answers with the graph when that is asked for (``Accept``, or the
address with ``.ttl``, ``.jsonld``, ``.rdf``). Long catalogues are split with Hydra, as DCAT-AP advises.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from urllib.parse import quote

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, ORG, RDF, SKOS, XSD

from citybrain.apps.opendata.domain.formats import FILE_TYPE, FORMATS, MEDIA
from citybrain.apps.opendata.domain.vocabulary import (
    CYCLES,
    DATA_THEME,
    DATA_THEMES,
    FREQUENCY,
    LICENCES,
    THEMES,
)
from citybrain.apps.opendata.models import OpenDataset, Version
from citybrain.hub.places import api as places
from citybrain.ui import brand

VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
HYDRA = Namespace("http://www.w3.org/ns/hydra/core#")
SPDX = Namespace("http://spdx.org/rdf/terms#")
ADMS = Namespace("http://www.w3.org/ns/adms#")
CV = Namespace("http://data.europa.eu/m8g/")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
AUTHORITY = "http://publications.europa.eu/resource/authority/"
LOCAL_AUTHORITY = "http://purl.org/adms/publishertype/LocalAuthority"
CATALOGUE_LICENCE = "cc-by-4.0"  # of the descriptions; each distribution names its own
PREFIXES = {"dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "dcatap": DCATAP, "hydra": HYDRA, "spdx": SPDX, "adms": ADMS,
            "vcard": VCARD, "cv": CV, "cpsv": CPSV, "skos": SKOS, "org": ORG}  # fmt: skip
VERSION = URIRef("http://www.w3.org/ns/dcat#version")  # of DCAT 3; the library knows DCAT 2
KINDS = {
    "ttl": ("turtle", "text/turtle"),
    "jsonld": ("json-ld", "application/ld+json"),
    "rdf": ("xml", "application/rdf+xml"),
}
PAGE = 50
# Words of the European list of file types under which data are found; others are left out rather than guessed.
FILE_TYPES = {"CSV", "DOCX", "GEOJSON", "HTML", "JSON", "JSON_LD", "KML", "ODS", "PARQUET", "PDF", "RDF_TURTLE", "RDF_XML",
              "SHP", "TSV", "TXT", "XLS", "XLSX", "XML", "ZIP"}  # fmt: skip
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


def concept(g: Graph, address: str, label: str) -> URIRef:
    """A word of a vocabulary, with the label that a list without the vocabulary needs."""
    node = URIRef(address)
    g.add((node, RDF.type, SKOS.Concept))
    g.add((node, SKOS.prefLabel, Literal(label, lang="en")))
    return node


def typed(g: Graph, address: str, kind: Any) -> URIRef:
    """An address with the class that DCAT-AP asks of it."""
    node = URIRef(address)
    g.add((node, RDF.type, kind))
    return node


def agent(g: Graph, base: str, code: str, name: Any) -> URIRef:
    """A unit as publisher: by its code, or by its name when it has none here (a publisher of another portal)."""
    words = name if isinstance(name, dict) else {"zh": str(name)}
    digest = hashlib.sha256((words.get("zh") or "").encode()).hexdigest()[:12]
    node = URIRef(
        f"{base}/opendata/search/?provider={quote(code)}"
        if code
        else f"{base}/opendata/catalog/#publisher-{digest}"
    )
    g.add((node, RDF.type, FOAF.Agent))
    spoken(g, node, FOAF.name, words)
    if code:
        g.add((node, DCTERMS.type, concept(g, LOCAL_AUTHORITY, "Local Authority")))
    return node


def government(g: Graph, base: str) -> URIRef:
    """The city's government, which publishes the catalogue."""
    node = typed(g, f"{base}/opendata/#government", FOAF.Agent)
    spoken(g, node, FOAF.name, {"zh": f"{brand.city_name()}人民政府", "en": "City government"})
    g.add((node, DCTERMS.type, concept(g, LOCAL_AUTHORITY, "Local Authority")))
    return node


def place(g: Graph, base: str, code: str) -> URIRef | None:
    """A division as the area covered; the whole city for an empty code, None when nobody knows it."""
    found = places.find(code) if code else city()
    if found is None:
        return None
    node = typed(g, f"{base}/opendata/catalog/#place-{found.code}", DCTERMS.Location)
    g.add((node, DCTERMS.identifier, Literal(found.code)))
    spoken(g, node, SKOS.prefLabel, {"zh": found.name, "en": found.name_en})
    return node


def city() -> Any:
    """The city's own division, if the register is loaded."""
    top = next((c.parent for c in places.counties() if c.parent), "")
    return places.find(top) if top else None


def moment(value: datetime) -> Literal:
    """A time of the catalogue."""
    return Literal(value.isoformat(), datatype=XSD.dateTime)


def iri(address: str) -> URIRef:
    """A foreign address as an identifier: characters that would break a serialisation are escaped."""
    return URIRef(quote(address, safe=":/?#[]@!$&'()*+,;=%~"))


def dataset_address(base: str, slug: str) -> str:
    """The stable identifier of a dataset."""
    return f"{base}/opendata/datasets/{slug}/"


def catalogue(
    base: str,
    rows: Iterable[tuple[OpenDataset, Version | None]],
    *,
    page: int,
    pages: int,
    total: int,
    span: tuple[datetime | None, datetime | None] = (None, None),
) -> Graph:
    """One page of the catalogue with its datasets described in full. ``span``: first issued and last modified of all."""
    g = fresh()
    node = typed(g, f"{base}/opendata/catalog/", DCAT.Catalog)
    name = brand.city_name()
    spoken(g, node, DCTERMS.title, {"zh": f"{name}公共数据开放平台", "en": "Open data portal of the city"})
    about = {"zh": "依法依规向社会开放的公共数据。", "en": "Public data opened by law and order."}
    spoken(g, node, DCTERMS.description, about)
    g.add((node, DCTERMS.publisher, government(g, base)))
    g.add((node, FOAF.homepage, typed(g, f"{base}/opendata/", FOAF.Document)))
    taxonomy = typed(g, DATA_THEME.rstrip("/"), SKOS.ConceptScheme)
    g.add((taxonomy, DCTERMS.title, Literal("Data theme", lang="en")))
    g.add((node, DCAT.themeTaxonomy, taxonomy))
    licence = LICENCES[CATALOGUE_LICENCE].address
    g.add((node, DCTERMS.license, typed(g, licence, DCTERMS.LicenseDocument)))
    for what, when in zip((DCTERMS.issued, DCTERMS.modified), span, strict=True):
        if when:
            g.add((node, what, moment(when)))
    for code in ("ZHO", "ENG"):
        g.add((node, DCTERMS.language, typed(g, f"{AUTHORITY}language/{code}", DCTERMS.LinguisticSystem)))
    if (where := place(g, base, "")) is not None:
        g.add((node, DCTERMS.spatial, where))
    for dataset, version in rows:
        g.add((node, DCAT.dataset, add_dataset(g, base, dataset, version)))
        if dataset.kind == "own" and version is not None:
            g.add((node, DCAT.service, service_of(base, dataset)))
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
    foreign = row.kind == "harvested"
    node = typed(g, str(iri(row.origin)) if foreign else dataset_address(base, row.slug), DCAT.Dataset)
    spoken(g, node, DCTERMS.title, row.title)
    spoken(g, node, DCTERMS.description, row.summary if row.summary.get("zh") else row.title)
    g.add((node, DCTERMS.identifier, Literal(row.slug)))
    g.add((node, DCTERMS.publisher, agent(g, base, row.provider, row.provider_name)))
    add_subjects(g, base, node, row)
    add_times(g, base, node, row, version)
    rights = "PUBLIC" if row.opening != "conditional" else "RESTRICTED"
    address = f"{AUTHORITY}access-right/{rights}"
    g.add((node, DCTERMS.accessRights, typed(g, address, DCTERMS.RightsStatement)))
    landing = str(iri(row.landing or row.origin)) if foreign else dataset_address(base, row.slug)
    g.add((node, DCAT.landingPage, typed(g, landing, FOAF.Document)))
    add_contact(g, base, node)
    if not foreign and version is not None:
        add_distributions(g, base, node, row, version)
    for other in row.distributions if foreign else ():
        add_foreign(g, node, other, row)
    return node


def add_subjects(g: Graph, base: str, node: URIRef, row: OpenDataset) -> None:
    """What it is about: the European data theme, the portal's own theme, keywords, the area."""
    theme = THEMES[row.theme]
    g.add((node, DCAT.theme, concept(g, DATA_THEME + theme.code, DATA_THEMES[theme.code])))
    own = typed(g, f"{base}/opendata/search/?theme={theme.key}", SKOS.Concept)
    spoken(g, own, SKOS.prefLabel, theme.name.as_dict())
    g.add((node, DCAT.theme, own))
    for word in row.keywords:
        g.add((node, DCAT.keyword, Literal(word)))
    if row.kind == "own" and (where := place(g, base, row.region)) is not None:
        g.add((node, DCTERMS.spatial, where))


def add_times(g: Graph, base: str, node: URIRef, row: OpenDataset, version: Version | None) -> None:
    """How often it is renewed, when it was published and renewed, which days its rows cover."""
    if row.cycle in CYCLES:
        address = FREQUENCY + CYCLES[row.cycle].code
        g.add((node, DCTERMS.accrualPeriodicity, typed(g, address, DCTERMS.Frequency)))
    for what, when in ((DCTERMS.issued, row.published_at), (DCTERMS.modified, row.updated_at)):
        if when:
            g.add((node, what, moment(when)))
    covered = days_of(version) if version is not None and row.kind == "own" else None
    if covered:
        period = typed(g, f"{dataset_address(base, row.slug)}#period", DCTERMS.PeriodOfTime)
        g.add((node, DCTERMS.temporal, period))
        g.add((period, DCAT.startDate, Literal(covered[0], datatype=XSD.date)))
        g.add((period, DCAT.endDate, Literal(covered[1], datatype=XSD.date)))


def days_of(version: Version) -> tuple[str, str] | None:
    """First and last day in the version's first column of dates, from the figures kept with it."""
    figures = getattr(version, "figures", None) or version.profile.get("figures", {})
    for column in version.columns:
        ends = figures.get(column["name"], {}) if column["type"] in ("date", "datetime") else {}
        if ends.get("least") and ends.get("most"):
            return str(ends["least"])[:10], str(ends["most"])[:10]
    return None


def add_contact(g: Graph, base: str, node: URIRef) -> None:
    """Where questions go."""
    contact = typed(g, f"{base}/opendata/#contact", VCARD.Kind)
    g.add((node, DCAT.contactPoint, contact))
    g.add((contact, VCARD.fn, Literal("12345", lang="zh")))
    g.add((contact, VCARD.hasTelephone, URIRef("tel:12345")))
    g.add((contact, VCARD.hasURL, URIRef(f"{base}/opendata/requests/")))


def add_distributions(g: Graph, base: str, node: URIRef, row: OpenDataset, version: Version) -> None:
    """Every format of the newest version, and the interface."""
    g.add((node, VERSION, Literal(str(version.number))))
    words = {
        "zh": f"第 {version.number} 版，{version.rows} 行",
        "en": f"version {version.number}, {version.rows} rows",
    }
    for name in formats_of(version):
        kind = FORMATS[name]
        address = f"{base}/opendata/datasets/{row.slug}/v{version.number}.{name}"
        d = typed(g, f"{address}#distribution", DCAT.Distribution)
        g.add((node, DCAT.distribution, d))
        g.add((d, DCAT.accessURL, URIRef(dataset_address(base, row.slug))))
        g.add((d, DCAT.downloadURL, URIRef(address)))
        g.add((d, DCAT.mediaType, typed(g, MEDIA + kind.media, DCTERMS.MediaType)))
        g.add((d, DCTERMS.format, typed(g, FILE_TYPE + kind.code, DCTERMS.MediaTypeOrExtent)))
        spoken(g, d, DCTERMS.title, kind.name.as_dict())
        spoken(g, d, DCTERMS.description, words)
        g.add((d, DCATAP.availability, concept(g, f"{AUTHORITY}planned-availability/STABLE", "stable")))
        add_licence(g, d, row)
        if name == "parquet":
            add_checksum(g, d, version)
    service = typed(g, str(service_of(base, row)), DCAT.DataService)
    spoken(g, service, DCTERMS.title, {"zh": "查询接口", "en": "Query interface"})
    g.add((service, DCAT.endpointURL, URIRef(f"{base}/opendata/api/datasets/{row.slug}/rows")))
    g.add((service, DCAT.endpointDescription, URIRef(f"{base}/opendata/api/")))
    g.add((service, DCAT.servesDataset, node))
    add_licence(g, service, row)


def service_of(base: str, row: OpenDataset) -> URIRef:
    """The query interface of a dataset."""
    return URIRef(f"{base}/opendata/api/datasets/{row.slug}/rows#service")


def add_licence(g: Graph, node: URIRef | BNode, row: OpenDataset) -> None:
    """The terms of use."""
    known = LICENCES.get(row.licence)
    if known and known.address:
        g.add((node, DCTERMS.license, typed(g, known.address, DCTERMS.LicenseDocument)))


def add_checksum(g: Graph, node: URIRef, version: Version) -> None:
    """SHA-256 and size of the stored file."""
    g.add((node, DCAT.byteSize, Literal(version.size, datatype=XSD.nonNegativeInteger)))
    checksum = BNode()
    g.add((node, SPDX.checksum, checksum))
    g.add((checksum, RDF.type, SPDX.Checksum))
    g.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
    g.add((checksum, SPDX.checksumValue, Literal(version.sha256, datatype=XSD.hexBinary)))


def add_foreign(g: Graph, node: URIRef, other: dict[str, str], row: OpenDataset) -> None:
    """A way to get the data at another portal."""
    if not other.get("address"):
        return
    d = BNode()
    g.add((node, DCAT.distribution, d))
    g.add((d, RDF.type, DCAT.Distribution))
    g.add((d, DCAT.accessURL, iri(other["address"])))
    if other.get("title"):
        g.add((d, DCTERMS.title, Literal(other["title"])))
    code = other.get("format", "").upper()
    if code in FILE_TYPES:
        g.add((d, DCTERMS.format, typed(g, FILE_TYPE + code, DCTERMS.MediaTypeOrExtent)))
    add_licence(g, d, row)


def formats_of(version: Version) -> list[str]:
    """Formats a version can be had in; GeoJSON only with places, a workbook only where anybody may have it made on asking."""
    steps = version.treatment
    places = steps.get("longitude") and steps.get("latitude")
    offered = {"geojson": bool(places), "xlsx": version.rows <= LARGEST_SHEET}
    return [name for name in FORMATS if offered.get(name, True)]
