"""Which value of several sources stands in the register (择优规则), written as SQL; nothing that disagrees is thrown away.

Two statements come of one declaration: every value with its source, its standing and whether others contradict it, and
the golden record made of the values that stand.

- ``priority``: the source named first; ``newest``: the latest; ``frequent``: what most records say; ``longest``: valid
  for the longest time (needs ``valid_from``/``valid_to`` in the records). Ties: newer first, then the record's name.
- Confidence of a value = trust of the records that say it / (trust of all that say anything + 1 - best trust among
  those that say it): one source trusted 0.95 gives 0.95; a contradiction by an equal one about 0.5.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from sqlglot import exp

from citybrain.hub.data.registers.domain.model_sql import DIALECT

Rule = Literal["priority", "newest", "frequent", "longest"]
DEFAULT_TRUST = 0.7


@dataclass(frozen=True)
class ItemRule:
    """How one item is chosen. ``type`` is the item's type in the golden record."""

    name: str
    type: str
    rule: Rule
    sources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Survivorship:
    """``records`` has entity-less source records, ``links`` says which entity each belongs to."""

    records: str
    links: str
    provenance: str
    entity: str
    items: tuple[ItemRule, ...]
    trust: Mapping[str, float]
    validity: bool = False


def text(value: str) -> str:
    """A literal."""
    return exp.Literal.string(value).sql(dialect=DIALECT)


def provenance_sql(said: Survivorship) -> str:
    """Every value of every entity: entity, item, value, source, record, at, chosen, conflict, confidence."""
    parts = [value_sql(said, item) for item in said.items]
    return f"WITH r AS ({joined(said)}) " + " UNION ALL ".join(parts)


def joined(said: Survivorship) -> str:
    """Source records with their entity and the trust in their source."""
    trust = " ".join(
        f"WHEN {text(source)} THEN {float(value):.3f}" for source, value in sorted(said.trust.items())
    )
    case = f"CASE r.source {trust} ELSE {DEFAULT_TRUST} END" if trust else str(DEFAULT_TRUST)
    valid = ", r.valid_from, r.valid_to" if said.validity else ""
    items = "".join(f", r.{item.name}" for item in said.items)
    return (
        f"SELECT l.entity, r.record, r.source, r.at{valid}, CAST({case} AS DOUBLE) AS trust{items} "  # noqa: S608
        f"FROM {said.records} AS r JOIN {said.links} AS l ON l.record = r.record"
    )


def value_sql(said: Survivorship, item: ItemRule) -> str:
    """The values of one item, ranked within their entity."""
    value = f"CAST({item.name} AS VARCHAR)"
    valid = ", valid_from, valid_to" if said.validity else ""
    source = (
        f"SELECT entity, record, source, at, trust{valid}, {value} AS value, "  # noqa: S608
        f"count(*) OVER (PARTITION BY entity, {value}) AS votes FROM r WHERE {item.name} IS NOT NULL AND trim({value}) <> ''"
    )
    return (
        f"SELECT entity, {text(item.name)} AS item, value, source, record, at, "  # noqa: S608
        f"row_number() OVER (PARTITION BY entity ORDER BY {rank(item)}) = 1 AS chosen, "
        "count(DISTINCT value) OVER (PARTITION BY entity) > 1 AS conflict, "
        "round(sum(trust) OVER (PARTITION BY entity, value) / (sum(trust) OVER (PARTITION BY entity) + 1 - "
        f"max(trust) OVER (PARTITION BY entity, value)), 3) AS confidence FROM ({source}) AS v_{item.name}"
    )


def rank(item: ItemRule) -> str:
    """ORDER BY of the rule."""
    latest = "at DESC NULLS LAST, record"
    if item.rule == "priority":
        places = " ".join(f"WHEN {text(source)} THEN {n}" for n, source in enumerate(item.sources))
        return f"CASE source {places} ELSE {len(item.sources)} END, {latest}"
    if item.rule == "frequent":
        return f"votes DESC, {latest}"
    if item.rule == "longest":
        return f"coalesce(valid_to, DATE '2999-12-31') - valid_from DESC NULLS LAST, {latest}"
    return latest


def golden_sql(said: Survivorship) -> str:
    """The record that stands, one row an entity, with how many sources and contradictions there are."""
    kinds = {
        "date": "DATE",
        "integer": "BIGINT",
        "number": "DECIMAL(18, 6)",
        "real": "DOUBLE",
        "bool": "BOOLEAN",
    }
    chosen = []
    for item in said.items:
        value = f"max(value) FILTER (WHERE item = {text(item.name)} AND chosen)"
        kind = kinds.get(item.type)
        chosen.append(f"TRY_CAST({value} AS {kind}) AS {item.name}" if kind else f"{value} AS {item.name}")
    return (
        f"SELECT entity AS {said.entity}, {', '.join(chosen)}, count(DISTINCT record) AS records, "  # noqa: S608
        "count(DISTINCT source) AS sources, count(DISTINCT CASE WHEN conflict THEN item END) AS conflicts, "
        f"min(CASE WHEN chosen THEN confidence END) AS confidence, max(at) AS at FROM {said.provenance} GROUP BY entity"
    )


def golden_edges(said: Survivorship) -> list[tuple[str, str, str]]:
    """(item, upstream, upstream item) of the golden record, straight from the source records: exacter than the SQL shows."""
    listed: Sequence[tuple[str, str, str]] = [(item.name, said.records, item.name) for item in said.items]
    return [*listed, (said.entity, said.links, "entity"), ("at", said.records, "at")]
