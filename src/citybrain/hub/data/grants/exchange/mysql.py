"""A consumer's MySQL or MariaDB, through the engine's own scanner: rows and the note of their piece in one transaction."""

import json
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
        """Table and notes."""
        self.shape = shape
        columns = [*shape.columns, ("citybrain_under_objection", "bool"), ("citybrain_batch", "text")]
        defined = ", ".join(f"{identifier(name)} {TYPES[kind]}" for name, kind in columns)
        self.engine.execute(f"CREATE TABLE IF NOT EXISTS t.{identifier(self.name)} ({defined})")
        self.engine.execute(
            f"CREATE TABLE IF NOT EXISTS t.{NOTES}"
            " (exchange VARCHAR, batch VARCHAR, position VARCHAR, count BIGINT, complete BOOLEAN)"
        )

    def progress(self) -> dict[str, Progress]:
        """From the notes: the last one of a batch counts."""
        rows = self.engine.execute(
            f"SELECT batch, position, complete, count FROM t.{NOTES} WHERE exchange = ? ORDER BY count",  # noqa: S608
            [self.exchange],
        ).fetchall()
        return {
            batch: Progress(json.loads(position), bool(complete)) for batch, position, complete, _n in rows
        }

    def write(self, piece: Piece) -> None:
        """Rows and note, one commit."""
        assert self.shape is not None
        there = self.progress().get(piece.batch, Progress([], False))
        if there.until != piece.start or there.complete:
            raise Conflict(_("Another run has delivered this piece."), code="delivered")
        self.together(piece.batch, piece.until, False, self.table_of(piece))

    def table_of(self, piece: Piece) -> pa.Table:
        """The rows as the engine takes them."""
        assert self.shape is not None
        kinds = [*(kind for _name, kind in self.shape.columns), "bool"]
        names = [*(name for name, _kind in self.shape.columns), "citybrain_under_objection"]
        columns = zip(*piece.rows, strict=True)
        arrays = [pa.array(values, ARROW[kind]) for values, kind in zip(columns, kinds, strict=True)]
        return pa.table(
            [*arrays, pa.array([piece.batch] * len(piece.rows))], names=[*names, "citybrain_batch"]
        )

    def together(
        self, batch: str, until: list[Any], complete: bool, rows: pa.Table | None, *, alone: bool = False
    ) -> None:
        """One transaction: rows if any, the note moved on, earlier batches away when ``alone``."""
        self.engine.execute("BEGIN")
        try:
            if rows is not None:
                self.engine.register("piece", rows)
                self.engine.execute(f"INSERT INTO t.{identifier(self.name)} SELECT * FROM piece")  # noqa: S608
            number = self.engine.execute(
                f"SELECT coalesce(max(count), 0) + 1 FROM t.{NOTES} WHERE exchange = ?",  # noqa: S608
                [self.exchange],
            ).fetchone()
            self.engine.execute(
                f"INSERT INTO t.{NOTES} VALUES (?, ?, ?, ?, ?)",  # noqa: S608
                [self.exchange, batch, json.dumps(until, default=str), number[0] if number else 1, complete],
            )
            if alone:
                earlier = f"DELETE FROM t.{identifier(self.name)} WHERE citybrain_batch <> ?"  # noqa: S608
                self.engine.execute(earlier, [batch])
            self.engine.execute("COMMIT")
        except BaseException:
            self.engine.execute("ROLLBACK")
            raise

    def finish(self, batch: str, *, alone: bool) -> None:
        """Mark it whole."""
        self.together(batch, self.progress().get(batch, Progress([], False)).until, True, None, alone=alone)

    def close(self) -> None:
        """The engine with its connection."""
        self.engine.close()


def identifier(name: str) -> str:
    """A checked name, quoted."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text of SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(value: str) -> str:
    """A value of a connection string."""
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
