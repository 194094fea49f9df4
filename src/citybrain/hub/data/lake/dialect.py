"""Statements of the doors, written for PostgreSQL, in the words of the lake's engine. Values stay parameters."""

from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

EXACT = "DECIMAL(38, 10)"


def for_lake(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """The same statement for the embedded engine; placeholders keep their order."""
    return translated(sql), [bound(value) for value in params]


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """PostgreSQL's words as DuckDB's: exact numbers stay exact, ``%%`` is one sign."""
    tree = sqlglot.parse_one(sql.replace("%%", "%"), read="postgres")
    for cast in tree.find_all(exp.Cast):
        if cast.to.is_type("decimal") and not cast.to.expressions:
            cast.set("to", exp.DataType.build(EXACT, dialect="duckdb"))
    for collate in list(tree.find_all(exp.Collate)):
        collate.replace(collate.this)  # the engine compares texts by code point anyway
    return tree.sql(dialect="duckdb")


def bound(value: Any) -> Any:
    """A parameter as the engine takes it."""
    if isinstance(value, str | int | float | bool | datetime | date) or value is None:
        return value
    return list(value) if isinstance(value, tuple) else value
