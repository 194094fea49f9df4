"""A consumer's PostgreSQL: rows and the note of the piece they came with are committed together."""

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

import psycopg
from django.utils.translation import gettext as _
from psycopg import sql

from citybrain.hub.data.collection.connectors.addresses import allowed_address
from citybrain.hub.data.grants.exchange.target import Piece, Position, Progress, Shape
from citybrain.kernel.errors import Conflict, Unavailable

TYPES = {
    "text": "text", "integer": "bigint", "number": "numeric", "real": "double precision", "bool": "boolean",
    "date": "date", "datetime": "timestamptz",
}  # fmt: skip
NOTES = "citybrain_delivery"
OURS = (("citybrain_batch", "text"), ("citybrain_under_objection", "bool"), ("citybrain_row", "integer"))
SECONDS = 10
_MAKE_NOTES = """
CREATE TABLE IF NOT EXISTS {notes} (
    exchange uuid NOT NULL, batch text NOT NULL, position jsonb NOT NULL, rows bigint NOT NULL,
    complete boolean NOT NULL DEFAULT false, at timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (exchange, batch))
"""
_NOTE = """
INSERT INTO {notes} AS n (exchange, batch, position, rows) VALUES (%(exchange)s, %(batch)s, %(until)s, %(count)s)
ON CONFLICT (exchange, batch) DO UPDATE SET position = %(until)s, rows = n.rows + %(count)s, at = now()
 WHERE n.position = %(start)s AND NOT n.complete
RETURNING n.rows
"""


class PostgresTarget:
    """``target``: host, port, database, user, schema, table. Unavailable when it cannot be reached."""

    def __init__(self, exchange: UUID, target: dict[str, Any], secret: str) -> None:
        self.exchange, self.schema, self.name = exchange, target.get("schema") or "public", target["table"]
        self.shape: Shape | None = None
        port = int(target.get("port") or 5432)
        address = allowed_address(target["host"], port)
        try:
            self.connection = psycopg.connect(
                host=target["host"], hostaddr=address, port=port, dbname=target["database"],
                user=target["user"], password=secret, connect_timeout=SECONDS, application_name="citybrain exchange",
            )  # fmt: skip
        except psycopg.OperationalError as error:
            raise Unavailable(
                _("The consumer's database cannot be reached."), code="target", retry_after=300
            ) from error

    def named(self, name: str) -> sql.Composable:
        """A table of the target's schema."""
        return sql.Identifier(self.schema, name)

    def prepare(self, shape: Shape) -> None:
        """Table and notes; columns that are new are added."""
        self.shape = shape
        table = self.named(self.name)
        columns = [*shape.columns, *OURS]
        defined = [sql.SQL("{} {}").format(sql.Identifier(n), sql.SQL(TYPES[kind])) for n, kind in columns]  # type: ignore[arg-type]
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(_MAKE_NOTES).format(notes=self.named(NOTES)))
            cursor.execute(
                sql.SQL("CREATE TABLE IF NOT EXISTS {} ({})").format(table, sql.SQL(", ").join(defined))
            )
            for column in defined:
                cursor.execute(sql.SQL("ALTER TABLE {} ADD COLUMN IF NOT EXISTS {}").format(table, column))
            index = sql.SQL("CREATE INDEX IF NOT EXISTS {} ON {} (citybrain_batch, citybrain_row)")
            cursor.execute(index.format(sql.Identifier(f"{self.name}_cb"), table))

    def progress(self) -> dict[str, Progress]:
        """From the notes."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("SELECT batch, position, complete FROM {} WHERE exchange = %s").format(
                    self.named(NOTES)
                ),
                [self.exchange],
            )
            return {batch: Progress(position, complete) for batch, position, complete in cursor.fetchall()}

    def write(self, piece: Piece) -> None:
        """Note first (it holds the row against a second runner), then the rows, one commit."""
        assert self.shape is not None
        names = [
            *(name for name, _kind in self.shape.columns),
            "citybrain_under_objection",
            "citybrain_batch",
            "citybrain_row",
        ]
        copy = sql.SQL("COPY {} ({}) FROM STDIN").format(
            self.named(self.name), sql.SQL(", ").join(map(sql.Identifier, names))
        )
        with self.connection.transaction(), self.connection.cursor() as cursor:
            self.note(cursor, piece)
            with cursor.copy(copy) as stream:
                numbers: Sequence[int | None] = piece.numbers or [None] * len(piece.rows)
                for row, number in zip(piece.rows, numbers, strict=True):
                    stream.write_row((*row, piece.batch, number))

    def note(self, cursor: psycopg.Cursor, piece: Piece) -> None:
        """Move the batch's position on; Conflict when it stands elsewhere."""
        values = {
            "exchange": self.exchange, "batch": piece.batch, "start": as_json(piece.start),
            "until": as_json(piece.until), "count": len(piece.rows),
        }  # fmt: skip
        cursor.execute(sql.SQL(_NOTE).format(notes=self.named(NOTES)), values)
        if cursor.fetchone() is None:
            raise Conflict(_("Another run has delivered this piece."), code="delivered")

    def finish(self, batch: str, *, alone: bool) -> None:
        """Mark it whole; earlier full deliveries go in the same commit."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(
                sql.SQL(
                    "INSERT INTO {} (exchange, batch, position, rows, complete) VALUES (%s, %s, '[]', 0, true)"
                    " ON CONFLICT (exchange, batch) DO UPDATE SET complete = true, at = now()"
                ).format(self.named(NOTES)),
                [self.exchange, batch],
            )
            if alone:
                cursor.execute(
                    sql.SQL("DELETE FROM {} WHERE citybrain_batch <> %s").format(self.named(self.name)),
                    [batch],
                )

    def asked(self, statement: str, *values: Any) -> list[tuple]:
        """Rows of a question about the table."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            cursor.execute(sql.SQL(statement).format(self.named(self.name)), values)  # type: ignore[arg-type]
            return cursor.fetchall()

    def held(self, batch: str) -> int:
        """Rows of the batch."""
        return self.asked("SELECT count(*) FROM {} WHERE citybrain_batch = %s", batch)[0][0]

    def numbers(self, batch: str, first: int, last: int) -> set[int]:
        """Numbers of its rows."""
        which = "citybrain_batch = %s AND citybrain_row >= %s AND citybrain_row < %s"
        return {n for (n,) in self.asked(f"SELECT citybrain_row FROM {{}} WHERE {which}", batch, first, last)}  # noqa: S608

    def remove(self, batch: str, numbers: Sequence[int]) -> None:
        """In one statement."""
        with self.connection.transaction(), self.connection.cursor() as cursor:
            statement = sql.SQL("DELETE FROM {} WHERE citybrain_batch = %s AND citybrain_row = ANY(%s)")
            cursor.execute(statement.format(self.named(self.name)), [batch, list(numbers)])

    def close(self) -> None:
        """The connection."""
        self.connection.close()


def as_json(position: Position) -> str:
    """A position as the notes keep it."""
    return json.dumps(position, default=str)
