"""Keeping tables quick to read: many small files become few, deleted rows leave, marks of deleted rows are gathered.

Each group of files is a commit of its own that changes no row, so stopping anywhere leaves a right table. Old files stay
for time travel and for readers under way until their snapshots expire.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

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
from citybrain.hub.data.lake.merging import named, undo
from citybrain.hub.data.lake.planning import Entry, Plan, named_by, plan
from citybrain.hub.data.lake.relations import dead_places, relation_of
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.lake.tiers import Piece, chosen

MOST_DELETE_FILES = 3
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
    return Piece(
        entry.path, entry.file.file_size_in_bytes, entry.file.record_count, bounds[0], bounds[1], dead
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
        try:
            files = rewritten(found, replace(made, data=mine), writing)
            landed = land(name, lambda now: swapped(now, made, mine, files))  # noqa: B023 - called at once
        except Exception:
            writing.undo()
            raise
        if landed is not None:
            return writing.rows
        writing.undo()
    return 0


def rewritten(found: Table, made: Plan, writing: Writing) -> list[DataFile]:
    """The living rows of these files in new ones, sorted by lookup key."""
    with engine.cursor(SECONDS) as cursor, disk():
        sql = f"SELECT * FROM ({relation_of(found, made)}) ORDER BY _key, _at, _batch, _row"  # noqa: S608
        return writing.write(cursor.execute(sql).to_arrow_reader(GROUP_ROWS))


def swapped(now: Table, then: Plan, mine: list[Entry], files: list[DataFile]) -> Delta | None:
    """New files for old ones; None when one is gone or more of their rows have been deleted meanwhile."""
    there = plan(now)
    paths = {entry.path for entry in there.data}
    for entry in mine:
        if entry.path not in paths or marks_of(there, entry) != marks_of(then, entry):
            return None
    removed = {entry.file for entry in mine}
    left = [entry for entry in there.data if entry.file not in removed]
    idle = {entry.file for entry in [*there.positions, *there.equalities] if not concerns(entry, there, left)}
    return Delta(Operation.REPLACE, added=files, removed=removed | idle)


def marks_of(made: Plan, entry: Entry) -> set[str]:
    """The delete files of a data file."""
    return {delete.path for delete in made.marked.get(entry.path, [])}


def concerns(delete: Entry, made: Plan, left: list[Entry]) -> bool:
    """Whether a delete file still concerns one of the files that stay."""
    if delete in made.positions:
        return bool(named_by(delete.file) & {entry.path for entry in left})
    return any(delete in made.marked.get(entry.path, []) for entry in left)
