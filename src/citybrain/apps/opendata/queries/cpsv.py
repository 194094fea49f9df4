"""Service matters as CPSV-AP 3: public services with the authority that answers for them, channels, time, cost, rules.

What a matter's document says is told; nothing is guessed. A processing time is given only where its limit is in calendar
days or hours, because working days are no duration of ISO 8601; those stand in words with the service.
"""

from __future__ import annotations

from typing import Any

from rdflib import Graph, Literal, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDFS, SKOS, XSD

from citybrain.apps.opendata.queries.dcat import (
    ADMS,
    AUTHORITY,
    CPSV,
    CV,
    city,
    concept,
    fresh,
    place,
    spoken,
    typed,
)
from citybrain.apps.opendata.queries.standing import unit_name
from citybrain.hub.matters import api as matters

ATU = URIRef("http://data.europa.eu/88u/dataset/atu-type")
DURATION = {"day": "P{0}D", "hour": "PT{0}H"}
STATUS = "http://purl.org/adms/status/Completed"


def services(base: str) -> Graph:
    """Published matters as CPSV-AP public services."""
    g = fresh()
    number = 1
    while True:
        page = matters.catalogue(state="active", page=number, size=200)
        for entry in page.rows:
            add_service(g, base, entry, matters.guide(entry.key).document)
        if number >= page.pages:
            return g
        number += 1


def add_service(g: Graph, base: str, entry: Any, document: Any) -> URIRef:
    """One matter; its guide's address is its identifier."""
    node = typed(g, f"{base}/guide/{entry.key}/", CPSV.PublicService)
    g.add((node, DCTERMS.identifier, Literal(entry.key)))
    spoken(g, node, DCTERMS.title, dict(entry.name))
    spoken(g, node, DCTERMS.description, dict(entry.summary if entry.summary.get("zh") else entry.name))
    g.add((node, CV.hasCompetentAuthority, add_authority(g, base, entry.department)))
    g.add((node, FOAF.page, node))
    g.add((node, ADMS.status, concept(g, STATUS, "Completed")))
    for code in ("ZHO",):
        g.add((node, DCTERMS.language, typed(g, f"{AUTHORITY}language/{code}", DCTERMS.LinguisticSystem)))
    if (where := place(g, base, "")) is not None:
        g.add((node, DCTERMS.spatial, where))
    for word in document.keywords:
        g.add((node, DCAT.keyword, Literal(word, lang="zh")))
    add_channels(g, base, node, entry)
    add_time(g, node, document)
    add_rules(g, node, document)
    add_evidence(g, node, document)
    return node


def add_authority(g: Graph, base: str, slug: str) -> URIRef:
    """The department that answers for it, with the area it covers."""
    body = typed(g, f"{base}/browse/department/{slug}/", CV.PublicOrganisation)
    g.add((body, DCTERMS.identifier, Literal(slug)))
    g.add((body, SKOS.prefLabel, Literal(unit_name(slug), lang="zh")))
    found = city()
    area = typed(g, f"{base}/opendata/catalog/#area-{found.code if found else 'city'}", ATU)
    g.add((area, RDFS.label, Literal(found.name if found else unit_name(slug), lang="zh")))
    g.add((body, DCTERMS.spatial, area))
    return body


def add_channels(g: Graph, base: str, node: URIRef, entry: Any) -> None:
    """Where it is applied for: at the window always, online when the matter says so."""
    listed = [("window", "窗口", "Service window")] + ([("online", "网上", "Online")] if entry.online else [])
    for key, zh, en in listed:
        channel = typed(g, f"{base}/guide/{entry.key}/#{key}", CV.Channel)
        g.add((channel, DCTERMS.identifier, Literal(f"{entry.key}:{key}")))
        kind = typed(g, f"{base}/opendata/cpsv/services/#channel-{key}", SKOS.Concept)
        spoken(g, kind, SKOS.prefLabel, {"zh": zh, "en": en})
        g.add((channel, DCTERMS.type, kind))
        g.add((node, CV.hasChannel, channel))


def add_time(g: Graph, node: URIRef, document: Any) -> None:
    """The promised limit as a duration where it is one."""
    limit = document.time.promised
    if limit.unit in DURATION:
        text = DURATION[limit.unit].format(limit.value)
        g.add((node, CV.processingTime, Literal(text, datatype=XSD.duration)))


def add_rules(g: Graph, node: URIRef, document: Any) -> None:
    """The law it rests on, one rule a basis."""
    for number, basis in enumerate(document.basis, 1):
        rule = typed(g, f"{node}#rule-{number}", CPSV.Rule)
        g.add((rule, DCTERMS.identifier, Literal(f"{document.key}:rule-{number}")))
        title = {
            language: f"{text} {basis.article}".strip()
            for language, text in basis.law.as_dict().items()
            if text
        }
        spoken(g, rule, DCTERMS.title, title)
        words = basis.text.as_dict() if basis.text else title
        spoken(g, rule, DCTERMS.description, words)
        g.add((node, CPSV.follows, rule))


def add_evidence(g: Graph, node: URIRef, document: Any) -> None:
    """What has to be handed in."""
    for material in document.materials:
        kind = typed(g, f"{node}#material-{material.key}", CV.EvidenceType)
        g.add((kind, DCTERMS.identifier, Literal(f"{document.key}:{material.key}")))
        spoken(g, kind, DCTERMS.title, material.name.as_dict())
        g.add((node, CV.hasInputType, kind))
