"""Step 3 of the wizard: columns of the source and items of a dataset, matched by name, title or pinyin, changed by hand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.http import HttpRequest
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.domain import guess
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.queries.owned import resources_of
from citybrain.hub.data.collection.views import words
from citybrain.hub.data.models import Collection, Item, Resource
from citybrain.hub.data.views.asked import asked
from citybrain.hub.identity import api as identity
from citybrain.kernel.errors import FieldProblem, NotFound
from citybrain.kernel.text import say

OURS = ("_batch", "_at", "_row", "_key")
GRADES = ("L1", "L2", "L3", "L4")
NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
RULES = ("required", "length", "pattern", "codes", "lowest", "highest", "identifier", "is_key")
LEAVE, NEW = "", "+"


@dataclass
class MapLine:
    """One column: what it becomes (an item's name, ``+`` for a new item, nothing), and the new item's words."""

    place: int
    column: str
    item: str
    name: str
    title: str
    type: str
    identifier: str
    personal: str
    grade: str


@dataclass
class MapTable:
    """The whole form: the dataset (an existing key or ``+``), its name and title, the lines, items to choose from."""

    chosen: str
    namespace: str
    noun: str
    title: str
    lines: list[MapLine]
    items: list[Item] = field(default_factory=list)
    resources: list[tuple[str, str]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The key of the dataset."""
        return f"{self.namespace}.{self.noun}" if self.chosen == NEW else self.chosen


def table_of(request: HttpRequest, row: Collection) -> MapTable:
    """The form as sent, as saved before, or as guessed."""
    own = {
        r.key: r for r in resources_of(request.actor).filter(owner=row.organisation).prefetch_related("items")
    }
    chosen = chosen_key(request, row, own)
    items = list(own[chosen].items.all()) if chosen in own else []
    noun = (
        asked(request.POST, "noun", 60)
        or (row.resource.partition(".")[2] if chosen == NEW else "")
        or guess.name_of(row.title)
    )
    title = asked(request.POST, "dataset_title", 120) or row.resource_title or row.title
    fresh = request.method != "POST" or "choose" in request.POST
    lines = guessed(row, items) if fresh else [sent(request, row, place) for place in range(len(row.columns))]
    resources = [(key, f"{say(r.title)} ({key})") for key, r in own.items()]
    return MapTable(chosen, namespace_of(row.organisation), noun, title, lines, items, resources)


def chosen_key(request: HttpRequest, row: Collection, own: dict[str, Resource]) -> str:
    """The dataset chosen now, or before; a new one otherwise."""
    for key in (asked(request.POST, "resource", 120), row.resource):
        if key in own:
            return key
        if key:
            return NEW
    return NEW


def namespace_of(organisation: str) -> str:
    """The namespace of a unit: its slug, letters only; with its county's code as letters where it is not the city's."""
    prefix, _sign, slug = organisation.partition("-")
    try:
        level = identity.organisation(organisation).level
    except NotFound:
        level = "city"
    plain = re.sub(r"[^a-z]", "", slug.lower()) or "unit"
    if level == "city":
        return plain
    return plain + "".join(chr(ord("a") + int(digit)) for digit in prefix[4:6] if digit.isdigit())


def guessed(row: Collection, items: Sequence[Item]) -> list[MapLine]:
    """What was saved before, else what names, titles and pinyin suggest."""
    saved = {m["column"]: m for m in row.mapping}
    known = guess.matched(
        [c["name"] for c in row.columns],
        {i.name: (i.title.get("zh", ""), i.title.get("en", "")) for i in items},
    )
    taken: list[str] = [i.name for i in items]
    lines = []
    for place, column in enumerate(row.columns):
        name = guess.name_of(column["name"], taken)
        old = saved.get(column["name"], {})
        item = old.get("item", "")
        chosen = item if item in {i.name for i in items} else NEW if item else known.get(column["name"], NEW)
        if chosen == NEW:
            name = item or name
            taken.append(name)
        if row.mapping and not old:
            chosen = LEAVE
        kind = old.get("type") or column.get("type", "text")
        personal = old.get("personal", column.get("personal", ""))
        title = (old.get("title") or {}).get("zh") or column["name"]
        grade = old.get("grade") or ("L3" if personal else "L1")
        lines.append(MapLine(place, column["name"], chosen, name, title, kind, old.get("identifier", column.get("identifier", "")), personal, grade))  # fmt: skip
    return lines


def sent(request: HttpRequest, row: Collection, place: int) -> MapLine:
    """One line of the form."""
    column = row.columns[place]
    said = {
        n: asked(request.POST, f"{n}_{place}", 120)
        for n in ("item", "name", "title", "type", "personal", "grade")
    }
    return MapLine(
        place, column["name"], said["item"], said["name"] or guess.name_of(column["name"]), said["title"] or column["name"],
        said["type"] if said["type"] in words.types() else "text", column.get("identifier", ""),
        said["personal"] if said["personal"] in words.personal() else "", said["grade"] if said["grade"] in GRADES else "L1",
    )  # fmt: skip


def settled(table: MapTable) -> tuple[list[Mapped], list[FieldProblem]]:
    """The mapping, and what is wrong with it."""
    found: list[FieldProblem] = []
    if table.chosen == NEW and not NAME.fullmatch(table.noun):
        found.append(
            FieldProblem(
                "noun", "name", _("A name has lower-case letters, digits and _, and begins with a letter.")
            )
        )
    mapping: list[Mapped] = []
    items = {item.name: item for item in table.items}
    for line in table.lines:
        if line.item == LEAVE:
            continue
        made = from_item(line, items[line.item]) if line.item in items else from_line(line)
        if not NAME.fullmatch(made.item) or made.item in OURS:
            found.append(
                FieldProblem(
                    f"name_{line.place}",
                    "name",
                    _("A name has lower-case letters, digits and _, and begins with a letter."),
                )
            )
        elif line.item == NEW and made.item in items:
            found.append(
                FieldProblem(
                    f"name_{line.place}",
                    "taken",
                    _("The dataset has an item of this name; choose it instead."),
                )
            )
        elif made.item in {m.item for m in mapping}:
            found.append(
                FieldProblem(
                    f"item_{line.place}",
                    "twice",
                    _("Two columns lead to the item %(item)s.") % {"item": made.item},
                )
            )
        mapping.append(made)
    if not mapping:
        found.append(FieldProblem("item_0", "none", _("Map at least one column to an item.")))
    return mapping, found


def with_rules_kept(mapping: Sequence[Mapped], row: Collection) -> list[Mapped]:
    """Columns that still lead to the same item of the same type keep the rules that were settled for them."""
    before = {(m.column, m.item, m.type): m for m in map(Mapped.from_dict, row.mapping)}
    kept = []
    for m in mapping:
        old = before.get((m.column, m.item, m.type))
        kept.append(m if old is None else replace(m, **{name: getattr(old, name) for name in RULES}))
    return kept


def from_item(line: MapLine, item: Item) -> Mapped:
    """The rules an existing item brings along."""
    return Mapped(
        line.column, item.name, item.type, item.required, item.length, identifier=known_identifier(item.identifier),
        title=item.title, personal=item.personal, grade=item.grade, is_key=item.is_key,
    )  # fmt: skip


def from_line(line: MapLine) -> Mapped:
    """A new item as typed."""
    identifier = known_identifier(line.identifier) if line.type == "text" else ""
    return Mapped(
        line.column, line.name, line.type, identifier=identifier, title={"zh": line.title, "en": line.title},
        personal=line.personal, grade=line.grade,
    )  # fmt: skip


def known_identifier(word: str) -> str:
    """The identifier when we can check it."""
    return word if word in words.identifiers() else ""
