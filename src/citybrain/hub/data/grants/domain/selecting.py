"""The statements of sharing: items, masks, row filter, tests and page in one SELECT. Values stay parameters."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from citybrain.hub.data.data import Column, Dataset
from citybrain.hub.data.domain.statement import Statement, condition, sql_columns
from citybrain.hub.data.grants.domain.filters import CASTS, value_of
from citybrain.hub.data.grants.domain.masks import masked


def row_filter_test(dataset: Dataset, text: str) -> list[Statement]:
    """The grant's row filter; rows for which it is unknown do not leave."""
    compiled = condition(dataset, text)
    return [] if compiled is None else [Statement(*compiled.to_sql(sql_columns(dataset)))]


def item_sql(column: Column, hidden: Collection[str]) -> str:
    """An item as it leaves: masked by the engine where the grant says so."""
    return masked(column.personal, column.expression) if column.name in hidden else column.expression


def rows_statement(
    dataset: Dataset,
    items: Sequence[str],
    hidden: Collection[str],
    tests: Sequence[Statement],
    *,
    record: str,
    order: Sequence[str],
    limit: int,
) -> Statement:
    """SELECT items, then the record key, then the position, in order."""
    shown = [f'{item_sql(dataset.column(name), hidden)} AS "{name}"' for name in items]
    ours = [f'{record} AS "_record"', *(f'{sql} AS "_p{at}"' for at, sql in enumerate(order))]
    return Statement(
        f"SELECT {', '.join([*shown, *ours])} FROM {dataset.source} WHERE {all_of(tests)}"  # noqa: S608 - catalogue's names
        f" ORDER BY {', '.join(order)} LIMIT %s",
        [*params_of(tests), limit],
    )


def comparing_statement(
    dataset: Dataset, said: Mapping[str, Any], tests: Sequence[Statement], newest: str
) -> Statement:
    """SELECT one truth per item of the newest row; the values themselves stay in the engine."""
    compared = [same_test(dataset.column(name), value, f"items.{name}") for name, value in said.items()]
    shown = ", ".join(f"coalesce({test.sql}, false)" for test in compared)
    return Statement(
        f"SELECT {shown} FROM {dataset.source} WHERE {all_of(tests)} {newest} LIMIT 1",  # noqa: S608
        [*params_of(compared), *params_of(tests)],
    )


def same_test(column: Column, value: Any, path: str) -> Statement:
    """Whether an item is what was said; text without blanks around it."""
    found = value_of(column.type, value, path)
    if column.type == "text":
        return Statement(f"trim(CAST({column.expression} AS text)) = trim(%s::text)", [found])
    return Statement(f"{column.expression} = %s::{CASTS[column.type]}", [found])


def all_of(tests: Sequence[Statement]) -> str:
    """All tests hold."""
    return " AND ".join(f"({test.sql})" for test in tests) or "TRUE"


def params_of(tests: Sequence[Statement]) -> list[Any]:
    """Their parameters in order."""
    return [value for test in tests for value in test.params]
