"""A folder of files, here or on an SFTP server: a piece is written beside its name and renamed in one step."""

import io
import json
import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

import pyarrow as pa
import pyarrow.parquet as pq
from django.conf import settings
from django.utils.translation import gettext as _

from citybrain.hub.data.domain.csv_text import csv_text
from citybrain.hub.data.grants.exchange.target import Piece, Position, Progress, Shape
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

FOLDER = re.compile(r"^[A-Za-z0-9_-]{1,60}$")
PIECE = re.compile(r"^(?P<batch>[A-Za-z0-9-]+)__(?P<number>\d{6})__(?P<until>[0-9a-f]*)\.(csv|parquet)$")
WHOLE = re.compile(r"^(?P<batch>[A-Za-z0-9-]+)\.done\.json$")
ARROW = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.decimal128(38, 10), "real": pa.float64(),
    "bool": pa.bool_(), "date": pa.date32(), "datetime": pa.timestamp("us", tz="UTC"),
}  # fmt: skip


class Store(Protocol):
    """Where files lie."""

    def names(self) -> list[str]:
        """Names of the files."""

    def put(self, name: str, content: bytes) -> None:
        """Write a file wholly or not at all; an existing one of that name stays."""

    def remove(self, name: str) -> None:
        """Take a file away."""

    def close(self) -> None:
        """Let go."""


class LocalStore:
    """A folder below ``DATA_DIR/exchange/<consumer>/``, which the city hands to the consumer by its own means."""

    def __init__(self, consumer: str, folder: str) -> None:
        if not FOLDER.match(folder) or not FOLDER.match(consumer):
            message = _("A folder is one word of letters, digits, - and _.")
            raise Invalid([FieldProblem("folder", "shape", message)])
        self.folder = Path(settings.DATA_DIR) / "exchange" / consumer / folder
        self.folder.mkdir(parents=True, exist_ok=True)

    def names(self) -> list[str]:
        return [path.name for path in self.folder.iterdir() if not path.name.endswith(".part")]

    def put(self, name: str, content: bytes) -> None:
        waiting = self.folder / f"{name}.part"
        with open(waiting, "wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        waiting.rename(self.folder / name)
        handle = os.open(self.folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)

    def remove(self, name: str) -> None:
        (self.folder / name).unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing is held."""


class FileTarget:
    """Pieces as CSV or Parquet files named by batch, number and position; a batch that is whole has a ``.done.json``."""

    def __init__(self, exchange: UUID, store: Store, form: str) -> None:
        self.exchange, self.store, self.form = exchange, store, form
        self.shape: Shape | None = None

    def prepare(self, shape: Shape) -> None:
        """The folder is there already."""
        self.shape = shape

    def pieces(self) -> dict[str, list[tuple[int, Position]]]:
        """Batch → (number, position) of its pieces, in order."""
        found: dict[str, list[tuple[int, Position]]] = {}
        for match in filter(None, map(PIECE.match, self.store.names())):
            until = json.loads(bytes.fromhex(match["until"]))
            found.setdefault(match["batch"], []).append((int(match["number"]), until))
        return {batch: sorted(numbers) for batch, numbers in found.items()}

    def progress(self) -> dict[str, Progress]:
        """From the names of the files."""
        whole = {match["batch"] for match in filter(None, map(WHOLE.match, self.store.names()))}
        found = {batch: Progress(numbers[-1][1], batch in whole) for batch, numbers in self.pieces().items()}
        return found | {batch: Progress([], True) for batch in whole - set(found)}

    def write(self, piece: Piece) -> None:
        """One file."""
        there = self.pieces().get(plain(piece.batch), [])
        if (there[-1][1] if there else []) != piece.start:
            raise Conflict(_("Another run has delivered this piece."), code="delivered")
        until = json.dumps(piece.until, default=str).encode().hex()
        name = f"{plain(piece.batch)}__{len(there) + 1:06d}__{until}.{self.form}"
        self.store.put(name, self.content(piece.rows))

    def content(self, rows: Sequence[tuple[Any, ...]]) -> bytes:
        """The file's bytes; CSV cells that a spreadsheet would run are made text."""
        assert self.shape is not None
        head = [*(name for name, _kind in self.shape.columns), "citybrain_under_objection"]
        if self.form == "csv":
            return csv_text(head, rows).encode()
        kinds = [*(kind for _name, kind in self.shape.columns), "bool"]
        columns = list(zip(*rows, strict=True)) if rows else [()] * len(head)
        arrays = [pa.array(values, ARROW[kind]) for values, kind in zip(columns, kinds, strict=True)]
        out = io.BytesIO()
        pq.write_table(pa.table(arrays, names=head), out, compression="zstd")
        return out.getvalue()

    def finish(self, batch: str, *, alone: bool) -> None:
        """The mark of a whole batch; earlier full deliveries are taken away after it."""
        pieces = len(self.pieces().get(plain(batch), []))
        mark = {"batch": batch, "files": pieces, "exchange": str(self.exchange)}
        self.store.put(f"{plain(batch)}.done.json", json.dumps(mark).encode())
        for name in self.store.names() if alone else []:
            if not name.startswith((f"{plain(batch)}__", f"{plain(batch)}.")):
                self.store.remove(name)

    def held(self, batch: str) -> int:
        """Files say what was delivered when; nothing is taken back from them."""
        return 0

    def numbers(self, batch: str, first: int, last: int) -> set[int]:
        """None that could be taken back."""
        return set()

    def remove(self, batch: str, numbers: Sequence[int]) -> None:
        """Nothing is taken back from files."""

    def close(self) -> None:
        """The store's connection."""
        self.store.close()


def plain(batch: str) -> str:
    """A batch's name as part of a file name."""
    return re.sub(r"[^A-Za-z0-9-]", "-", batch)[:80]
