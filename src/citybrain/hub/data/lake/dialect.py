"""Statements of the doors, written for PostgreSQL, in the words of the lake's engine. Values stay parameters."""

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import sqlglot
from sqlglot import exp

EXACT = "DECIMAL(38, 10)"


def for_lake(sql: str, params: Sequence[Any]) -> tuple[str, list[Any]]:
    """The same statement for the embedded engine; parameters are numbered, because a translation may change their places."""
    return translated(sql), [bound(value) for value in params]


@lru_cache(maxsize=512)
def translated(sql: str) -> str:
    """PostgreSQL's words as DuckDB's: exact numbers stay exact (ten decimals), ``%%`` is one sign."""
    tree = sqlglot.parse_one(numbered(sql), read="postgres")
    for cast in tree.find_all(exp.Cast):
        if cast.to.is_type("decimal") and not cast.to.expressions:
            cast.set("to", exp.DataType.build(EXACT, dialect="duckdb"))
    for collate in list(tree.find_all(exp.Collate)):
        collate.replace(collate.this)  # the engine compares texts by code point anyway
    # The engine divides in binary and lets the decimals of a product grow until they do not fit.
    for product in reversed(list(tree.find_all(exp.Mul, exp.Div))):  # the inner ones first
        product.replace(exp.cast(product.copy(), EXACT, dialect="duckdb"))
    return tree.sql(dialect="duckdb")


def numbered(sql: str) -> str:
    """Placeholders as ``$1``, ``$2`` … in their order; ``%%`` as one sign."""
    pieces = re.split(r"(%s|%%)", sql)
    count = 0
    for at, piece in enumerate(pieces):
        if piece == "%s":
            count += 1
            pieces[at] = f"${count}"
        elif piece == "%%":
            pieces[at] = "%"
    return "".join(pieces)


def bound(value: Any) -> Any:
    """A parameter as the engine takes it."""
    if isinstance(value, str | int | float | bool | datetime | date) or value is None:
        return value
    return list(value) if isinstance(value, tuple) else value
