"""SQL over the files of a plan: untouched files as fast as plain Parquet, the others without their deleted rows."""

from collections import defaultdict
from collections.abc import Sequence

from pyiceberg.table import Table
from pyiceberg.types import NestedField

from citybrain.hub.data.lake.engine import literal
from citybrain.hub.data.lake.planning import Entry, Plan
from citybrain.hub.data.lake.types import duckdb_type

PATH = "filename"
ROW = "file_row_number"


def relation_of(found: Table, made: Plan, *, places: bool = False) -> str:
    """SELECT over the living rows; an empty plan has the right columns and no rows.

    ``places`` adds ``filename`` and ``file_row_number``, where each row lies.
    """
    fields = list(found.schema().fields)
    parts = []
    if clean := made.clean():
        parts.append(scan(clean, fields, places=places))
    if dirty := made.dirty():
        parts.append(living(found, made, dirty, places=places))
    return " UNION ALL ".join(parts) if parts else nothing(fields, places=places)


def nothing(fields: Sequence[NestedField], *, places: bool) -> str:
    """No rows in the right columns."""
    columns = [f"NULL::{duckdb_type(f.field_type)} AS {name(f.name)}" for f in fields]
    if places:
        columns += [f"NULL::VARCHAR AS {PATH}", f"NULL::BIGINT AS {ROW}"]
    return f"SELECT {', '.join(columns)} WHERE false"


def scan(files: Sequence[Entry], fields: Sequence[NestedField], *, places: bool) -> str:
    """SELECT over files.

    By field number, as Iceberg means it: a column added later is unknown in old files, a renamed one is the same.
    """
    columns = ", ".join(
        f"{f.field_id}: {{name: {literal(f.name)}, type: '{duckdb_type(f.field_type)}', default_value: NULL}}"
        for f in fields
    )
    more = f", {PATH} = true, {ROW} = true" if places else ""
    return f"SELECT * FROM read_parquet([{paths(files)}], schema = MAP {{{columns}}}{more})"  # noqa: S608


def living(found: Table, made: Plan, dirty: Sequence[Entry], *, places: bool) -> str:
    """SELECT over files rows are deleted from, without those rows."""
    fields = list(found.schema().fields)
    needed = hidden(found, made.equalities, fields)
    tests = [deleted_by_position(made, dirty), *deleted_by_value(found, made, dirty)]
    where = " AND ".join(f"NOT EXISTS ({test})" for test in tests if test)
    numbers = ", ".join(f"({literal(entry.path)}, {entry.sequence})" for entry in dirty)
    shown = "" if places else f", {PATH}, {ROW}"
    extra = "".join(f", {name(f.name)}" for f in needed)
    source = scan(dirty, [*fields, *needed], places=True)
    return (
        f"SELECT * EXCLUDE (_sequence{shown}{extra}) FROM ("  # noqa: S608
        f"SELECT d.*, s._sequence FROM ({source}) d JOIN (VALUES {numbers}) s(path, _sequence) ON s.path = d.{PATH}"
        f") d WHERE {where}"
    )


def deleted_by_position(made: Plan, dirty: Sequence[Entry]) -> str:
    """The rows that position delete files mark in these files."""
    used = {e.path: e for entry in dirty for e in made.marked[entry.path] if e in made.positions}
    if not used:
        return ""
    return (
        "SELECT 1 FROM (SELECT regexp_replace(file_path, '^file:(//)?/', '/') AS path, pos "  # noqa: S608
        f"FROM read_parquet([{paths(list(used.values()))}])) p WHERE p.path = d.{PATH} AND p.pos = d.{ROW}"
    )


def deleted_by_value(found: Table, made: Plan, dirty: Sequence[Entry]) -> list[str]:
    """The values that equality delete files mark, one test for each set of columns; unknown equals unknown."""
    used = {e.path: e for entry in dirty for e in made.marked[entry.path] if e in made.equalities}
    sets: dict[tuple[int, ...], list[Entry]] = defaultdict(list)
    for entry in used.values():
        sets[tuple(sorted(entry.file.equality_ids or []))].append(entry)
    every = {
        f.field_id: f
        for f in [*found.schema().fields, *hidden(found, made.equalities, found.schema().fields)]
    }
    return [values_test([every[number] for number in numbers], files) for numbers, files in sets.items()]


def values_test(fields: Sequence[NestedField], files: Sequence[Entry]) -> str:
    """Rows of older files with the same values in these columns."""
    parts = " UNION ALL ".join(
        f"SELECT *, {entry.sequence} AS _deleted FROM ({scan([entry], fields, places=False)})"  # noqa: S608
        for entry in files
    )
    columns = ", ".join(name(f.name) for f in fields)
    same = " AND ".join(f"e.{name(f.name)} IS NOT DISTINCT FROM d.{name(f.name)}" for f in fields)
    newest = f"SELECT {columns}, max(_deleted) AS _deleted FROM ({parts}) GROUP BY ALL"  # noqa: S608
    return f"SELECT 1 FROM ({newest}) e WHERE {same} AND d._sequence < e._deleted"  # noqa: S608


def hidden(found: Table, equalities: Sequence[Entry], fields: Sequence[NestedField]) -> list[NestedField]:
    """Columns that equality deletes name and the table no longer has: their deletes still count."""
    shown = {f.field_id for f in fields}
    wanted = {number for entry in equalities for number in entry.file.equality_ids or []} - shown
    past = {f.field_id: f for schema in found.schemas().values() for f in schema.fields}
    return [
        NestedField(number, f"_gone_{number}", past[number].field_type, required=False)
        for number in sorted(wanted)
    ]


def paths(files: Sequence[Entry]) -> str:
    """The files' paths as a list of literals."""
    return ", ".join(literal(entry.path) for entry in files)


def name(word: str) -> str:
    """A column's name as SQL."""
    return '"' + word.replace('"', '""') + '"'


def dead_places(found: Table, made: Plan) -> str:
    """SELECT over the places (file, row) of all dead rows in the data files of a plan; empty when nothing is marked."""
    dirty = made.dirty()
    if not dirty:
        return ""
    parts = []
    if used := [e for e in made.positions if any(e in made.marked[entry.path] for entry in dirty)]:
        parts.append(
            f"SELECT p.path, p.pos FROM (SELECT regexp_replace(file_path, '^file:(//)?/', '/') AS path, pos "  # noqa: S608
            f"FROM read_parquet([{paths(used)}])) p WHERE p.path IN ({paths(dirty)})"
        )
    if tests := deleted_by_value(found, made, dirty):
        needed = hidden(found, made.equalities, list(found.schema().fields))
        numbers = ", ".join(f"({literal(entry.path)}, {entry.sequence})" for entry in dirty)
        source = scan(dirty, [*found.schema().fields, *needed], places=True)
        dead = " OR ".join(f"EXISTS ({test})" for test in tests)
        parts.append(
            f"SELECT d.{PATH}, d.{ROW} FROM (SELECT d.*, s._sequence FROM ({source}) d "  # noqa: S608
            f"JOIN (VALUES {numbers}) s(path, _sequence) ON s.path = d.{PATH}) d WHERE {dead}"
        )
    return " UNION ".join(parts) if len(parts) > 1 else f"SELECT DISTINCT * FROM ({parts[0]})"  # noqa: S608
