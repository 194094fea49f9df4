"""What another portal says about its datasets, from DCAT (JSON-LD, Turtle, RDF/XML) or CKAN, in our words.

Feeds are hostile until read: no document type, no entities, no remote contexts, bounded in size and depth.
"""

from __future__ import annotations

import json
import re
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import defusedxml.ElementTree as SafeXml
import rdflib
from rdflib import Graph, URIRef
from rdflib.namespace import DCAT, DCTERMS, FOAF, RDF

MOST_DATASETS = 20_000
MOST_TRIPLES = 600_000
FORMATS = {
    "application/ld+json": "json-ld", "application/json": "json-ld", "text/turtle": "turtle", "text/plain": "turtle",
    "application/x-turtle": "turtle", "application/rdf+xml": "xml", "application/xml": "xml", "text/xml": "xml",
}  # fmt: skip
CONTEXTS: dict[str, Any] = {
    "https://schema.org": {"@vocab": "https://schema.org/"},
    "http://schema.org": {"@vocab": "http://schema.org/"},
}
_one_reader = threading.Lock()  # the library's switch is one for the whole process
HYDRA_NEXT = URIRef("http://www.w3.org/ns/hydra/core#next")


class BadFeed(ValueError):
    """The feed cannot be understood or is not safe to read."""


@dataclass(frozen=True)
class Found:
    """One dataset on another portal. ``origin`` is its identifier there."""

    origin: str
    title: dict[str, str]
    summary: dict[str, str] = field(default_factory=dict)
    publisher: str = ""
    themes: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    frequency: str = ""
    landing: str = ""
    licence: str = ""
    distributions: tuple[dict[str, str], ...] = ()


def graph(body: bytes, media: str, address: str) -> Graph:
    """The triples of a feed. BadFeed."""
    kind = FORMATS.get(media) or kind_of(address)
    if kind is None:
        raise BadFeed(f"unknown kind of feed: {media or 'none said'}")
    made = Graph()
    try:
        text = (
            checked_json(body)
            if kind == "json-ld"
            else checked_xml(body)
            if kind == "xml"
            else body.decode("utf-8")
        )
        with (
            as_written(),
            warnings.catch_warnings(),
        ):  # the JSON-LD reader uses a class its own library calls deprecated
            warnings.simplefilter("ignore")
            made.parse(data=text, format=kind, publicID=address)
    except BadFeed:
        raise
    except RecursionError as error:
        raise BadFeed("nested too deeply") from error
    except Exception as error:  # a parser may raise anything over foreign text
        raise BadFeed(f"{type(error).__name__}: {error}"[:300]) from error
    if len(made) > MOST_TRIPLES:
        raise BadFeed("more statements than are read at once")
    return made


@contextmanager
def as_written() -> Iterator[None]:
    """Values stay as they are written: made regular, the number 1E900000000 alone is a text of a thousand million characters."""
    with _one_reader:
        before, rdflib.NORMALIZE_LITERALS = rdflib.NORMALIZE_LITERALS, False
        try:
            yield
        finally:
            rdflib.NORMALIZE_LITERALS = before


def kind_of(address: str) -> str | None:
    """The format an address ends with."""
    path = address.split("?")[0].lower()
    endings = {".ttl": "turtle", ".jsonld": "json-ld", ".json": "json-ld", ".rdf": "xml", ".xml": "xml"}
    return next((kind for end, kind in endings.items() if path.endswith(end)), None)


def checked_xml(body: bytes) -> bytes:
    """The document, when it has neither document type nor entities. BadFeed."""
    try:
        SafeXml.fromstring(body, forbid_dtd=True)
    except Exception as error:
        raise BadFeed(f"XML is refused: {type(error).__name__}") from error
    return body


def checked_json(body: bytes) -> str:
    """The document with known contexts written out; one that would be fetched from elsewhere is refused. BadFeed."""
    try:
        return json.dumps(without_remote(json.loads(body)))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise BadFeed(f"no JSON: {error}"[:200]) from error


def without_remote(node: Any) -> Any:
    """The same JSON without a context that names an address."""
    if isinstance(node, list):
        return [without_remote(one) for one in node]
    if not isinstance(node, dict):
        return node
    if "@import" in node:
        raise BadFeed("imports of contexts are not followed")
    return {k: local_context(v) if k == "@context" else without_remote(v) for k, v in node.items()}


def local_context(value: Any) -> Any:
    """A context without remote parts."""
    if isinstance(value, list):
        return [local_context(one) for one in value]
    if isinstance(value, str):
        known = CONTEXTS.get(value.rstrip("/"))
        if known is None:
            raise BadFeed(f"the context {value[:80]} is not fetched")
        return known
    return without_remote(value)


def datasets(found: Graph) -> Iterator[Found]:
    """Every dataset of a DCAT graph with an address of its own."""
    for number, node in enumerate(found.subjects(RDF.type, DCAT.Dataset, unique=True)):
        if number >= MOST_DATASETS:
            return
        if isinstance(node, URIRef):
            yield dataset(found, node)


def dataset(g: Graph, node: URIRef) -> Found:
    """One dataset."""
    publisher = g.value(node, DCTERMS.publisher)
    name = texts(g, publisher, FOAF.name)["zh"] if publisher is not None else ""
    licence = g.value(node, DCTERMS.license) or next(  # DCAT-AP names it with the distributions
        (found for d in g.objects(node, DCAT.distribution) if (found := g.value(d, DCTERMS.license))), ""
    )
    return Found(
        origin=str(node)[:600], title=texts(g, node, DCTERMS.title), summary=texts(g, node, DCTERMS.description),
        publisher=str(name or publisher or "")[:200],
        themes=tuple(re.split(r"[/#=]", str(t))[-1] for t in g.objects(node, DCAT.theme)),
        keywords=tuple(str(k)[:60] for k in g.objects(node, DCAT.keyword))[:20],
        frequency=str(g.value(node, DCTERMS.accrualPeriodicity) or "").rsplit("/", 1)[-1],
        landing=web(g.value(node, DCAT.landingPage) or node),
        licence=str(licence)[:300],
        distributions=tuple(distribution(g, d) for d in g.objects(node, DCAT.distribution))[:40],
    )  # fmt: skip


def distribution(g: Graph, node: Any) -> dict[str, str]:
    """One way to get the data, at the other portal."""
    address = g.value(node, DCAT.downloadURL) or g.value(node, DCAT.accessURL)
    title = g.value(node, DCTERMS.title) or ""
    kind = str(g.value(node, DCTERMS.format) or g.value(node, DCAT.mediaType) or "").rsplit("/", 1)[-1]
    return {"title": str(title)[:200], "format": kind[:40], "address": web(address)}


def texts(g: Graph, node: Any, what: Any) -> dict[str, str]:
    """A text in our two languages; without a language tag it counts as Chinese."""
    found = {"zh": "", "en": ""}
    for value in g.objects(node, what):
        language = (getattr(value, "language", None) or "zh").lower()
        found["en" if language.startswith("en") else "zh"] = str(value)[:2000]
    return {"zh": found["zh"] or found["en"], "en": found["en"]}


def web(address: Any) -> str:
    """An address that is safe to show as a link, else nothing."""
    text = str(address or "").strip()[:600]
    plain = not any(c in text for c in ' <>"{}|\\^`\n\r\t')
    return text if plain and text.startswith(("http://", "https://")) else ""


def next_page(g: Graph) -> str:
    """Where the catalogue goes on (Hydra), if anywhere."""
    return web(next(iter(g.objects(None, HYDRA_NEXT)), ""))


def ckan(body: bytes, address: str) -> tuple[list[Found], int]:
    """Datasets of one page of ``package_search`` and how many there are in all. BadFeed."""
    try:
        result = json.loads(body)["result"]
        listed = result["results"]
        return [package(p, address) for p in listed if p.get("name")], int(result.get("count", len(listed)))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadFeed("this is no CKAN answer") from error


def translated(words: Any, plain: str, most: int) -> dict[str, str]:
    """A text in two languages where the portal keeps translations (ckanext-fluent's fields), else the plain one."""
    said = words if isinstance(words, dict) else {}
    zh = next((str(said[k]) for k in ("zh", "zh_Hans", "zh_CN", "zh_Hans_CN") if said.get(k)), "")
    return {"zh": (zh or plain)[:most], "en": str(said.get("en") or "")[:most]}


def identifier(p: dict[str, Any]) -> str:
    """The dataset's own address where the portal says one (``uri`` among the extras, as DCAT feeds of CKAN do)."""
    extras = p.get("extras") if isinstance(p.get("extras"), list) else []
    said = next((e.get("value") for e in extras or [] if isinstance(e, dict) and e.get("key") == "uri"), "")
    return web(said)


def package(p: dict[str, Any], address: str) -> Found:
    """One CKAN package."""
    base = address.split("/api/")[0]
    return Found(
        origin=identifier(p) or f"{base}/dataset/{str(p.get('id') or p['name'])[:200]}",
        title=translated(p.get("title_translated"), str(p.get("title") or p["name"]), 500),
        summary=translated(p.get("notes_translated"), str(p.get("notes") or ""), 2000),
        publisher=str((p.get("organization") or {}).get("title") or "")[:200],
        themes=tuple(str(g.get("name", "")) for g in p.get("groups") or []),
        keywords=tuple(str(t.get("name", ""))[:60] for t in p.get("tags") or [])[:20],
        frequency=str(p.get("frequency") or "").rsplit("/", 1)[-1],
        landing=web(p.get("url") or f"{base}/dataset/{p['name']}"), licence=str(p.get("license_url") or "")[:300],
        distributions=tuple(
            {"title": str(r.get("name") or "")[:200], "format": str(r.get("format") or "")[:40], "address": web(r.get("url"))}
            for r in (p.get("resources") or [])[:40]
        ),
    )  # fmt: skip
