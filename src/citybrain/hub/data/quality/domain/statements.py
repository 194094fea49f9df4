"""SQL of a scan: all rules that one pass can answer in one statement, later copies, samples, valid records."""

# ruff: noqa: S608 - names come from the catalogue and were checked, every value is a parameter

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.hub.data.quality.domain.predicates import Test, Writing, column, has_value, table_name, test_of
from citybrain.hub.data.quality.domain.rule import Rule, Surroundings

MOST_SAMPLED = 200


@dataclass(frozen=True)
class Sql:
    """A statement with its named parameters."""

    text: str
    params: dict[str, Any]


def tests(rules: Sequence[Rule], around: Surroundings, today: Any) -> dict[str, Test]:
    """Rule key → its test, each with parameters of its own."""
    return {rule.key: test_of(rule, Writing(f"r{n}", today, around)) for n, rule in enumerate(rules)}


def source(key: str, found: Mapping[str, Test], only: Sequence[str] = (), sample: int = 0) -> Sql:
    """Rows ``d``: the table, some of its deliveries, or its first rows; copies numbered where a test asks for them.

    The copy received first is number 1.
    """
    numbered = "".join(
        f", row_number() OVER (PARTITION BY {', '.join(column(n) for n in test.copies)}"
        f' ORDER BY d._at, d._batch, d._row) AS "{test.copy}"'
        for test in found.values()
        if test.copies
    )
    where = " WHERE d._batch IN (SELECT unnest($batches))" if only else ""
    limit = f" LIMIT {int(sample)}" if sample else ""
    params: dict[str, Any] = {"batches": list(only)} if only else {}
    table = f"{table_name(key)} AS d"
    if only or sample:
        table = f"(SELECT d.* FROM {table}{where}{limit}) AS d"
    return Sql(f"(SELECT d.*{numbered} FROM {table}) AS d" if numbered else table, params)


def counting(key: str, found: Mapping[str, Test], only: Sequence[str] = (), sample: int = 0) -> Sql:
    """One row: rows seen, then judged and failed of every test, in order. One pass over the table."""
    rows = source(key, found, only, sample)
    flags, counts, params = ["1 AS seen"], ["count(*)"], dict(rows.params)
    for n, test in enumerate(found.values()):
        flags += [f"({test.judged}) AS j{n}", f"coalesce({test.passed}, FALSE) AS p{n}"]
        counts += [f"count(*) FILTER (WHERE j{n})", f"count(*) FILTER (WHERE j{n} AND NOT p{n})"]
        params |= test.params
    return Sql(f"SELECT {', '.join(counts)} FROM (SELECT {', '.join(flags)} FROM {rows.text}) AS f", params)


def copies(rule: Rule, around: Surroundings) -> Sql:
    """Judged rows and later copies of a ``unique`` rule: cheaper by groups than by numbering every row."""
    at = Writing("u", None, around)  # type: ignore[arg-type]  # asks nothing of the calendar
    judged = " AND ".join(has_value(name, at) for name in rule.items)
    by = ", ".join(column(name) for name in rule.items)
    groups = f"SELECT count(*) AS n FROM {table_name(rule.resource)} AS d WHERE {judged} GROUP BY {by}"
    return Sql(f"SELECT coalesce(sum(n), 0), coalesce(sum(n - 1), 0) FROM ({groups}) AS g", {})


def sampling(rule: Rule, test: Test, names: Sequence[str], only: Sequence[str] = (), sample: int = 0) -> Sql:
    """Up to 200 rows that fail: their delivery, number in it, and the named items."""
    if test.copies and not sample:
        return sampled_copies(rule, test, names)
    rows = source(rule.resource, {rule.key: test}, only, sample)
    chosen = ", ".join(["d._batch", "d._row", *(column(name) for name in names)])
    failing = f"({test.judged}) AND NOT coalesce({test.passed}, FALSE)"
    return Sql(
        f"SELECT {chosen} FROM {rows.text} WHERE {failing} LIMIT {MOST_SAMPLED}",
        {**rows.params, **test.params},
    )


def sampled_copies(rule: Rule, test: Test, names: Sequence[str]) -> Sql:
    """Only the rows of some groups with copies are numbered."""
    table = table_name(rule.resource)
    by = ", ".join(f"{column(n)} AS g{i}" for i, n in enumerate(rule.items))
    grouped = ", ".join(column(n) for n in rule.items)
    groups = (
        f"SELECT {by} FROM {table} AS d WHERE {test.judged} GROUP BY {grouped}"
        f" HAVING count(*) > 1 LIMIT {MOST_SAMPLED}"
    )
    joined = " AND ".join(f"{column(n)} = g.g{i}" for i, n in enumerate(rule.items))
    number = f"row_number() OVER (PARTITION BY {grouped} ORDER BY d._at, d._batch, d._row) AS _copy"
    chosen = ", ".join(["d._batch", "d._row", *(column(name) for name in names)])
    rows = f"SELECT d.*, {number} FROM {table} AS d JOIN ({groups}) AS g ON {joined}"
    return Sql(f"SELECT {chosen} FROM ({rows}) AS d WHERE d._copy > 1 LIMIT {MOST_SAMPLED}", {})


@dataclass(frozen=True)
class ValidAsked:
    """What valid records are judged by: key items, tests of mandatory rules, since when rows are fresh (None: always)."""

    keys: tuple[str, ...]
    tests: Mapping[str, Test]
    fresh_since: datetime | None
    historical_item: str = ""


def valid_records(key: str, asked: ValidAsked, around: Surroundings) -> Sql:
    """One row: rows, without key, failing a mandatory rule, past the cycle, otherwise fine, and those without copies.

    Parts are exclusive, in this order; what is fine and a later copy of the same key is the difference of the last two.
    """
    at = Writing("v", None, around)  # type: ignore[arg-type]  # asks nothing of the calendar
    rows = source(key, asked.tests)
    params = dict(rows.params)
    has_key = " AND ".join(has_value(name, at) for name in asked.keys) or "FALSE"
    good = []
    for test in asked.tests.values():
        good.append(f"(NOT ({test.judged}) OR coalesce({test.passed}, FALSE))")
        params |= test.params
    fresh = "TRUE"
    if asked.fresh_since is not None:
        params["fresh_since"] = asked.fresh_since
        fresh = "d._at >= $fresh_since"
        if asked.historical_item:
            fresh = f"({fresh} OR coalesce({column(asked.historical_item)}, FALSE))"
    one = [column(name) for name in asked.keys]
    identity = one[0] if len(one) == 1 else f"row({', '.join(one)})" if one else "NULL"
    flags = f"({has_key}) AS k, ({' AND '.join(good) or 'TRUE'}) AS g, coalesce({fresh}, FALSE) AS f, {identity} AS i"
    return Sql(
        "SELECT count(*), count(*) FILTER (WHERE NOT k), count(*) FILTER (WHERE k AND NOT g),"
        " count(*) FILTER (WHERE k AND g AND NOT f), count(*) FILTER (WHERE k AND g AND f),"
        f" count(DISTINCT i) FILTER (WHERE k AND g AND f) FROM (SELECT {flags} FROM {rows.text}) AS x",
        params,
    )
