"""Which source record belongs to which person or firm: by identifier first, then by likeness, then by what people decided."""

from collections.abc import Iterable, Sequence
from typing import Any

import pyarrow as pa

from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import LakeModel, MatchPair
from citybrain.hub.data.registers.actions.alike import Pair, alike
from citybrain.hub.data.registers.domain.clusters import Clusters
from citybrain.hub.data.registers.domain.decisions import Decided, entity_after
from citybrain.hub.data.registers.domain.identifiers_sql import sound_identifier
from citybrain.hub.data.registers.domain.matching import MODELS, Matching
from citybrain.hub.data.registers.queries.entities import decisions, entity_of_identifier
from citybrain.kernel import clock

FIELDS = {
    "person": ("record", "source", "number", "name", "birth_date", "sex", "phone", "address"),
    "firm": ("record", "source", "number", "name", "representative", "phone", "address"),
}
SCHEMA = pa.schema([
    ("record", pa.string()), ("source", pa.string()), ("entity", pa.string()), ("found", pa.string()), ("how", pa.string()),
    ("probability", pa.float64()),
])  # fmt: skip


def linked_rows(row: LakeModel) -> pa.Table:
    """One row a record: its entity, how that was found (identifier, likeness, alone, person), how sure it is."""
    records, register = row.upstream[0], row.spec["register"]
    model, made = MODELS[register], decisions(register)
    sure = by_identifier(records, register, model)
    bare = without_identifier(records, register)
    pairs = alike(register, known_side(records, register), bare) if bare else []
    sets, sure_of = grown(model, pairs)
    keep_pairs(model, pairs, sets, sure_of)
    unsure = by_likeness(row.key, model, bare, sets, sure_of)
    return decided(pa.concat_tables([sure, unsure]), made)


def by_identifier(records: str, register: str, model: Matching) -> pa.Table:
    """Records with a sound identifier, all inside the engine."""
    key = keys.key_expression("number")
    entity = f"'{model.prefix}' || lpad(lower(printf('%x', {key})), 16, '0')"
    sql = (
        f"SELECT record, source, {entity} AS entity, {entity} AS found, "  # noqa: S608
        f"'identifier' AS how, CAST(1 AS DOUBLE) AS probability FROM {records} WHERE {sound_identifier(register)}"
    )
    asked = reading.Asked(sql, {"lookup_secret": keys.secret()}, seconds=3600)
    with reading.batches(asked) as stream:
        return stream.read_all().cast(SCHEMA)


def without_identifier(records: str, register: str) -> list[dict[str, Any]]:
    """Records that name nobody by number."""
    listed = ", ".join(FIELDS[register])
    sql = f"SELECT {listed} FROM {records} WHERE NOT coalesce(({sound_identifier(register)}), false)"  # noqa: S608
    return dicts(reading.query(reading.Asked(sql, seconds=3600)))


def known_side(records: str, register: str) -> list[dict[str, Any]]:
    """Records with an identifier, as something to compare with."""
    sql = f"SELECT {', '.join(FIELDS[register])} FROM {records} WHERE {sound_identifier(register)}"  # noqa: S608
    return dicts(reading.query(reading.Asked(sql, seconds=3600)))


def dicts(answer: reading.Answer) -> list[dict[str, Any]]:
    """Rows as mappings."""
    return [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]


def answered(register: str) -> dict[tuple[str, str], str]:
    """What people said about pairs: ``same`` or ``different``."""
    rows = MatchPair.objects.filter(register=register).exclude(state="open")
    return {(row.left, row.right): row.state for row in rows}


def grown(model: Matching, pairs: Sequence[Pair]) -> tuple[Clusters, dict[str, float]]:
    """Sets of records that are one, and how sure each joined record is; what people said goes first."""
    said = answered(model.register)
    anchors = {p.right: p.right_entity for p in pairs} | {p.left: p.left_entity for p in pairs}
    sets = Clusters({record: entity for record, entity in anchors.items() if entity})
    sure: dict[str, float] = {}
    for pair in sorted(pairs, key=lambda p: (said.get((p.left, p.right)) != "same", -p.probability)):
        state = said.get((pair.left, pair.right), "")
        wanted = state == "same" or (state != "different" and pair.probability >= model.auto)
        if wanted and sets.join(pair.left, pair.right):
            for record in (pair.left, pair.right):
                sure[record] = max(sure.get(record, 0.0), 1.0 if state == "same" else pair.probability)
    return sets, sure


def by_likeness(
    key: str, model: Matching, bare: Sequence[dict], sets: Clusters, sure: dict[str, float]
) -> pa.Table:
    """Records without an identifier: joined to the person they are surely like, else alone; ids stay what they were."""
    earlier = earlier_entities(key)
    source = {record["record"]: record["source"] for record in bare}
    rows = []
    for root, members in sets.members(source).items():
        entity = sets.anchor.get(root) or stable(model, members, earlier)
        rows += [
            {
                "record": member, "source": source[member], "entity": entity, "found": entity,
                "how": "likeness" if member in sure else "alone", "probability": sure.get(member, 0.0),
            }
            for member in members
        ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def keep_pairs(model: Matching, pairs: Sequence[Pair], sets: Clusters, sure: dict[str, float]) -> None:
    """Pairs a person has to look at: the likeliest one for a record and a subject, none for what is joined already.

    Those looked at stay as they were decided; open ones that are no longer found go.
    """
    best: dict[tuple[str, str], Pair] = {}
    for pair in sorted(pairs, key=lambda p: -p.probability):
        doubtful = model.review <= pair.probability < model.auto
        bare = pair.left if not pair.left_entity else pair.right
        if doubtful and bare not in sure and sets.root(pair.left) != sets.root(pair.right):
            best.setdefault((bare, pair.left_entity or pair.right_entity or pair.right), pair)
    MatchPair.objects.filter(register=model.register, state="open").delete()
    rows = [
        MatchPair(
            register=model.register,
            left=p.left,
            right=p.right,
            probability=p.probability,
            found_at=clock.now(),
        )
        for p in best.values()
    ]
    MatchPair.objects.bulk_create(rows, ignore_conflicts=True)


def earlier_entities(key: str) -> dict[str, str]:
    """Record → entity of the last run, of records without an identifier."""
    if not has_table(key):
        return {}
    rows = reading.query(f"SELECT record, found FROM {key} WHERE how <> 'identifier'").rows  # noqa: S608
    return dict(rows)


def stable(model: Matching, members: Iterable[str], earlier: dict[str, str]) -> str:
    """The id of a set without an identifier: the one it had, else one made of its first record."""
    listed = sorted(members)
    made = [entity_of_identifier(model.prefix, record) for record in listed]
    had = sorted(earlier[record] for record in listed if earlier.get(record) in made)
    return had[0] if had else made[0]


def decided(found: pa.Table, made: Sequence[Decided]) -> pa.Table:
    """The links after what people decided; only touched entities are looked at row by row."""
    touched = {d.kept for d in made} | {d.other for d in made}
    if not touched:
        return found
    rows = found.to_pylist()
    for row in rows:
        if row["found"] in touched:
            row["entity"] = entity_after(row["record"], row["found"], made)
            if row["entity"] != row["found"]:
                row["how"], row["probability"] = "person", 1.0
    return pa.Table.from_pylist(rows, schema=SCHEMA)
