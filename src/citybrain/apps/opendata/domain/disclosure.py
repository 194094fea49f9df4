"""Disclosure control in the engine's SQL, so that any number of rows is checked within bounded memory.

Three checks over a relation ``treated`` (a row number ``__n`` and the columns that stay), each making the next relation:

- ``anonymous`` → ``kept``: rows whose equivalence class of quasi-identifiers is smaller than k go.
- ``suppress`` → ``shown``: small counts are hidden (primary), and with them others (complementary), until no hidden cell is
  what is missing between a total and the cells one can see. Totals are taken as known: over every dimension, within every
  coarser one that a dimension lies in (villages of a town, of a county, of the city), and between columns one of which is
  the sum of others. In every such line at least two cells are hidden, and together at least the threshold.
- ``linked``: a tried re-identification against a reference.

Cell suppression by lines as in Hundepool et al., Statistical Disclosure Control (2012), ch. 4; no linear program is solved,
so intervals of hidden cells may still be narrow where several lines cross; the report says which lines were looked at.
"""

from __future__ import annotations

from itertools import combinations
from typing import Any, Protocol

from citybrain.apps.opendata.domain.treatment import WITH_NUMBER, Treatment

MOST_DIMENSIONS = 16
MOST_ROUNDS = 500
MOST_SUMS = 6  # columns among which every sum is looked for; among more only the sum of all others
WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT", "UINTEGER", "UBIGINT")
NUMBERS = (*WHOLE, "DOUBLE", "FLOAT")


class Engine(Protocol):
    """What is needed of a connection to the engine."""

    def execute(self, sql: str, params: Any = ...) -> Any:
        """Run a statement."""


def name(word: str) -> str:
    """A column's name, quoted."""
    return '"' + word.replace('"', '""') + '"'


def names(words: Any) -> str:
    """Names joined by commas."""
    return ", ".join(name(w) for w in words)


def one(engine: Engine, sql: str) -> tuple[Any, ...]:
    """The only row of an answer."""
    return engine.execute(sql).fetchone()


def columns(engine: Engine, relation: str) -> dict[str, str]:
    """Columns of a relation with the engine's types, the row number left out."""
    found = engine.execute(f"DESCRIBE {relation}").fetchall()
    return {row[0]: row[1] for row in found if row[0] != "__n"}


# -- equivalence classes --------------------------------------------------------------------------------------------


def anonymous(engine: Engine, treatment: Treatment) -> dict[str, Any]:
    """Make ``kept``; what was found: smallest class before and after, classes below k, rows suppressed, diversity."""
    known = columns(engine, "treated")
    quasi = [n for n in treatment.named("quasi") if n in known]
    (rows,) = one(engine, "SELECT count(*) FROM treated")
    if not quasi or not rows:
        engine.execute("CREATE VIEW kept AS SELECT * FROM treated")
        return {"quasi": quasi, "checked": False, "suppressed": 0, "method": "none"}
    engine.execute(
        f"CREATE TABLE class AS SELECT {names(quasi)}, count(*) AS __size FROM treated GROUP BY ALL"
    )
    same = " AND ".join(f"t.{name(q)} IS NOT DISTINCT FROM c.{name(q)}" for q in quasi)
    engine.execute(
        f"CREATE VIEW kept AS SELECT t.* FROM treated t JOIN class c ON {same} WHERE c.__size >= {treatment.k}"
    )
    classes, below, least, left, gone = one(
        engine,
        f"""SELECT count(*), count(*) FILTER (__size < {treatment.k}), min(__size), min(__size) FILTER (__size >= {treatment.k}),
            coalesce(sum(__size) FILTER (__size < {treatment.k}), 0)::BIGINT FROM class""",
    )
    return {
        "checked": True, "method": "class suppression", "quasi": quasi, "k_wanted": treatment.k, "k_before": least,
        "k_after": left or 0, "classes": classes, "classes_below": below, "suppressed": gone,
        "share_suppressed": round(gone / rows, 4), "diversity": diversity(engine, quasi, treatment.named("sensitive")),
    }  # fmt: skip


def diversity(engine: Engine, quasi: list[str], sensitive: list[str]) -> dict[str, int]:
    """For each sensitive attribute the fewest different values in one class: 1 means a class gives it away."""
    found = {}
    for column in sensitive:
        (least,) = one(
            engine, f"SELECT min(n) FROM (SELECT count(DISTINCT {name(column)}) AS n FROM kept GROUP BY {names(quasi)})"
        )  # fmt: skip
        if least is not None:
            found[column] = least
    return found


# -- small cells ----------------------------------------------------------------------------------------------------


def suppress(engine: Engine, treatment: Treatment) -> dict[str, Any]:
    """Make ``shown``; how many cells were hidden and why, by column, and along which lines."""
    known = columns(engine, "kept")
    hidden = [n for n in known if treatment.of(n).step == "hide_small"]
    if not hidden:
        engine.execute("CREATE VIEW shown AS SELECT * FROM kept")
        return {"method": "none", "columns": {}}
    counts = hidden + [
        n for n in treatment.named("count") if n in known and n not in hidden and known[n] in NUMBERS
    ]
    make_cells(engine, counts, hidden, treatment)
    dimensions = dimensions_of(engine, {n: kind for n, kind in known.items() if n not in counts}, treatment)
    groups = lines_of(engine, list(dimensions))
    sums = sums_of(engine, counts)
    engine.execute(
        f"CREATE TABLE place AS SELECT __n{''.join(f', {sql} AS {name(n)}' for n, sql in dimensions.items())} FROM kept"
    )
    rounds = protect(engine, groups, [tuple(counts.index(n) for n in line) for line in sums])
    show(engine, known, hidden, counts)
    return {
        "method": "complementary", "columns": told(engine, hidden, counts, treatment), "lines": [sorted(g) for g in groups],
        "sums": sums, "rounds": rounds, **left(engine, groups, [tuple(counts.index(n) for n in line) for line in sums]),
    }  # fmt: skip


def make_cells(engine: Engine, counts: list[str], hidden: list[str], treatment: Treatment) -> None:
    """``cell``: one row a count with its row number, column, value, threshold, whether it may be hidden and is (why)."""
    parts = []
    for at, column in enumerate(counts):
        least = treatment.of(column).number or WITH_NUMBER["hide_small"]
        may = column in hidden
        small = f"v > 0 AND v < {least}" if may else "FALSE"
        parts.append(
            f"SELECT __n AS n, {at} AS c, v, {least} AS least, {may} AS may, {small} AS hidden, {small} AS small"
            f" FROM (SELECT __n, CAST({name(column)} AS DOUBLE) AS v FROM kept) WHERE v IS NOT NULL"
        )
    engine.execute(f"CREATE TABLE cell AS {' UNION ALL '.join(parts)}")


def dimensions_of(engine: Engine, known: dict[str, str], treatment: Treatment) -> dict[str, str]:
    """Columns by which totals are taken, with their SQL: texts, days, yes or no, whole numbers of few values.

    A column of division codes also counts by county and town, because their totals are published elsewhere.
    """
    (rows,) = one(engine, "SELECT count(*) FROM kept")
    found: dict[str, tuple[int, str]] = {}
    for column, kind in known.items():
        if kind in ("DOUBLE", "FLOAT"):
            continue
        (values,) = one(
            engine, f"SELECT count(DISTINCT coalesce(CAST({name(column)} AS VARCHAR), chr(1))) FROM kept"
        )
        if values < 2 or (kind in WHOLE and values * 2 > rows and treatment.of(column).role != "quasi"):
            continue
        found[column] = (values, name(column))
        if (
            kind == "VARCHAR"
            and one(engine, f"SELECT bool_and(regexp_full_match({name(column)}, '[0-9]{{12}}')) FROM kept")[0]
        ):
            for digits in (6, 9):
                sql = f"left({name(column)}, {digits})"
                (parts,) = one(engine, f"SELECT count(DISTINCT {sql}) FROM kept")
                if 1 < parts < values:
                    found[f"{column}[:{digits}]"] = (parts, sql)
    few = sorted(found, key=lambda n: found[n][0])[:MOST_DIMENSIONS]
    return {n: found[n][1] for n in found if n in few}


def lines_of(engine: Engine, dimensions: list[str]) -> list[frozenset[str]]:
    """The dimensions that stay when a total is taken over another: for each one, and for each coarser one it lies in.

    A dimension that another determines (the name of a code, the county of a town) goes with it.
    """
    if not dimensions:
        return [frozenset()]
    engine.execute(
        f"CREATE TABLE combination AS SELECT DISTINCT {select_dimensions(engine, dimensions)} FROM kept"
    )
    size = {n: count_of(engine, [n]) for n in dimensions}
    inside = {
        (fine, coarse)
        for fine in dimensions
        for coarse in dimensions
        if fine != coarse and size[fine] >= size[coarse] and count_of(engine, [fine, coarse]) == size[fine]
    }
    lines = set()
    for fine in dimensions:
        stay = {n for n in dimensions if n != fine and (fine, n) not in inside}
        lines.add(frozenset(stay))
        for coarse in (n for n in dimensions if (fine, n) in inside and (n, fine) not in inside):
            lines.add(frozenset(stay | {coarse} | {n for n in dimensions if (coarse, n) in inside}))
    return sorted(
        lines, key=lambda line: (-len(line), sorted(line))
    )  # the finest first: what they hide serves the coarser


def select_dimensions(engine: Engine, dimensions: list[str]) -> str:
    """The dimensions as a list of a SELECT; parts of codes by their digits."""
    return ", ".join(f"{dimension_sql(n)} AS {name(n)}" for n in dimensions)


def dimension_sql(dimension: str) -> str:
    """The SQL of a dimension by its name: ``division[:6]`` is the county of a code."""
    column, part, digits = dimension.rpartition("[:")
    return f"left({name(column)}, {int(digits[:-1])})" if part and digits[:-1].isdigit() else name(dimension)


def count_of(engine: Engine, words: list[str]) -> int:
    """How many combinations of values there are."""
    return one(engine, f"SELECT count(*) FROM (SELECT DISTINCT {names(words)} FROM combination)")[0]


def sums_of(engine: Engine, counts: list[str]) -> list[list[str]]:
    """Columns one of which is the sum of the others, in every row where all are known (at least two rows)."""
    sizes = range(2, len(counts)) if len(counts) <= MOST_SUMS else [len(counts) - 1]
    found = []
    for total in counts:
        others = [n for n in counts if n != total]
        for size in sizes:
            for parts in combinations(others, size):
                plus = " + ".join(f"CAST({name(p)} AS DOUBLE)" for p in parts)
                same, rows = one(
                    engine, f"SELECT bool_and(abs({plus} - {name(total)}) < 1e-6), count({plus} - {name(total)}) FROM kept"
                )  # fmt: skip
                if same and rows >= 2:
                    found.append([total, *parts])
    return found


def protect(engine: Engine, groups: list[frozenset[str]], sums: list[tuple[int, ...]]) -> int:
    """Hide further cells until every line holds; how many rounds it took."""
    for number in range(MOST_ROUNDS):
        changed = sum(hide_next(engine, line_sql(group)) for group in groups)
        changed += sum(hide_next(engine, sum_sql(columns)) for columns in sums)
        if not changed:
            return number
    return MOST_ROUNDS


def line_sql(group: frozenset[str]) -> str:
    """Cells with the line they lie in: the same column, the same values of the dimensions that stay."""
    stay = "".join(f", p.{name(n)}" for n in sorted(group))
    return (
        f"SELECT k.*, dense_rank() OVER (ORDER BY k.c{stay}) AS line FROM cell k JOIN place p ON p.__n = k.n"
    )


def sum_sql(counts: tuple[int, ...]) -> str:
    """Cells of one row that add up, as a line."""
    return f"SELECT k.*, k.n AS line FROM cell k WHERE k.c IN ({', '.join(map(str, counts))})"


def weak_sql(lines: str) -> str:
    """Lines with a hidden cell that can be told: it is alone, or all hidden ones together stay below the threshold."""
    return f"""SELECT line, count(*) AS cells, count(*) FILTER (hidden) AS hidden_cells,
        count(*) FILTER (NOT hidden AND may) AS free FROM ({lines}) GROUP BY line
        HAVING count(*) FILTER (hidden) = 1 OR (count(*) FILTER (hidden) > 1 AND sum(v) FILTER (hidden) < min(least))"""


def hide_next(engine: Engine, lines: str) -> int:
    """In every weak line the smallest cell that is not hidden: rather one above zero, for a nought hides nothing."""
    engine.execute(
        f"""CREATE OR REPLACE TEMP TABLE chosen AS SELECT n, c FROM (
            SELECT l.n, l.c, row_number() OVER (PARTITION BY l.line ORDER BY l.v = 0, l.v, l.n, l.c) AS place
            FROM ({lines}) l JOIN ({weak_sql(lines)}) w ON w.line = l.line WHERE NOT l.hidden AND l.may) WHERE place = 1"""
    )
    (count,) = one(engine, "SELECT count(*) FROM chosen")
    if count:
        engine.execute(
            "UPDATE cell SET hidden = TRUE FROM chosen WHERE cell.n = chosen.n AND cell.c = chosen.c"
        )
    return count


def left(engine: Engine, groups: list[frozenset[str]], sums: list[tuple[int, ...]]) -> dict[str, int]:
    """Lines that could not be protected: of one cell only (its total is the cell), and others."""
    single = other = 0
    for lines in [*map(line_sql, groups), *map(sum_sql, sums)]:
        alone, more = one(
            engine,
            f"""SELECT count(*) FILTER (cells = 1), count(*) FILTER (cells > 1 AND hidden_cells = 1)
                FROM ({weak_sql(lines)})""",
        )
        single, other = single + alone, other + more
    return {"single": single, "recoverable": other}


def show(engine: Engine, known: dict[str, str], hidden: list[str], counts: list[str]) -> None:
    """``shown``: the rows with their hidden cells empty."""
    joins, chosen = "", []
    for column in known:
        if column in hidden:
            at = counts.index(column)
            joins += f" LEFT JOIN cell c{at} ON c{at}.n = k.__n AND c{at}.c = {at}"
            chosen.append(f"CASE WHEN c{at}.hidden THEN NULL ELSE k.{name(column)} END AS {name(column)}")
        else:
            chosen.append(f"k.{name(column)}")
    engine.execute(f"CREATE VIEW shown AS SELECT k.__n, {', '.join(chosen)} FROM kept k{joins}")


def told(
    engine: Engine, hidden: list[str], counts: list[str], treatment: Treatment
) -> dict[str, dict[str, int]]:
    """What was hidden, by column."""
    found = {}
    for column in hidden:
        cells, primary, all_hidden = one(
            engine,
            f"""SELECT count(*), count(*) FILTER (small), count(*) FILTER (hidden) FROM cell
                WHERE c = {counts.index(column)}""",
        )
        found[column] = {
            "threshold": treatment.of(column).number or WITH_NUMBER["hide_small"], "cells": cells, "primary": primary,
            "complementary": all_hidden - primary,
        }  # fmt: skip
    return found


def small_cells(engine: Engine, treatment: Treatment) -> dict[str, int]:
    """How many counts above zero and below the threshold are left in ``shown``, by column."""
    known = columns(engine, "shown")
    return {
        n: one(
            engine, f"SELECT count(*) FROM shown WHERE {name(n)} > 0 AND {name(n)} < {treatment.small_cell}"
        )[0]
        for n in treatment.named("count")
        if known.get(n) in NUMBERS
    }


# -- a tried re-identification --------------------------------------------------------------------------------------


def linked(engine: Engine, quasi: list[str]) -> dict[str, Any]:
    """Released rows whose quasi-identifiers match exactly one row of ``reference``, which holds the same steps. By value."""
    here, there = columns(engine, "shown"), columns(engine, "reference")
    common = [n for n in quasi if n in here and n in there]
    (rows,) = one(engine, "SELECT count(*) FROM shown")
    if not common or not rows:
        return {"tried": False, "columns": common}
    keys = ", ".join(f"coalesce(CAST({name(n)} AS VARCHAR), '') AS q{at}" for at, n in enumerate(common))
    on = " AND ".join(f"s.q{at} = r.q{at}" for at in range(len(common)))
    matched, unique = one(
        engine,
        f"""SELECT count(r.found), count(*) FILTER (r.found = 1) FROM (SELECT {keys} FROM shown) s LEFT JOIN
            (SELECT {keys}, count(*) AS found FROM reference GROUP BY ALL) r ON {on}""",
    )
    (size,) = one(engine, "SELECT count(*) FROM reference")
    return {
        "tried": True, "method": "exact match on quasi-identifiers", "columns": common, "reference_rows": size, "rows": rows,
        "matched": matched, "unique": unique, "share_unique": round(unique / rows, 4),
    }  # fmt: skip


def verdict(report: dict[str, Any], treatment: Treatment) -> list[str]:
    """Codes of what keeps this version from being public; empty when it passed."""
    faults = []
    classes = report.get("classes", {})
    if not report.get("rows"):
        faults.append("empty")
    if classes.get("checked") and classes["k_after"] < treatment.k:
        faults.append("k_not_reached")
    if classes.get("checked") and any(n < 2 for n in classes["diversity"].values()):
        faults.append("not_diverse")
    if any(report.get("small_cells", {}).values()):
        faults.append("small_cells")
    if report.get("cells", {}).get("recoverable"):
        faults.append("recoverable")
    if report.get("linkage", {}).get("tried") and report["linkage"]["share_unique"] > treatment.most_unique:
        faults.append("linkable")
    return faults
