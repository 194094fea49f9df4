"""A file on one person or firm: blocks put together by key from the departments' tables. Nothing here asks who reads.

``actions.look`` is the only door for people: it checks right and purpose and writes the log before a row leaves.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import Item, Resource, SubjectFile
from citybrain.hub.data.registers.domain.decisions import Decided, current, entity_after
from citybrain.hub.data.registers.domain.matching import MODELS
from citybrain.hub.data.registers.queries.entities import decisions, entity_of_identifier, records_of
from citybrain.hub.data.registers.queries.objections import items_under_objection, values_under_objection
from citybrain.hub.data.registers.queries.pruning import with_keys
from citybrain.hub.data.registers.queries.showing import Eye
from citybrain.hub.data.registers.queries.showing import eye as eye_of
from citybrain.hub.data.registers.records import Block, FileRecord, Line, Said, Value
from citybrain.kernel import clock
from citybrain.kernel.errors import NotFound
from citybrain.kernel.text import Text

MOST_ROWS = 20
SECONDS = 10.0
NUMBER = re.compile(r"[0-9A-Z]{18}\Z")


def file_kinds(subject: str = "") -> list[SubjectFile]:
    """Kinds of files in force."""
    rows = SubjectFile.objects.filter(alive=True)
    return list(rows.filter(subject=subject) if subject else rows)


def file_kind(key: str) -> SubjectFile:
    """One kind; NotFound otherwise."""
    row = SubjectFile.objects.filter(pk=key, alive=True).first()
    if row is None:
        raise NotFound("no such file / 没有这种档案")
    return row


def entity_of(kind: SubjectFile, number: str) -> str:
    """The id a number stands under now."""
    made = decisions(kind.subject)
    return current(entity_of_identifier(MODELS[kind.subject].prefix, number), made)


def number_by_traits(kind: SubjectFile, name: str, trait: str) -> str:
    """The number of the only subject with this name and birth date, phone or representative; empty for none or several."""
    if not has_table(kind.register):
        return ""
    column = "CAST(birth_date AS VARCHAR)" if kind.subject == "person" else "representative"
    asked = reading.Asked(
        f"SELECT number FROM {kind.register} WHERE name = $name AND ({column} = $trait OR phone = $trait) LIMIT 2",  # noqa: S608
        {"name": name, "trait": trait}, seconds=SECONDS,
    )  # fmt: skip
    found = reading.query(asked).rows
    return str(found[0][0] or "") if len(found) == 1 else ""


def assembled(kind: SubjectFile, number: str, *, withheld: dict[str, str], unmasked: bool) -> FileRecord:
    """The file of a number. ``withheld``: block key → reason. NotFound when no register and no block knows it."""
    entity = entity_of(kind, number)
    records = records_of(kind.links, kind.subject, entity)
    sources = {source for _record, source, *_rest in records}
    wanted = [kind.register, *sources, *(b["resource"] for b in kind.blocks)]
    resources = {row.key: row for row in Resource.objects.filter(pk__in=wanted)}
    items = items_by_resource(resources)
    eye = eye_of((item for named in items.values() for item in named.values()), unmasked=unmasked)
    golden, summary = golden_of(kind, entity, items.get(kind.register, {}), eye)
    if not golden and not records:
        raise NotFound("nobody is known by this / 没有查到该主体的记录")
    found = Found(
        entity, numbers_of(number, records), records, decisions(kind.subject), MODELS[kind.subject].prefix
    )
    blocks = tuple(
        block_of(said, resources[said["resource"]], items[said["resource"]], found, withheld, eye)
        for said in kind.blocks
        if said["resource"] in resources
    )
    titles = {key: Text(**row.title) for key, row in resources.items()}
    return FileRecord(
        kind.key, Text(**kind.title), kind.subject, str(golden.get("name") or ""), number, entity,
        minor(golden.get("birth_date")), summary, blocks, titles,
    )  # fmt: skip


def minor(born: date | None, years: int = 18) -> bool:
    """Under age today; nobody whose birth date is unknown."""
    if born is None:
        return False
    today = clock.today()
    return (today.year - born.year - ((today.month, today.day) < (born.month, born.day))) < years


def is_minor(kind: SubjectFile, number: str) -> bool:
    """Whether the register says that the person is under age; by the number itself when the register knows nothing."""
    if kind.subject != "person":
        return False
    golden = row_by_key(kind.register, "person", entity_of(kind, number))
    born = golden.get("birth_date")
    if born is None and len(number) == 18 and number[6:14].isdigit():
        try:
            born = datetime.strptime(number[6:14], "%Y%m%d").date()
        except ValueError:
            born = None
    return minor(born)


def items_by_resource(keys_: Iterable[str]) -> dict[str, dict[str, Item]]:
    """Items of several resources in one question."""
    found: dict[str, dict[str, Item]] = {}
    for item in Item.objects.filter(resource_id__in=list(keys_)):
        found.setdefault(item.resource_id, {})[item.name] = item
    return found


def row_by_key(key: str, column: str, value: str) -> dict[str, Any]:
    """One row by its key item; empty when there is none."""
    if not has_table(key):
        return {}
    hashed = keys.lookup_key(value)
    asked = reading.Asked(
        f"SELECT * FROM {key} WHERE _key = $hashed AND {column} = $value LIMIT 1",  # noqa: S608 - names of the catalogue
        {"hashed": hashed, "value": value}, {key: with_keys([hashed])}, seconds=SECONDS,
    )  # fmt: skip
    answer = reading.query(asked)
    return dict(zip(answer.columns, answer.rows[0], strict=True)) if answer.rows else {}


def golden_of(
    kind: SubjectFile, entity: str, items: dict[str, Item], eye: Eye
) -> tuple[dict[str, Any], tuple[Said, ...]]:
    """The golden record and, item by item, what stands and what contradicts it."""
    golden = row_by_key(kind.register, kind.subject, entity)
    values = f"{kind.register}_value"
    if not golden or not has_table(values):
        return golden, ()
    hashed = keys.lookup_key(entity)
    asked = reading.Asked(
        f"SELECT item, value, source, at, chosen, confidence, record FROM {values} "  # noqa: S608 - names of the catalogue
        "WHERE _key = $hashed AND entity = $entity ORDER BY item, chosen DESC, confidence DESC",
        {"hashed": hashed, "entity": entity}, {values: with_keys([hashed])}, seconds=SECONDS,
    )  # fmt: skip
    by_item: dict[str, list[tuple]] = {}
    for item, *rest in reading.query(asked).rows:
        by_item.setdefault(item, []).append(tuple(rest))
    standing = {
        name: next(row for row in rows if row[3])[-1].partition(":") for name, rows in by_item.items()
    }
    under = values_under_objection((source, record) for source, _colon, record in standing.values())
    told = [
        replace(
            said_of(items[name], rows, eye), objected=(standing[name][0], standing[name][2], name) in under
        )
        for name, rows in by_item.items()
        if name in items
    ]
    return golden, tuple(sorted(told, key=lambda said: said.place))


def said_of(item: Item, rows: Sequence[tuple], eye: Eye) -> Said:
    """One item of the golden record; other sources only where they say something else, each value once."""
    standing = next(row for row in rows if row[3])
    others: dict[str, tuple[str, str, date | None]] = {}
    for value, source, at, *_rest in rows:
        if value != standing[0]:
            others.setdefault(value, (eye.sees(item, value), source, at))
    return Said(
        item.name,
        Text(**item.title),
        eye.sees(item, standing[0]),
        standing[1],
        standing[4],
        tuple(others.values()),
        item.position,
    )


@dataclass(frozen=True)
class Found:
    """What is known before the blocks are read: the subject, its numbers, its source records, what people decided."""

    entity: str
    numbers: frozenset[str]
    records: Sequence[tuple[str, str, str, float]]
    decisions: Sequence[Decided]
    prefix: str

    def keys_in(self, resource: str, *, by_number: bool) -> list[str]:
        """Values of the key item of this subject's rows: linked records, and rows under its numbers not split off."""
        linked = {record.partition(":")[2] for record, source, *_rest in self.records if source == resource}
        own = {n for n in self.numbers if by_number and self.keeps(f"{resource}:{n}", n)}
        return sorted(linked | own)

    def keeps(self, record: str, number: str) -> bool:
        """Whether a row under one of the numbers is still this subject's."""
        found = entity_of_identifier(self.prefix, number)
        return entity_after(record, found, self.decisions) == self.entity


def numbers_of(number: str, records: Sequence[tuple]) -> frozenset[str]:
    """The number and, after a merge, the other numbers of the subject."""
    names = (
        record.partition(":")[2] for record, _source, how, _p in records if how in ("identifier", "person")
    )
    return frozenset({number, *(name for name in names if NUMBER.match(name))})


def block_of(
    said: dict[str, Any],
    row: Resource,
    items: dict[str, Item],
    found: Found,
    withheld: dict[str, str],
    eye: Eye,
) -> Block:
    """One block with its rows, or why they are withheld."""
    wanted = found.keys_in(row.key, by_number=said["find"] == "number")
    sure = min([said["confidence"], *(p for _r, source, _h, p in found.records if source == row.key and p)])
    reason = withheld.get(said["key"], "")
    lines = () if reason or not wanted else lines_of(row, items, said["items"], wanted, eye)
    return Block(
        said["key"],
        Text(**said["title"]),
        row.owner,
        row.key,
        Text(**row.title),
        round(sure, 2),
        row.grade,
        lines,
        reason,
    )


def lines_of(
    row: Resource, items: dict[str, Item], names: Sequence[str], wanted: Sequence[str], eye: Eye
) -> tuple[Line, ...]:
    """Rows of a table by key, each in its newest version where the table says what tells rows apart; newest first."""
    if not row.key_item or not has_table(row.key):
        return ()
    chosen = [name for name in names if name in items]
    listed = ", ".join(f'"{name}", coalesce(CAST("{name}" AS VARCHAR), \'\')' for name in chosen)
    hashes = sorted({keys.lookup_key(value) for value in wanted})
    record = f'upper(trim(CAST("{row.key_item}" AS VARCHAR)))'
    apart = ", ".join(f'"{item.name}"' for item in items.values() if item.is_key)
    newest = (
        f"QUALIFY row_number() OVER (PARTITION BY {apart} ORDER BY _at DESC, _row DESC) = 1 " if apart else ""
    )
    asked = reading.Asked(
        f"SELECT {record}, _at, {listed} FROM {row.key} "  # noqa: S608 - names of the catalogue
        f"WHERE list_contains($hashes, _key) AND list_contains($wanted, {record}) {newest}"
        f"ORDER BY _at DESC, _row LIMIT {MOST_ROWS}",
        {"hashes": hashes, "wanted": sorted({keys.normal(value) for value in wanted})}, {row.key: with_keys(hashes)},
        seconds=SECONDS,
    )  # fmt: skip
    rows = reading.query(asked).rows
    objected = items_under_objection(row.key, {str(r[0]) for r in rows})
    return tuple(
        Line(
            str(record), at,
            tuple(
                Value(name, Text(**items[name].title), eye.sees(items[name], value),
                      bool(items[name].personal) and not eye.unmasked, (str(record), name) in objected, stood)
                for name, value, stood in zip(chosen, values[::2], values[1::2], strict=True)
            ),
        )
        for record, at, *values in rows
    )  # fmt: skip
