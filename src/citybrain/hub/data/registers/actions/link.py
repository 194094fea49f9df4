"""Which source record belongs to which person or firm: by identifier first, then by likeness, then by what people decided."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

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


def linked_rows(row: LakeModel) -> pa.RecordBatchReader:
    """One row a record: its entity, how that was found (identifier, likeness, alone, person), how sure it is.

    A stream: records with an identifier pass through, only those without one are held, by name.
    """
    records, register = row.upstream[0], row.spec["register"]
    model, made = MODELS[register], decisions(register)
    bare = sources_of_bare(records, register)
    pairs = (
        alike(register, rows_of(records, register, known=True), rows_of(records, register, known=False))
        if bare
        else []
    )
    sets, sure_of = grown(model, pairs)
    keep_pairs(model, pairs, sets, sure_of)
    unsure = by_likeness(row.key, model, bare, sets, sure_of)
    return pa.RecordBatchReader.from_batches(SCHEMA, all_links(records, register, model, unsure, made))


def all_links(
    records: str, register: str, model: Matching, unsure: pa.Table, made: Sequence[Decided]
) -> Iterator[pa.RecordBatch]:
    """Links by identifier, then by likeness, each after what people decided."""
    with reading.batches(by_identifier(records, register, model)) as stream:
        for batch in stream:
            yield from decided(pa.Table.from_batches([batch]).cast(SCHEMA), made).to_batches()
    yield from decided(unsure, made).to_batches()


def by_identifier(records: str, register: str, model: Matching) -> reading.Asked:
    """Records with a sound identifier, all inside the engine."""
    key = keys.key_expression("number")
    entity = f"'{model.prefix}' || lpad(lower(printf('%x', {key})), 16, '0')"
    sql = (
        f"SELECT record, source, {entity} AS entity, {entity} AS found, "  # noqa: S608
        f"'identifier' AS how, CAST(1 AS DOUBLE) AS probability FROM {records} WHERE {sound_identifier(register)}"
    )
    return reading.Asked(sql, {"lookup_secret": keys.secret()}, seconds=3600)


def sources_of_bare(records: str, register: str) -> dict[str, str]:
    """Record → source of those that name nobody by number."""
    sql = f"SELECT record, source FROM {records} WHERE NOT coalesce(({sound_identifier(register)}), false)"  # noqa: S608
    return dict(reading.query(reading.Asked(sql, seconds=3600)).rows)


def rows_of(records: str, register: str, *, known: bool) -> Iterator[dict[str, Any]]:
    """The records with (``known``) or without a sound identifier, streamed."""
    test = f"coalesce(({sound_identifier(register)}), false) = {str(known).lower()}"
    sql = f"SELECT {', '.join(FIELDS[register])} FROM {records} WHERE {test}"  # noqa: S608
    with reading.batches(reading.Asked(sql, seconds=3600)) as stream:
        for batch in stream:
            yield from batch.to_pylist()


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
    key: str, model: Matching, source: Mapping[str, str], sets: Clusters, sure: dict[str, float]
) -> pa.Table:
    """Records without an identifier: joined to the person they are surely like, else alone; ids stay what they were."""
    earlier = earlier_entities(key)
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
    """The links after what people decided; only rows of touched entities are looked at one by one."""
    touched = {d.kept for d in made} | {d.other for d in made}
    if not touched:
        return found
    of_touched = pc.is_in(found["found"], value_set=pa.array(sorted(touched), pa.string()))
    rows = found.filter(of_touched).to_pylist()
    for row in rows:
        row["entity"] = entity_after(row["record"], row["found"], made)
        if row["entity"] != row["found"]:
            row["how"], row["probability"] = "person", 1.0
    return pa.concat_tables([found.filter(pc.invert(of_touched)), pa.Table.from_pylist(rows, schema=SCHEMA)])
