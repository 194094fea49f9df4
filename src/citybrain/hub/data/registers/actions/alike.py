"""Comparing records by likeness with ``splink`` on an engine of its own that opens no file and no network."""

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb
import pyarrow as pa

from citybrain.hub.data.registers.domain import sounds
from citybrain.hub.data.registers.domain.matching import MODELS, settings_of
from citybrain.hub.data.registers.queries.entities import entity_of_identifier

TEXTS = {
    "person": ("record", "name", "sound", "birth", "sex", "phone", "address"),
    "firm": ("record", "name", "core", "representative", "sound", "phone", "address"),
}


@dataclass(frozen=True)
class Pair:
    """Two records and how probably they are one; the entity of a side that has an identifier."""

    left: str
    right: str
    probability: float
    left_entity: str = ""
    right_entity: str = ""


def prepared(register: str, row: Mapping[str, Any], *, bare: bool) -> dict[str, Any]:
    """A record in comparable words; nothing stays nothing."""
    made: dict[str, Any] = {
        "record": row["record"], "bare": bare, "name": (row.get("name") or "").strip() or None,
        "phone": sounds.plain_phone(row.get("phone") or "") or None,
        "address": sounds.plain_address(row.get("address") or "") or None,
    }  # fmt: skip
    if register == "person":
        made["sound"] = sounds.sound(made["name"] or "") or None
        made["birth"] = str(row["birth_date"]) if row.get("birth_date") else None
        made["sex"] = row["sex"] if row.get("sex") in ("1", "2") else None
    else:
        made["core"] = sounds.core_of_firm(made["name"] or "") or None
        made["representative"] = (row.get("representative") or "").strip() or None
        made["sound"] = sounds.sound(made["representative"] or "") or None
    return made


def alike(register: str, known: Sequence[Mapping[str, Any]], bare: Sequence[Mapping[str, Any]]) -> list[Pair]:
    """Pairs with at least one side without identifier, from the review threshold on; sides in order of their names."""
    model = MODELS[register]
    anchored = {row["record"]: entity_of_identifier(model.prefix, row["number"]) for row in known}
    rows = [prepared(register, row, bare=False) for row in known] + [
        prepared(register, row, bare=True) for row in bare
    ]
    schema = pa.schema([*((name, pa.string()) for name in TEXTS[register]), ("bare", pa.bool_())])
    found = predicted(register, pa.Table.from_pylist(rows, schema=schema), model.review)
    ordered = [(min(a, b), max(a, b), p) for a, b, p in found]
    return [Pair(a, b, p, anchored.get(a, ""), anchored.get(b, "")) for a, b, p in sorted(set(ordered))]


def predicted(register: str, rows: pa.Table, least: float) -> list[tuple[str, str, float]]:
    """(record, record, probability) from ``least`` on."""
    from splink import Linker  # heavy: loaded in the job process only
    from splink.backends.duckdb import DuckDBAPI

    engine = duckdb.connect(":memory:", config={"threads": 2, "enable_external_access": "false"})
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            api = DuckDBAPI(connection=engine)
            linker = Linker(api.register(rows), settings_of(MODELS[register]), log_level=logging.ERROR)
            answer = linker.inference.predict(threshold_match_probability=least)
            table = answer.as_duckdbpyrelation().project("record_l, record_r, match_probability")
            return [(str(a), str(b), float(p)) for a, b, p in table.fetchall()]
    finally:
        engine.close()
