"""Comparing records by likeness with ``splink`` on an engine of its own that opens no file and no network.

Which pairs are compared is decided in the engine before: every record gets the keys of the blocks, keys that are too common
are forgotten, and round by round only records that share a key with one that is asked about are looked at. So memory and
work follow from the number of plausible pairs, not from the number of records squared.
"""

import logging
import tempfile
import warnings
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from django.conf import settings

from citybrain.hub.data.lake.engine import literal
from citybrain.hub.data.registers.domain import sounds
from citybrain.hub.data.registers.domain.matching import MODELS, Matching, key_of, settings_of
from citybrain.hub.data.registers.queries.entities import entity_of_identifier

log = logging.getLogger(__name__)
MEMORY = "1GB"
PIECE = 20_000  # records prepared at a time
ASKED = 100_000  # bare records compared in one round
MOST_PAIRS = 100_000
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


def alike(register: str, known: Iterable[Mapping[str, Any]], bare: Iterable[Mapping[str, Any]]) -> list[Pair]:
    """Pairs with at least one side without identifier, from the review threshold on; sides in order of their names.

    ``known`` and ``bare`` may be streams of any length: they go to the engine in pieces, which keeps to ``MEMORY`` and
    spills to disk. What is held here is the pairs.
    """
    model = MODELS[register]
    with tempfile.TemporaryDirectory(prefix="match-", dir=spill()) as folder, engine_in(folder) as engine:
        engine.execute(f"CREATE TABLE records ({columns_of(register)})")
        for rows, without in ((known, False), (bare, True)):
            bring(engine, register, rows, bare=without)
        forget_common(engine, model)
        engine.execute("CREATE TABLE pairs (a VARCHAR, b VARCHAR, probability DOUBLE)")
        asked = engine.execute("SELECT count(*) FROM records WHERE bare").fetchall()[0][0]
        rounds = -(-asked // ASKED)
        for number in range(rounds):
            compare(engine, model, number, rounds)
        found = engine.execute(
            "SELECT p.a, p.b, max(p.probability), any_value(l.entity), any_value(r.entity) FROM pairs p "
            "JOIN records l ON l.record = p.a JOIN records r ON r.record = p.b GROUP BY p.a, p.b ORDER BY p.a, p.b"
        )
        return [Pair(a, b, float(p), left or "", right or "") for a, b, p, left, right in found.fetchall()]


def spill() -> Path:
    """Where the engine keeps what does not fit in memory; as the lake's engine does."""
    folder = Path(settings.DATA_DIR) / "spill"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def engine_in(folder: str) -> Iterator[duckdb.DuckDBPyConnection]:
    """An engine of its own with a database in this folder that opens no other file and no network."""
    made = duckdb.connect(
        f"{folder}/match.duckdb",
        config={
            "threads": 2, "memory_limit": MEMORY, "temp_directory": f"{folder}/spill",
            "preserve_insertion_order": "false",
        },
    )  # fmt: skip
    try:
        made.execute(f"SET allowed_directories = [{literal(folder)}]")
        made.execute("SET enable_external_access = false")
        yield made
    finally:
        made.close()


def columns_of(register: str) -> str:
    """Columns of the table of records: comparable words, whether it is bare, its entity, the keys of the blocks."""
    words = ", ".join(f"{name} VARCHAR" for name in TEXTS[register])
    block_keys = ", ".join(f"k{n} UBIGINT" for n in range(len(MODELS[register].blocks)))
    return f"{words}, bare BOOLEAN, entity VARCHAR, {block_keys}"


def bring(
    engine: duckdb.DuckDBPyConnection, register: str, rows: Iterable[Mapping[str, Any]], *, bare: bool
) -> None:
    """Records into the engine, piece by piece, in comparable words and with the keys of the blocks."""
    model = MODELS[register]
    block_keys = ", ".join(f"{key_of(block)} AS k{n}" for n, block in enumerate(model.blocks))
    schema = pa.schema(
        [*((name, pa.string()) for name in TEXTS[register]), ("bare", pa.bool_()), ("entity", pa.string())]
    )
    stream = iter(rows)
    while piece := list(islice(stream, PIECE)):
        made = [
            prepared(register, row, bare=bare)
            | {"entity": None if bare else entity_of_identifier(model.prefix, row["number"])}
            for row in piece
        ]
        engine.register("arriving", pa.Table.from_pylist(made, schema=schema))
        engine.execute(f"INSERT INTO records SELECT *, {block_keys} FROM arriving")  # noqa: S608 - words of this room
        engine.unregister("arriving")


def forget_common(engine: duckdb.DuckDBPyConnection, model: Matching) -> None:
    """A key that would make more than ``MOST_PAIRS`` pairs says too little: it is forgotten, others still find the pair."""
    for n in range(len(model.blocks)):
        common = (
            f"SELECT k{n} FROM records WHERE k{n} IS NOT NULL GROUP BY k{n} "  # noqa: S608 - a number
            f"HAVING count(*) FILTER (bare) * count(*) > {MOST_PAIRS}"
        )
        found = engine.execute(f"SELECT count(*) FROM ({common})").fetchall()[0][0]  # noqa: S608 - as above
        if found:
            engine.execute(f"UPDATE records SET k{n} = NULL WHERE k{n} IN ({common})")  # noqa: S608 - as above
            log.info("matching %s: %s keys of block %s are too common", model.register, found, n)


def compare(engine: duckdb.DuckDBPyConnection, model: Matching, number: int, rounds: int) -> None:
    """One round: some of the bare records against all that share a key with any of them."""
    from splink import Linker  # heavy: loaded in the job process only
    from splink.backends.duckdb import DuckDBAPI

    engine.execute(
        f"CREATE OR REPLACE TABLE asking AS SELECT * FROM records WHERE bare AND hash(record) % {rounds} = {number}"  # noqa: S608 - numbers
    )
    shared = " OR ".join(
        f"k{n} IN (SELECT k{n} FROM asking WHERE k{n} IS NOT NULL)"  # noqa: S608 - a number
        for n in range(len(model.blocks))
    )
    engine.execute(f"CREATE OR REPLACE TABLE others AS SELECT * FROM records WHERE {shared}")  # noqa: S608 - as above
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        api = DuckDBAPI(connection=engine)
        tables = [api.register(name, dataset_display_name=name) for name in ("asking", "others")]
        linker = Linker(tables, settings_of(model), log_level=logging.ERROR)
        answer = linker.inference.predict(threshold_match_probability=model.review)
        found = answer.physical_name
        engine.execute(
            f"INSERT INTO pairs SELECT least(record_l, record_r), greatest(record_l, record_r), match_probability FROM {found}"  # noqa: S608 - a name the library made
        )
        api.delete_tables_created_by_splink_from_db()
