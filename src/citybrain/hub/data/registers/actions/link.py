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
    ("record", pa.string()), ("source", pa.string()), ("entity", pa.string()), ("how", pa.string()),
    ("probability", pa.float64()),
])  # fmt: skip


def linked_rows(row: LakeModel) -> pa.Table:
    """One row a record: its entity, how that was found (identifier, likeness, alone, person), how sure it is."""
    records, register = row.upstream[0], row.spec["register"]
    model, made = MODELS[register], decisions(register)
    sure = by_identifier(records, register, model)
    bare = without_identifier(records, register)
    pairs = alike(register, known_side(records, register), bare) if bare else []
    keep_pairs(model, pairs)
    unsure = by_likeness(row.key, model, bare, pairs)
    return decided(pa.concat_tables([sure, unsure]), made)


def by_identifier(records: str, register: str, model: Matching) -> pa.Table:
    """Records with a sound identifier, all inside the engine."""
    key = keys.key_expression("number")
    sql = (
        f"SELECT record, source, '{model.prefix}' || lpad(lower(printf('%x', {key})), 16, '0') AS entity, "  # noqa: S608
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


def keep_pairs(model: Matching, pairs: Sequence[Pair]) -> None:
    """Pairs a person has to look at; those looked at stay as they were decided, those no longer found go."""
    wanted = {(p.left, p.right): p for p in pairs if model.review <= p.probability < model.auto}
    MatchPair.objects.filter(register=model.register, state="open").delete()
    MatchPair.objects.bulk_create(
        [
            MatchPair(
                register=model.register,
                left=left,
                right=right,
                probability=p.probability,
                found_at=clock.now(),
            )
            for (left, right), p in wanted.items()
        ],
        ignore_conflicts=True,
    )


def by_likeness(key: str, model: Matching, bare: Sequence[dict], pairs: Sequence[Pair]) -> pa.Table:
    """Records without an identifier: joined to the person they are surely like, else alone; ids stay what they were."""
    said = {
        (p.left, p.right): p.state
        for p in MatchPair.objects.filter(register=model.register).exclude(state="open")
    }
    anchors = {p.right: p.right_entity for p in pairs if p.right_entity} | {
        p.left: p.left_entity for p in pairs if p.left_entity
    }
    sets, best = Clusters(anchors), {}
    for pair in sorted(pairs, key=lambda p: -p.probability):
        state = said.get((pair.left, pair.right), "")
        if (
            state != "different"
            and (pair.probability >= model.auto or state == "same")
            and sets.join(pair.left, pair.right)
        ):
            for record in (pair.left, pair.right):
                best[record] = max(best.get(record, 0.0), 1.0 if state == "same" else pair.probability)
    earlier = earlier_entities(key)
    rows = []
    for root, members in sets.members(record["record"] for record in bare).items():
        entity = sets.anchor.get(root) or stable(model, members, earlier)
        rows += [(member, entity, best.get(member)) for member in members]
    source = {record["record"]: record["source"] for record in bare}
    return pa.Table.from_pylist(
        [
            {
                "record": r,
                "source": source[r],
                "entity": e,
                "how": "alone" if p is None else "likeness",
                "probability": p or 0.0,
            }
            for r, e, p in rows
        ],
        schema=SCHEMA,
    )


def earlier_entities(key: str) -> dict[str, str]:
    """Record → entity of the last run, of records without an identifier."""
    if not has_table(key):
        return {}
    rows = reading.query(f"SELECT record, entity FROM {key} WHERE how <> 'identifier'").rows  # noqa: S608
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
        if row["entity"] in touched:
            after = entity_after(row["record"], row["entity"], made)
            if after != row["entity"]:
                row["entity"], row["how"], row["probability"] = after, "person", 1.0
    return pa.Table.from_pylist(rows, schema=SCHEMA)
