"""The two sides of doubtful pairs, masked, for whoever decides; every look leaves a line."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from citybrain.hub.data.actions.log_read import log_read
from citybrain.hub.data.lake import keys, reading
from citybrain.hub.data.lake.tables import has_table
from citybrain.hub.data.models import LakeModel, MatchPair
from citybrain.hub.data.registers.actions.link import FIELDS
from citybrain.hub.data.registers.queries.pruning import with_keys
from citybrain.kernel.actor import Actor
from citybrain.kernel.masking import mask

KINDS = {
    "number": "id_number",
    "name": "name",
    "phone": "phone",
    "address": "address",
    "representative": "name",
}


@dataclass(frozen=True)
class Side:
    """One field of both sides: masked values and whether they are equal behind the mask."""

    field: str
    left: str
    right: str
    equal: bool


def compared_pairs(rows: Sequence[MatchPair], *, by: Actor) -> list[tuple[MatchPair, list[Side]]]:
    """Pairs with their fields side by side; values stay masked, equality is told."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for register in sorted({row.register for row in rows}):
        found |= values(register, [row for row in rows if row.register == register], by)
    return [(row, sides(row, found)) for row in rows]


def values(register: str, rows: Sequence[MatchPair], by: Actor) -> dict[tuple[str, str], dict[str, Any]]:
    """(register, record) → its fields."""
    model = next(
        (m for m in LakeModel.objects.filter(kind="links", alive=True) if m.spec.get("register") == register),
        None,
    )
    if model is None or not has_table(model.upstream[0]):
        return {}
    records, names = model.upstream[0], sorted({name for row in rows for name in (row.left, row.right)})
    hashes = sorted({keys.lookup_key(name) for name in names})
    asked = reading.Asked(
        f"SELECT {', '.join(FIELDS[register])} FROM {records} "  # noqa: S608 - names of the catalogue and of this room
        "WHERE list_contains($hashes, _key) AND list_contains($names, record)",
        {"hashes": hashes, "names": names}, {records: with_keys(hashes)},
    )  # fmt: skip
    answer = reading.query(asked)
    log_read(
        by=by, dataset=records, kind="match", columns=list(FIELDS[register]), purpose="核对是否同一主体",
        rows=len(answer.rows), condition="", unmasked=False,
    )  # fmt: skip
    listed = [dict(zip(answer.columns, row, strict=True)) for row in answer.rows]
    return {(register, row["record"]): row for row in listed}


def sides(pair: MatchPair, found: dict[tuple[str, str], dict[str, Any]]) -> list[Side]:
    """The fields of a pair."""
    left, right = found.get((pair.register, pair.left), {}), found.get((pair.register, pair.right), {})
    names = [name for name in FIELDS[pair.register] if name != "record"]
    return [
        Side(
            name,
            seen(name, left.get(name)),
            seen(name, right.get(name)),
            bool(left.get(name)) and left.get(name) == right.get(name),
        )
        for name in names
    ]


def seen(name: str, value: Any) -> str:
    """A value as the page shows it."""
    if value in (None, ""):
        return "—"
    return mask(KINDS[name], value) if name in KINDS else str(value)
