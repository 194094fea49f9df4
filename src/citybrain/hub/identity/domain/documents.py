"""Shapes of identity's pack documents (one YAML file each), and the expansion of a compact list into units."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from citybrain.kernel.text import Text

Level = Literal["province", "city", "county", "town", "village"]
OrganisationType = Literal[
    "PARTY", "GOV", "GOV_AGENCY", "VERTICAL", "LEGIS", "CPPCC", "COURT", "PROC",
    "PUBINST", "UTIL", "SOE", "EDU", "GRASS", "ENT", "SOCORG",
]  # fmt: skip
Slug = Field(pattern=r"^[a-z][a-z0-9]{0,15}$")
Key = Field(pattern=r"^[a-z][a-z0-9_-]{0,39}$")


class Document(BaseModel):
    """Common to all: the file stem is the key unless ``key:`` says otherwise."""

    model_config = ConfigDict(extra="forbid")

    key: str = ""
    version: int = 1


class Fragment(BaseModel):
    model_config = ConfigDict(extra="forbid")


class RoleGrant(Fragment):
    """A role for a post. ``scope``: a unit's code, ``own`` or ``jurisdiction`` (its government); ``matters`` empty: all.

    ``reach`` from there: own, subtree, place (every unit of the same jurisdiction), line (subtree and the counterparts
    whose business it guides), all.
    """

    role: str = Key
    scope: str = "own"
    reach: Literal["own", "subtree", "place", "line", "all"] = "subtree"
    matters: list[str] = []


class PostTemplate(Fragment):
    """A post every unit that names the template gets. The key becomes ``<unit code>/<post>``."""

    post: str = Key
    title: Text
    duties: Text | None = None
    roles: list[RoleGrant] = []


class Jurisdiction(Fragment):
    """The city or one of the ten county-level jurisdictions. ``prefix`` begins the codes of its units."""

    prefix: str = Field(pattern=r"^[a-z0-9]{2,12}$")
    level: Level
    division: str = Field(pattern=r"^\d{12}$")
    name: Text
    short: Text
    stem: Text  # the bare place name: 蕉城
    parent: str = ""


class Department(Fragment):
    """One line of the compact list: a department at the levels it exists, with the local exceptions."""

    slug: str = Slug
    type: OrganisationType
    name: Text
    short: Text
    levels: list[Level] = ["city", "county"]
    names: dict[str, Text] = {}  # by level or by jurisdiction prefix: where the full name differs
    shorts: dict[str, Text] = {}
    types: dict[str, OrganisationType] = {}
    absent: list[str] = []  # jurisdiction prefixes without it
    parent: str = ""  # slug of the unit above in the same jurisdiction; default the government
    plain: bool = False  # the name is complete: no jurisdiction in front
    duties: list[Text] = []
    posts: list[str] = []  # names of post sets
    posts_at: dict[str, list[str]] = {}  # further sets by level or jurisdiction prefix
    nature: str = Field(default="1", pattern=r"^[1239]$")
    uscc: dict[str, str] = {}
    vertical: bool = False
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    source: str = ""
    county_source: str = "K"  # the plan names city departments; their county counterparts are to be confirmed
    confirmed: bool = True


class Unit(Fragment):
    """A single unit that follows no list: a town, a school, a firm."""

    code: str = Field(pattern=r"^[a-z0-9]{2,12}-[a-z][a-z0-9]{0,15}$")
    type: OrganisationType
    level: Level
    name: Text
    short: Text | None = None
    division: str = Field(pattern=r"^\d{12}$")
    parent: str = ""
    jurisdiction: str = ""
    duties: list[Text] = []
    posts: list[str] = []
    nature: str = "1"
    uscc: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str = ""
    source: str = ""
    confirmed: bool = True


class TownGroup(Fragment):
    """Towns and streets of one county, ``"001": 蕉南街道``; their governments are GRASS units."""

    county: str = Field(pattern=r"^\d{6}$")
    jurisdiction: str
    towns: dict[str, str]
    posts: list[str] = []
    source: str = ""


class Edge(Fragment):
    source: str
    target: str
    kind: Literal["leads", "business_guides"]


class Organisations(Document):
    """Part ``organisations``: jurisdictions, post sets, departments by level, single units, towns, edges."""

    jurisdictions: list[Jurisdiction] = Field(default=[], max_length=60)
    post_sets: dict[str, list[PostTemplate]] = {}
    departments: list[Department] = Field(default=[], max_length=300)
    units: list[Unit] = Field(default=[], max_length=2000)
    towns: list[TownGroup] = Field(default=[], max_length=60)
    edges: list[Edge] = Field(default=[], max_length=5000)


class RoleDocument(Document):
    """Part ``roles``: a named set of permissions. ``separated`` marks one of the three administrators' powers."""

    name: Text
    note: Text | None = None
    permissions: list[str] = Field(max_length=400)
    separated: Literal["", "system", "security", "audit"] = ""


class PersonEntry(Fragment):
    id: str = Key
    name: str
    id_number: str
    id_type: str = "111"
    phone: str = ""
    level: Literal["declared", "basic", "verified"] = "verified"
    note: str = ""
    facts: dict[str, Any] = {}


class Persons(Document):
    """Demo part ``persons``: synthetic people. ``id`` is how other demo files name them."""

    persons: list[PersonEntry] = Field(max_length=500)


class LegalPersonEntry(Fragment):
    id: str = Key
    name: str
    uscc: str
    kind: str = "enterprise"
    division: str = ""
    address: str = ""
    phone: str = ""
    facts: dict[str, Any] = {}
    representative: str = ""
    handlers: list[str] = []


class LegalPersons(Document):
    """Demo part ``legal_persons``: synthetic firms; people are named by their ``id`` in the persons files."""

    legal_persons: list[LegalPersonEntry] = Field(max_length=500)


class AccountEntry(Fragment):
    """An official holds posts by key; a citizen is a person by ``id``."""

    username: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{1,60}$")
    name: str
    kind: Literal["official", "citizen"]
    person: str = ""
    posts: list[str] = []


class Accounts(Document):
    """Demo part ``accounts``: sign-ins for visitors, all with the published demo password."""

    accounts: list[AccountEntry] = Field(max_length=500)


def expand(doc: Organisations) -> Iterator[Unit]:
    """Every unit of a document, single ones included, in the order of the file."""
    for department in doc.departments:
        for place in doc.jurisdictions:
            if place.level in department.levels and place.prefix not in department.absent:
                yield _department(department, place)
    for group in doc.towns:
        yield from _towns(group)
    yield from doc.units


def unit_codes(doc: Organisations) -> frozenset[str]:
    """Codes of all units a document brings."""
    return frozenset(unit.code for unit in expand(doc))


def _department(department: Department, place: Jurisdiction) -> Unit:
    name = department.names.get(place.prefix) or department.names.get(place.level) or department.name
    short = department.shorts.get(place.prefix) or department.shorts.get(place.level) or department.short
    government = f"{place.prefix}-zf"
    parent = f"{place.prefix}-{department.parent}" if department.parent else government
    if department.slug == "zf":
        parent = f"{place.parent}-zf" if place.parent else ""
    return Unit(
        code=f"{place.prefix}-{department.slug}",
        type=department.types.get(place.prefix) or department.types.get(place.level) or department.type,
        level=place.level,
        name=name if department.plain else _with_place(place, place.name, name),
        short=short if department.plain else _with_place(place, place.short, short),
        division=place.division,
        parent=parent,
        jurisdiction=place.prefix,
        duties=department.duties,
        posts=[
            *department.posts,
            *department.posts_at.get(place.level, []),
            *department.posts_at.get(place.prefix, []),
        ],
        nature=department.nature,
        uscc=department.uscc.get(place.prefix, ""),
        valid_from=department.valid_from,
        valid_to=department.valid_to,
        successor=f"{place.prefix}-{department.successor}" if department.successor else "",
        source=department.source if place.level == "city" else department.county_source,
        confirmed=department.confirmed
        and (place.level == "city" or not department.county_source.startswith("K")),
    )


def _with_place(place: Jurisdiction, prefix: Text, name: Text) -> Text:
    """宁德市 + 教育局; Education Bureau, Ningde. ``{name}`` and ``{stem}`` put the place elsewhere (…局蕉城分局)."""
    zh = _filled(name.zh, place.name.zh, place.stem.zh) if "{" in name.zh else prefix.zh + name.zh
    if "{" in name.en:
        return Text(zh=zh, en=_filled(name.en, place.name.en, place.stem.en))
    return Text(zh=zh, en=f"{name.en}, {place.stem.en}" if name.en and place.stem.en else name.en)


def _filled(pattern: str, name: str, stem: str) -> str:
    return pattern.replace("{name}", name).replace("{stem}", stem)


def _towns(group: TownGroup) -> Iterator[Unit]:
    for digits, name in group.towns.items():
        street = name.endswith("街道")
        yield Unit(
            code=f"{group.county}{digits}-{'jdb' if street else 'zf'}",
            type="GRASS",
            level="town",
            name=Text(zh=name + ("办事处" if street else "人民政府")),
            short=Text(zh=name),
            division=f"{group.county}{digits}000",
            parent=f"{group.jurisdiction}-zf",
            jurisdiction=group.jurisdiction,
            posts=group.posts,
            source=group.source,
        )


def edges(doc: Organisations) -> Iterator[Edge]:
    """Line edges of departments (city guides its county counterparts) and block edges (government leads)."""
    top = [place for place in doc.jurisdictions if not place.parent]
    for department in doc.departments:
        for city in top:
            for place in doc.jurisdictions:
                if place.parent == city.prefix and _exists(department, city) and _exists(department, place):
                    kind: Any = "leads" if department.slug == "zf" else "business_guides"
                    yield Edge(
                        source=f"{city.prefix}-{department.slug}",
                        target=f"{place.prefix}-{department.slug}",
                        kind=kind,
                    )
        for place in doc.jurisdictions:
            if _exists(department, place) and not department.vertical and department.slug != "zf":
                above = department.parent or "zf"
                yield Edge(
                    source=f"{place.prefix}-{above}", target=f"{place.prefix}-{department.slug}", kind="leads"
                )
    for group in doc.towns:
        for unit in _towns(group):
            yield Edge(source=unit.parent, target=unit.code, kind="leads")
    yield from doc.edges


def _exists(department: Department, place: Jurisdiction) -> bool:
    return place.level in department.levels and place.prefix not in department.absent


def post_entries(
    doc: Organisations, unit: Unit
) -> Iterator[tuple[str, PostTemplate, list[tuple[RoleGrant, str]]]]:
    """(post key, template, grants with the code their scope starts from) of a unit."""
    for name in unit.posts:
        for template in doc.post_sets.get(name, []):
            grants = [(grant, _scope_code(grant, unit)) for grant in template.roles]
            yield f"{unit.code}/{template.post}", template, grants


def _scope_code(grant: RoleGrant, unit: Unit) -> str:
    if grant.scope == "own":
        return unit.code
    if grant.scope == "jurisdiction":
        return f"{unit.jurisdiction}-zf"
    return grant.scope


def duplicates(codes: Iterable[str]) -> list[str]:
    """Codes that occur twice."""
    seen: set[str] = set()
    again: list[str] = []
    for code in codes:
        (again.append if code in seen else seen.add)(code)
    return again
