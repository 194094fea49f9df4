"""Keeping tables quick to read: many small files become few, deleted rows leave, marks of deleted rows are gathered.

Each group of files is a commit of its own that changes no row, so stopping anywhere leaves a right table. Old files stay
for time travel and for readers under way until their snapshots expire. Writers do not wait for it: only the commit takes
the table's turn, and what they deleted meanwhile is deleted in the new files too.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
from pyiceberg.conversions import from_bytes
from pyiceberg.manifest import DataFile
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Operation
from pyiceberg.types import LongType

from citybrain.hub.data.lake import engine
from citybrain.hub.data.lake.arriving import SECONDS
from citybrain.hub.data.lake.catalog import local
from citybrain.hub.data.lake.commits import Delta, land
from citybrain.hub.data.lake.files import GROUP_ROWS, Writing, disk, target_bytes
from citybrain.hub.data.lake.merging import named, undo, within
from citybrain.hub.data.lake.planning import Entry, Plan, named_by, plan
from citybrain.hub.data.lake.relations import PATH, ROW, dead_places, positions, relation_of
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.lake.tiers import SORTED_FILES, Piece, chosen, cuts

MOST_DELETE_FILES = 3
MOST_CARRIED = 1_000_000
TRIES = 3
Seen = Callable[[int], None]


@dataclass(frozen=True)
class Need:
    """What upkeep a table needs: groups of files to rewrite, and whether marks of deleted rows should be gathered."""

    groups: list[list[Piece]]
    gather: bool

    def __bool__(self) -> bool:
        return bool(self.groups) or self.gather


def need(found: Table) -> Need:
    """What a table needs now."""
    made = plan(found)
    gather = len(made.positions) > MOST_DELETE_FILES or bool(made.equalities)
    return Need(chosen(pieces(found, made), target_bytes(found)), gather)


def pieces(found: Table, made: Plan) -> list[Piece]:
    """The data files with their key ranges and how many of their rows are dead."""
    number = found.schema().find_field("_key").field_id
    dead = dead_rows(made)
    return [piece(entry, number, dead.get(entry.path, 0)) for entry in made.data]


def piece(entry: Entry, number: int, dead: int) -> Piece:
    """One file."""
    low, high = (entry.file.lower_bounds or {}).get(number), (entry.file.upper_bounds or {}).get(number)
    bounds = [None if raw is None else int(from_bytes(LongType(), raw)) for raw in (low, high)]
    nulls = (entry.file.null_value_counts or {}).get(number) != 0
    return Piece(
        entry.path, entry.file.file_size_in_bytes, entry.file.record_count, bounds[0], bounds[1], dead, nulls
    )


def dead_rows(made: Plan) -> dict[str, int]:
    """Rows marked by position, by data file; what equality deletes mark is known once they are gathered."""
    if not made.positions:
        return {}
    listed = ", ".join(engine.literal(entry.path) for entry in made.positions)
    sql = f"SELECT file_path, count(DISTINCT pos) FROM read_parquet([{listed}]) GROUP BY 1"  # noqa: S608
    return {local(path): count for path, count in engine.rows(sql, seconds=SECONDS)}


def gather_marks(name: str) -> bool:
    """Put the marks of all delete files, also those by value, into one file of positions; False when there are none."""
    marks: list[Writing] = []

    def change(now: Table) -> Delta | None:
        undo(marks)
        made = plan(now)
        old = {entry.file for entry in [*made.positions, *made.equalities]}
        if not old or (len(old) == 1 and not made.equalities):
            return None
        marks.append(Writing(now, deletes=True))
        return Delta(Operation.REPLACE, deletes=gathered(now, made, marks[-1]), removed=old)

    try:
        done = land(name, change) is not None
    except Exception:
        undo(marks)
        raise
    if not done:
        undo(marks)
    return done


def gathered(now: Table, made: Plan, marks: Writing) -> list[DataFile]:
    """The places of all dead rows as delete files."""
    sql = dead_places(now, made)
    if not sql:
        return []
    names = {entry.path: entry.file.file_path for entry in made.data}
    with engine.cursor(SECONDS) as cursor, disk():
        found = cursor.execute(f"{sql} ORDER BY 1, 2").to_arrow_reader(GROUP_ROWS)
        return marks.write(named(batch, names) for batch in found)


def rewrite(name: str, group: list[Piece], seen: Seen | None = None) -> int:
    """Rewrite files as one sorted run without their dead rows; rows written, 0 when others changed the files first."""
    paths = {piece.path for piece in group}
    for _ in range(TRIES):
        found = table(name)
        made = plan(found)
        mine = [entry for entry in made.data if entry.path in paths]
        if len(mine) < len(paths):
            return 0  # deleted, replaced or rewritten by somebody else
        writing = Writing(found, seen=seen)
        swap = Swap(replace(made, data=mine), writing)
        try:
            with disk():
                writing.write(sorted_rows(found, swap.then))
            landed = land(name, swap.delta)
        except Exception:
            undo([writing, *swap.marks])
            raise
        if landed is not None:
            return writing.rows
        undo([writing, *swap.marks])
    return 0


def sorted_rows(found: Table, made: Plan) -> Iterator[pa.RecordBatch]:
    """The living rows of these files by lookup key, sorted range after range: no more at once than fits to be sorted."""
    number = found.schema().find_field("_key").field_id
    there = [piece(entry, number, 0) for entry in made.data]
    for low, high in ranges(cuts(there, target_bytes(found) * SORTED_FILES)):
        inside = [entry for entry, its in zip(made.data, there, strict=True) if may_hold(its, low, high)]
        if not inside:
            continue
        bounds = [f"_key >= {low}"] * (low is not None) + [f"_key < {high}"] * (high is not None)
        where = " AND ".join(bounds) or "true"
        if low is not None and high is None:
            where = f"({where} OR _key IS NULL)"  # they come last
        rows = relation_of(found, replace(made, data=inside))
        sql = f"SELECT * FROM ({rows}) WHERE {where} ORDER BY _key, _at, _batch, _row"  # noqa: S608 - numbers
        with engine.cursor(SECONDS) as cursor:
            yield from cursor.execute(sql).to_arrow_reader(GROUP_ROWS)


def ranges(keys: list[int]) -> list[tuple[int | None, int | None]]:
    """From each key to the next; the first and the last are open."""
    return list(zip([None, *keys], [*keys, None], strict=True))


def may_hold(its: Piece, low: int | None, high: int | None) -> bool:
    """Whether a file may hold rows of a range; rows without key belong to the last one."""
    if its.low is None or its.high is None:
        return True
    if high is None and its.nulls:
        return True
    return (low is None or its.high >= low) and (high is None or its.low < high)


@dataclass
class Swap:
    """New files for old ones. Rows deleted while they were written are found again in the new ones."""

    then: Plan
    writing: Writing
    marks: list[Writing] = field(default_factory=list)

    def delta(self, now: Table) -> Delta | None:
        """None when a file is gone, or rows were deleted in a way that cannot be carried over."""
        undo(self.marks)
        there = plan(now)
        mine = {entry.path for entry in self.then.data}
        if not mine <= {entry.path for entry in there.data}:
            return None
        fresh = {
            d.path: d
            for path in mine
            for d in there.marked.get(path, [])
            if d.path not in marks_of(self.then, path)
        }
        if any(delete in there.equalities for delete in fresh.values()):
            return None
        deletes = self.carried(now, list(fresh.values())) if fresh else []
        if deletes is None:
            return None
        removed = {entry.file for entry in self.then.data}
        left = [entry for entry in there.data if entry.path not in mine]
        idle = {
            entry.file for entry in [*there.positions, *there.equalities] if not concerns(entry, there, left)
        }
        return Delta(Operation.REPLACE, added=self.writing.files, deletes=deletes, removed=removed | idle)

    def carried(self, now: Table, fresh: list[Entry]) -> list[DataFile] | None:
        """The places in the new files of the rows that these delete files mark in the old; None when they cannot be told.

        A row is known by its delivery and its number there. Rows that another engine wrote have neither, or a copy of both.
        """
        places = relation_of(now, self.then, places=True)
        marked = f"(row(d.{PATH}, d.{ROW}) IN (SELECT row(path, pos) FROM ({positions(fresh)}))) IS TRUE"  # noqa: S608
        asked = f"SELECT _key, _batch, _row FROM ({places}) d WHERE {marked} LIMIT {MOST_CARRIED + 1}"  # noqa: S608
        with engine.cursor(SECONDS) as cursor:
            dead = cursor.execute(asked).to_arrow_table()
            if dead.num_rows > MOST_CARRIED or dead["_batch"].null_count or dead["_row"].null_count:
                return None
            if not dead.num_rows:
                return []
            keys = np.unique(dead["_key"].drop_null().to_numpy()) if not dead["_key"].null_count else None
            new = within(now, Plan(data=[Entry(file, 0) for file in self.writing.files]), keys)
            cursor.register("dead", dead)
            sql = (
                f"SELECT n.{PATH}, n.{ROW} FROM ({relation_of(now, new, places=True)}) n "  # noqa: S608
                "WHERE (row(n._batch, n._row) IN (SELECT row(_batch, _row) FROM dead)) IS TRUE ORDER BY 1, 2"
            )
            names = {entry.path: entry.file.file_path for entry in new.data}
            self.marks.append(Writing(now, deletes=True))
            with disk():
                found = cursor.execute(sql).to_arrow_reader(GROUP_ROWS)
                deletes = self.marks[-1].write(named(batch, names) for batch in found)
        return deletes if self.marks[-1].rows == dead.num_rows else None


def marks_of(made: Plan, path: str) -> set[str]:
    """The delete files of a data file."""
    return {delete.path for delete in made.marked.get(path, [])}


def concerns(delete: Entry, made: Plan, left: list[Entry]) -> bool:
    """Whether a delete file still concerns one of the files that stay."""
    if delete in made.positions:
        return bool(named_by(delete.file) & {entry.path for entry in left})
    return any(delete in made.marked.get(entry.path, []) for entry in left)
