"""A consumer's MySQL or MariaDB, through the engine's own scanner: rows and the note of their piece in one transaction."""

import contextlib
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import duckdb
import pyarrow as pa
from django.utils.translation import gettext as _

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.grants.exchange.files import ARROW
from citybrain.hub.data.grants.exchange.target import Piece, Progress, Shape
from citybrain.hub.data.lake.engine import extension
from citybrain.kernel.errors import Conflict, Unavailable

TYPES = {
    "text": "VARCHAR", "integer": "BIGINT", "number": "DECIMAL(38,10)", "real": "DOUBLE", "bool": "BOOLEAN",
    "date": "DATE", "datetime": "TIMESTAMP",
}  # fmt: skip
NOTES = "citybrain_delivery"
OURS = (("citybrain_under_objection", "bool"), ("citybrain_batch", "text"), ("citybrain_row", "integer"))
MAKE_NOTES = f"""CREATE TABLE IF NOT EXISTS {NOTES} (exchange VARCHAR(36) NOT NULL, batch VARCHAR(100) NOT NULL, number BIGINT
 NOT NULL, position TEXT NOT NULL, complete BOOLEAN NOT NULL, at TIMESTAMP DEFAULT CURRENT_TIMESTAMP,
 PRIMARY KEY (exchange, batch, number)) ENGINE = InnoDB"""


class MysqlTarget:
    """``target``: host, port, database, user, table. The engine is one of its own: ours may reach no network."""

    def __init__(self, exchange: UUID, target: dict[str, Any], secret: str) -> None:
        self.exchange, self.name = str(exchange), target["table"]
        self.shape: Shape | None = None
        port = int(target.get("port") or 3306)
        words = {
            "host": allowed_address(target["host"], port), "port": str(port), "user": target["user"],
            "passwd": secret, "db": target["database"],
        }  # fmt: skip
        given = " ".join(f"{name}={quoted(value)}" for name, value in words.items())
        self.engine = duckdb.connect(config={"autoinstall_known_extensions": "false"})
        try:
            self.engine.execute(f"LOAD {literal(extension('mysql_scanner'))}")
            self.engine.execute(f"ATTACH {literal(given)} AS t (TYPE mysql)")
        except duckdb.Error as error:
            raise Unavailable(
                _("The consumer's database cannot be reached."), code="target", retry_after=300
            ) from error

    def prepare(self, shape: Shape) -> None:
        """Table and notes. The key of the notes lets one of two runners win; both tables can roll back together."""
        self.shape = shape
        columns = [*shape.columns, *OURS]
        defined = ", ".join(f"{identifier(name)} {TYPES[kind]}" for name, kind in columns)
        self.engine.execute(f"CREATE TABLE IF NOT EXISTS t.{identifier(self.name)} ({defined})")
        self.engine.execute("CALL mysql_execute('t', ?)", [MAKE_NOTES])
        self.engine.execute("CALL mysql_clear_cache()")

    def progress(self) -> dict[str, Progress]:
        """From the notes: the last one of a batch counts."""
        return {batch: there for batch, (there, _number) in self.noted().items()}

    def noted(self) -> dict[str, tuple[Progress, int]]:
        """Batch → how far it is, and the number of its last note."""
        rows = self.engine.execute(
            f"SELECT batch, position, complete, number FROM t.{NOTES} WHERE exchange = ? ORDER BY number",  # noqa: S608
            [self.exchange],
        ).fetchall()
        return {batch: (Progress(json.loads(position), bool(whole)), n) for batch, position, whole, n in rows}

    def write(self, piece: Piece) -> None:
        """Note first (its key holds a second runner off), then the rows, one commit."""
        assert self.shape is not None
        there, number = self.noted().get(piece.batch, (Progress([], False), 0))
        if there.until != piece.start or there.complete:
            raise delivered()
        self.together(piece.batch, number + 1, piece.until, False, self.table_of(piece))

    def table_of(self, piece: Piece) -> pa.Table:
        """The rows as the engine takes them."""
        assert self.shape is not None
        kinds = [*(kind for _name, kind in self.shape.columns), "bool"]
        names = [*(name for name, _kind in self.shape.columns), "citybrain_under_objection"]
        columns = zip(*piece.rows, strict=True)
        arrays = [pa.array(values, ARROW[kind]) for values, kind in zip(columns, kinds, strict=True)]
        count = len(piece.rows)
        numbers: Sequence[int | None] = piece.numbers or [None] * count
        arrays += [pa.array([piece.batch] * count), pa.array(numbers, pa.int64())]
        return pa.table(arrays, names=[*names, "citybrain_batch", "citybrain_row"])

    def together(
        self, batch: str, number: int, until: list[Any], complete: bool, rows: pa.Table | None, *, alone: bool = False
    ) -> None:  # fmt: skip
        """One transaction: the note, rows if any, earlier batches away when ``alone``. Conflict: another runner was first."""
        self.engine.execute("BEGIN")
        try:
            self.engine.execute(
                f"INSERT INTO t.{NOTES} (exchange, batch, number, position, complete) VALUES (?, ?, ?, ?, ?)",  # noqa: S608
                [self.exchange, batch, number, json.dumps(until, default=str), complete],
            )
            if rows is not None:
                self.engine.register("piece", rows)
                named = ", ".join(identifier(name) for name in rows.column_names)
                into = f"INSERT INTO t.{identifier(self.name)} ({named}) SELECT {named} FROM piece"  # noqa: S608
                self.engine.execute(into)
            if alone:
                earlier = f"DELETE FROM t.{identifier(self.name)} WHERE citybrain_batch <> ?"  # noqa: S608
                self.engine.execute(earlier, [batch])
            self.engine.execute("COMMIT")
        except BaseException as error:
            self.roll_back()
            if isinstance(error, duckdb.Error) and "duplicate entry" in str(error).lower():
                raise delivered() from error
            raise

    def roll_back(self) -> None:
        """Nothing of it happened; a commit that failed has ended the transaction itself."""
        with contextlib.suppress(duckdb.Error):
            self.engine.execute("ROLLBACK")

    def finish(self, batch: str, *, alone: bool) -> None:
        """Mark it whole."""
        there, number = self.noted().get(batch, (Progress([], False), 0))
        if not there.complete:
            self.together(batch, number + 1, there.until, True, None, alone=alone)

    def held(self, batch: str) -> int:
        """Rows of the batch."""
        asked = f"SELECT count(*) FROM t.{identifier(self.name)} WHERE citybrain_batch = ?"  # noqa: S608
        found = self.engine.execute(asked, [batch]).fetchone()
        return found[0] if found else 0

    def numbers(self, batch: str, first: int, last: int) -> set[int]:
        """Numbers of its rows."""
        asked = (
            f"SELECT citybrain_row FROM t.{identifier(self.name)}"  # noqa: S608
            " WHERE citybrain_batch = ? AND citybrain_row >= ? AND citybrain_row < ?"
        )
        return {n for (n,) in self.engine.execute(asked, [batch, first, last]).fetchall()}

    def remove(self, batch: str, numbers: Sequence[int]) -> None:
        """In one statement."""
        listed = ", ".join(str(int(n)) for n in numbers)
        gone = (
            f"DELETE FROM t.{identifier(self.name)} WHERE citybrain_batch = ? AND citybrain_row IN ({listed})"  # noqa: S608
        )
        self.engine.execute(gone, [batch])

    def close(self) -> None:
        """The engine with its connection."""
        self.engine.close()


def delivered() -> Conflict:
    """The piece is there already."""
    return Conflict(_("Another run has delivered this piece."), code="delivered")


def identifier(name: str) -> str:
    """A checked name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(value: str) -> str:
    """A value of a connection string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
