"""SQL over the files of a plan: untouched files as fast as plain Parquet, the others without their deleted rows.

Files that hold every column under the name and type it has now are read by name: the engine then knows how many rows to
expect, which by field number it does not (and joins the wrong way round). Where it may not know, tests are written as marks
(``IN … IS TRUE``), which always build on the small side.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pyiceberg.table import Table
from pyiceberg.types import NestedField

from citybrain.hub.data.lake.engine import literal
from citybrain.hub.data.lake.planning import Entry, Plan
from citybrain.hub.data.lake.types import duckdb_type

PATH = "filename"
ROW = "file_row_number"
FILE = 2**40  # more rows than any file has; a place is file number * FILE + row number


@dataclass(frozen=True)
class Shape:
    """The columns of a table: as they are now, and whether none ever had another name or type."""

    fields: tuple[NestedField, ...]
    steady: bool
    hidden: tuple[NestedField, ...] = ()
    numbers: frozenset[int] = field(default_factory=frozenset)

    @property
    def columns(self) -> str:
        """The columns people know, as SQL."""
        return ", ".join(name(f.name) for f in self.fields)

    def by_name(self, file: Entry) -> bool:
        """Whether a file can be read by names."""
        return self.steady and self.numbers <= (file.file.value_counts or {}).keys()


def shape(found: Table, equalities: Sequence[Entry] = ()) -> Shape:
    """The shape of a table, with the columns that equality deletes name and the table no longer has."""
    fields = tuple(found.schema().fields)
    past = {(f.field_id, f.name, str(f.field_type)) for s in found.schemas().values() for f in s.fields}
    known = {f.field_id: f for s in found.schemas().values() for f in s.fields}
    numbers = frozenset(f.field_id for f in fields)
    gone = {number for entry in equalities for number in entry.file.equality_ids or []} - numbers
    hidden = tuple(NestedField(n, f"_gone_{n}", known[n].field_type, required=False) for n in sorted(gone))
    return Shape(fields, len(past) == len(known) and not hidden, hidden, numbers)


def relation_of(found: Table, made: Plan, *, places: bool = False) -> str:
    """SELECT over the living rows; an empty plan has the right columns and no rows.

    ``places`` adds ``filename`` and ``file_row_number``, where each row lies.
    """
    columns = shape(found, made.equalities)
    valued = set(made.equalities)
    by_value = [entry for entry in made.dirty() if valued & set(made.marked[entry.path])]
    by_position = [entry for entry in made.dirty() if entry not in by_value]
    parts = [
        *(scan(files, columns, places=places) for files in alike(made.clean(), columns)),
        *(without_places(made, files, columns, places=places) for files in alike(by_position, columns)),
        *(without_values(made, files, columns, places=places) for files in alike(by_value, columns)),
    ]
    return " UNION ALL ".join(parts) or nothing(columns, places=places)


def alike(files: Iterable[Entry], columns: Shape) -> list[list[Entry]]:
    """Files read by name and files read by field number, apart."""
    parts: dict[bool, list[Entry]] = defaultdict(list)
    for entry in files:
        parts[columns.by_name(entry)].append(entry)
    return list(parts.values())


def nothing(columns: Shape, *, places: bool) -> str:
    """No rows in the right columns."""
    shown = [f"NULL::{duckdb_type(f.field_type)} AS {name(f.name)}" for f in columns.fields]
    if places:
        shown += [f"NULL::VARCHAR AS {PATH}", f"NULL::BIGINT AS {ROW}"]
    return f"SELECT {', '.join(shown)} WHERE false"


def scan(files: Sequence[Entry], columns: Shape, *, places: bool = False) -> str:
    """SELECT over all rows of files."""
    return f"SELECT {columns.columns}{at(places)} FROM {parquet(files, columns, places=places)}"  # noqa: S608


def at(places: bool) -> str:
    """Where a row lies, as columns."""
    return f", {PATH}, {ROW}" if places else ""


def parquet(files: Sequence[Entry], columns: Shape, *, places: bool = False) -> str:
    """The files as a table: by name where all can be, else by field number, as Iceberg means it.

    By number a column added later is unknown in old files, and a renamed one is the same.
    """
    more = f", {PATH} = true, {ROW} = true" if places else ""
    if all(columns.by_name(entry) for entry in files):
        return f"read_parquet([{paths(files)}]{more})"
    fields = ", ".join(
        f"{f.field_id}: {{name: {literal(f.name)}, type: '{duckdb_type(f.field_type)}', default_value: NULL}}"
        for f in [*columns.fields, *columns.hidden]
    )
    return f"read_parquet([{paths(files)}], schema = MAP {{{fields}}}{more})"


def without_places(made: Plan, files: Sequence[Entry], columns: Shape, *, places: bool) -> str:
    """SELECT over files without the rows that position delete files mark."""
    return (
        f"SELECT {columns.columns}{at(places)} FROM {parquet(files, columns, places=True)} "  # noqa: S608
        f"WHERE {alive(made, files)}"
    )


def alive(made: Plan, files: Sequence[Entry]) -> str:
    """Whether a row's place is marked by no position delete file."""
    used = used_deletes(made, files, made.positions)
    if not used:
        return "true"
    numbers = ", ".join(f"({literal(entry.path)}, {number})" for number, entry in enumerate(files))
    marked = (
        f"SELECT n.file * {FILE} + p.pos FROM ({positions(used)}) p "  # noqa: S608
        f"JOIN (VALUES {numbers}) n(path, file) ON n.path = p.path"
    )
    return f"((file_index::BIGINT * {FILE} + {ROW}) IN ({marked})) IS NOT TRUE"


def positions(deletes: Sequence[Entry]) -> str:
    """Position delete files as rows of ``path`` (as the engine says it) and ``pos``."""
    return (
        "SELECT regexp_replace(file_path, '^file:(//)?/', '/') AS path, pos "  # noqa: S608
        f"FROM read_parquet([{paths(deletes)}])"
    )


def used_deletes(made: Plan, files: Sequence[Entry], among: Sequence[Entry]) -> list[Entry]:
    """Those delete files that concern these data files."""
    used = {delete.path for entry in files for delete in made.marked[entry.path]}
    return [delete for delete in among if delete.path in used]


def without_values(made: Plan, files: Sequence[Entry], columns: Shape, *, places: bool) -> str:
    """SELECT over files without the rows marked by position or by value."""
    tests = " AND ".join(f"NOT EXISTS ({test})" for test in value_tests(made, files, columns))
    return (
        f"SELECT {columns.columns}{at(places)} FROM ({numbered(files, columns)}) d "  # noqa: S608
        f"WHERE {alive(made, files)} AND {tests}"
    )


def numbered(files: Sequence[Entry], columns: Shape) -> str:
    """SELECT over files with each row's place and its file's sequence number."""
    numbers = ", ".join(f"({number}, {entry.sequence})" for number, entry in enumerate(files))
    return (
        f"SELECT d.*, s._sequence FROM (SELECT *, file_index FROM {parquet(files, columns, places=True)}) d "  # noqa: S608
        f"JOIN (VALUES {numbers}) s(file, _sequence) ON s.file = d.file_index"
    )


def value_tests(made: Plan, files: Sequence[Entry], columns: Shape) -> list[str]:
    """The values that equality delete files mark, one test for each set of columns; unknown equals unknown."""
    every = {f.field_id: f for f in [*columns.fields, *columns.hidden]}
    sets: dict[tuple[int, ...], list[Entry]] = defaultdict(list)
    for entry in used_deletes(made, files, made.equalities):
        sets[tuple(sorted(entry.file.equality_ids or []))].append(entry)
    return [values_test([every[number] for number in numbers], deletes) for numbers, deletes in sets.items()]


def values_test(fields: Sequence[NestedField], deletes: Sequence[Entry]) -> str:
    """Rows of older files with the same values in these columns."""
    by_number = Shape(tuple(fields), steady=False)
    parts = " UNION ALL ".join(
        f"SELECT *, {entry.sequence} AS _deleted FROM ({scan([entry], by_number)})"  # noqa: S608
        for entry in deletes
    )
    same = " AND ".join(f"e.{name(f.name)} IS NOT DISTINCT FROM d.{name(f.name)}" for f in fields)
    newest = f"SELECT {by_number.columns}, max(_deleted) AS _deleted FROM ({parts}) GROUP BY ALL"  # noqa: S608
    return f"SELECT 1 FROM ({newest}) e WHERE {same} AND d._sequence < e._deleted"  # noqa: S608


def dead_places(found: Table, made: Plan) -> str:
    """SELECT over the places (path, row) of all dead rows in the data files of a plan; empty when nothing is marked."""
    columns = shape(found, made.equalities)
    parts = []
    if used := used_deletes(made, made.dirty(), made.positions):
        parts.append(f"SELECT path, pos FROM ({positions(used)}) WHERE path IN ({paths(made.dirty())})")  # noqa: S608
    for files in alike(made.dirty(), columns):
        if tests := value_tests(made, files, columns):
            dead = " OR ".join(f"EXISTS ({test})" for test in tests)
            parts.append(f"SELECT d.{PATH}, d.{ROW} FROM ({numbered(files, columns)}) d WHERE {dead}")  # noqa: S608
    return f"SELECT DISTINCT * FROM ({' UNION ALL '.join(parts)})" if parts else ""  # noqa: S608


def paths(files: Iterable[Entry]) -> str:
    """The files' paths as a list of literals."""
    return ", ".join(literal(entry.path) for entry in files)


def name(word: str) -> str:
    """A column's name as SQL."""
    return '"' + word.replace('"', '""') + '"'
