"""DCAT-AP 3.0 and CPSV-AP 3.2 as SHACL shapes, written from the tables of the two specifications.

A row: class, property, least, most, what the values are (a class, a datatype, ``iri``, ``text`` or ``any``). A property
the profile calls mandatory is a violation when it is missing, a recommended one a warning.
"""

from __future__ import annotations

from rdflib import BNode, Graph, Literal, Namespace, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF, SH, SKOS, XSD

ADMS = Namespace("http://www.w3.org/ns/adms#")
CV = Namespace("http://data.europa.eu/m8g/")
CPSV = Namespace("http://purl.org/vocab/cpsv#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
D3 = Namespace("http://www.w3.org/ns/dcat#")
LANG = RDF.langString
MOMENT = "moment"
MUST, SHOULD, MAY = "must", "should", "may"

DCAT_AP = [
    (DCAT.Catalog, DCTERMS.title, MUST, None, "text"),
    (DCAT.Catalog, DCTERMS.description, MUST, None, "text"),
    (DCAT.Catalog, DCTERMS.publisher, MUST, 1, FOAF.Agent),
    (DCAT.Catalog, DCAT.dataset, SHOULD, None, DCAT.Dataset),
    (DCAT.Catalog, DCAT.service, SHOULD, None, DCAT.DataService),
    (DCAT.Catalog, DCTERMS.spatial, SHOULD, None, DCTERMS.Location),
    (DCAT.Catalog, FOAF.homepage, SHOULD, 1, FOAF.Document),
    (DCAT.Catalog, DCTERMS.language, SHOULD, None, DCTERMS.LinguisticSystem),
    (DCAT.Catalog, DCTERMS.license, SHOULD, 1, DCTERMS.LicenseDocument),
    (DCAT.Catalog, DCTERMS.issued, SHOULD, 1, MOMENT),
    (DCAT.Catalog, DCTERMS.modified, SHOULD, 1, MOMENT),
    (DCAT.Catalog, DCAT.themeTaxonomy, SHOULD, None, SKOS.ConceptScheme),
    (DCAT.Dataset, DCTERMS.title, MUST, None, "text"),
    (DCAT.Dataset, DCTERMS.description, MUST, None, "text"),
    (DCAT.Dataset, DCAT.contactPoint, SHOULD, None, VCARD.Kind),
    (DCAT.Dataset, DCAT.distribution, SHOULD, None, DCAT.Distribution),
    (DCAT.Dataset, DCAT.keyword, SHOULD, None, "text"),
    (DCAT.Dataset, DCTERMS.publisher, SHOULD, 1, FOAF.Agent),
    (DCAT.Dataset, DCTERMS.spatial, SHOULD, None, DCTERMS.Location),
    (DCAT.Dataset, DCTERMS.temporal, SHOULD, None, DCTERMS.PeriodOfTime),
    (DCAT.Dataset, DCAT.theme, SHOULD, None, SKOS.Concept),
    (DCAT.Dataset, DCTERMS.accessRights, MAY, 1, DCTERMS.RightsStatement),
    (DCAT.Dataset, DCTERMS.accrualPeriodicity, MAY, 1, DCTERMS.Frequency),
    (DCAT.Dataset, DCTERMS.issued, MAY, 1, MOMENT),
    (DCAT.Dataset, DCTERMS.modified, MAY, 1, MOMENT),
    (DCAT.Dataset, DCTERMS.identifier, MAY, None, "text"),
    (DCAT.Dataset, DCAT.landingPage, MAY, None, FOAF.Document),
    (DCAT.Dataset, D3.version, MAY, 1, "text"),
    (DCAT.Distribution, DCAT.accessURL, MUST, None, "iri"),
    (DCAT.Distribution, DCATAP.availability, SHOULD, 1, SKOS.Concept),
    (DCAT.Distribution, DCTERMS.description, SHOULD, None, "text"),
    (DCAT.Distribution, DCTERMS.format, SHOULD, 1, DCTERMS.MediaTypeOrExtent),
    (DCAT.Distribution, DCTERMS.license, SHOULD, 1, DCTERMS.LicenseDocument),
    (DCAT.Distribution, DCAT.mediaType, MAY, 1, DCTERMS.MediaType),
    (DCAT.Distribution, DCAT.downloadURL, MAY, None, "iri"),
    (DCAT.Distribution, DCAT.byteSize, MAY, 1, XSD.nonNegativeInteger),
    (DCAT.Distribution, SPDX.checksum, MAY, 1, SPDX.Checksum),
    (DCAT.DataService, DCTERMS.title, MUST, None, "text"),
    (DCAT.DataService, DCAT.endpointURL, MUST, None, "iri"),
    (DCAT.DataService, DCAT.endpointDescription, SHOULD, None, "iri"),
    (DCAT.DataService, DCAT.servesDataset, SHOULD, None, DCAT.Dataset),
    (FOAF.Agent, FOAF.name, MUST, None, "text"),
    (FOAF.Agent, DCTERMS.type, SHOULD, 1, SKOS.Concept),
    (SKOS.Concept, SKOS.prefLabel, MUST, None, "text"),
    (SKOS.ConceptScheme, DCTERMS.title, MUST, None, "text"),
    (SPDX.Checksum, SPDX.algorithm, MUST, 1, "any"),
    (SPDX.Checksum, SPDX.checksumValue, MUST, 1, XSD.hexBinary),
    (DCTERMS.PeriodOfTime, DCAT.startDate, SHOULD, 1, MOMENT),
    (DCTERMS.PeriodOfTime, DCAT.endDate, SHOULD, 1, MOMENT),
]
CPSV_AP = [
    (CPSV.PublicService, DCTERMS.identifier, MUST, 1, "text"),
    (CPSV.PublicService, DCTERMS.title, MUST, None, LANG),
    (CPSV.PublicService, DCTERMS.description, MUST, None, LANG),
    (CPSV.PublicService, CV.hasCompetentAuthority, MUST, None, CV.PublicOrganisation),
    (CPSV.PublicService, CV.hasChannel, SHOULD, None, CV.Channel),
    (CPSV.PublicService, ADMS.status, MAY, 1, SKOS.Concept),
    (CPSV.PublicService, CV.processingTime, MAY, 1, XSD.duration),
    (CPSV.PublicService, DCTERMS.language, MAY, None, DCTERMS.LinguisticSystem),
    (CPSV.PublicService, DCTERMS.spatial, MAY, None, DCTERMS.Location),
    (CPSV.PublicService, DCAT.keyword, MAY, None, LANG),
    (CPSV.PublicService, CPSV.follows, MAY, None, CPSV.Rule),
    (CPSV.PublicService, CV.hasInputType, MAY, None, CV.EvidenceType),
    (CV.PublicOrganisation, SKOS.prefLabel, MUST, None, LANG),
    (
        CV.PublicOrganisation,
        DCTERMS.spatial,
        MUST,
        None,
        URIRef("http://data.europa.eu/88u/dataset/atu-type"),
    ),
    (CV.Channel, DCTERMS.identifier, MUST, 1, "text"),
    (CV.Channel, DCTERMS.type, MAY, 1, SKOS.Concept),
    (CPSV.Rule, DCTERMS.identifier, MUST, 1, "text"),
    (CPSV.Rule, DCTERMS.title, MUST, None, LANG),
    (CPSV.Rule, DCTERMS.description, MUST, None, LANG),
    (CV.EvidenceType, DCTERMS.identifier, MUST, 1, "text"),
    (CV.EvidenceType, DCTERMS.title, MUST, None, LANG),
    (SKOS.Concept, SKOS.prefLabel, MUST, None, "text"),
]


def shapes(table: list[tuple]) -> Graph:
    """The table as a graph of SHACL shapes."""
    g = Graph()
    for kind, what, need, most, values in table:
        node = BNode()
        g.add((node, RDF.type, SH.NodeShape))
        g.add((node, SH.targetClass, kind))
        if need in (MUST, SHOULD):
            wanted = prop(g, node, what)
            g.add((wanted, SH.minCount, Literal(1)))
            if need == SHOULD:
                g.add((wanted, SH.severity, SH.Warning))
        ranged = prop(g, node, what)
        if most:
            g.add((ranged, SH.maxCount, Literal(most)))
        add_range(g, ranged, values)
    return g


def prop(g: Graph, node: BNode, what: URIRef) -> BNode:
    """A property shape of a node shape."""
    made = BNode()
    g.add((node, SH.property, made))
    g.add((made, SH.path, what))
    return made


def add_range(g: Graph, shape: BNode, values: object) -> None:
    """What the values have to be."""
    if values == "iri":
        g.add((shape, SH.nodeKind, SH.IRI))
    elif values == "text":
        g.add((shape, SH.nodeKind, SH.Literal))
    elif values == MOMENT:
        one_of(g, shape, [XSD.dateTime, XSD.date, XSD.gYear, XSD.gYearMonth])
    elif isinstance(values, URIRef) and (values == LANG or str(values).startswith(str(XSD))):
        g.add((shape, SH.datatype, values))
    elif isinstance(values, URIRef):
        g.add((shape, SH["class"], values))


def one_of(g: Graph, shape: BNode, kinds: list[URIRef]) -> None:
    """Values of one of these datatypes."""
    from rdflib.collection import Collection

    choices = []
    for kind in kinds:
        choice = BNode()
        g.add((choice, SH.datatype, kind))
        choices.append(choice)
    head = BNode()
    Collection(g, head, choices)
    g.add((shape, SH["or"], head))


def faults(found: Graph, table: list[tuple]) -> list[tuple[str, str, str]]:
    """Everything that does not conform, as (severity, focus, path)."""
    from pyshacl import validate

    _conforms, report, _text = validate(found, shacl_graph=shapes(table), advanced=False, inference="none")
    return sorted(
        (
            str(report.value(r, SH.resultSeverity)).rsplit("#", 1)[-1],
            str(report.value(r, SH.focusNode)),
            str(report.value(r, SH.resultPath)),
        )
        for r in report.subjects(RDF.type, SH.ValidationResult)
    )
