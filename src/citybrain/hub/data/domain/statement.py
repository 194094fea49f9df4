"""SQL for counting and reading datasets. Identifiers come from the dataset (code); every value is a parameter.

Time windows are half-open [since, until) on the bare time column, so that its index is used.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from citybrain.hub.data.data import EXPRESSION_TYPES, Column, Dataset
from citybrain.kernel.expressions import Column as SqlColumn
from citybrain.kernel.expressions import Expression
from citybrain.kernel.expressions import compile as compile_expression

ZONE = "Asia/Shanghai"
MOST_MEMBERS = 20_000


@dataclass(frozen=True)
class Question:
    """One thing to count: ``count``, ``sum:<column>``, ``avg:<column>`` or ``distinct:<column>``, where a condition holds."""

    measure: str = "count"
    where: Expression | None = None


@dataclass
class Statement:
    """SQL text with its parameters."""

    sql: str
    params: list[Any] = field(default_factory=list)


def condition(dataset: Dataset, where: Expression | str | None) -> Expression | None:
    """A condition over the dataset's columns; text is compiled (ExpressionError when it is not one)."""
    if where is None or where == "":
        return None
    if isinstance(where, str):
        names = {column.name: EXPRESSION_TYPES[column.type] for column in dataset.columns}
        return compile_expression(where, names, result="boolean")
    return where


def sql_columns(dataset: Dataset) -> dict[str, SqlColumn]:
    """Columns as the expression language wants them."""
    return {c.name: SqlColumn(c.expression, EXPRESSION_TYPES[c.type]) for c in dataset.columns}


def aggregate(dataset: Dataset, question: Question) -> Statement:
    """The aggregate of one question, with its condition as a FILTER."""
    kind, _, name = question.measure.partition(":")
    column = dataset.column(name) if name else None
    text = aggregate_text(kind, column)
    params: list[Any] = []
    if question.where is not None:
        test, params = question.where.to_sql(sql_columns(dataset))
        text += f" FILTER (WHERE {test})"
    return Statement(text, params)


def aggregate_text(kind: str, column: Column | None) -> str:
    """count(*), sum, avg or count(DISTINCT); ValueError for anything else."""
    if kind == "count":
        return "count(*)" if column is None else f"count({column.expression})"
    if column is None:
        raise ValueError(f"measure {kind!r} needs a column, as in {kind}:<column>")
    if kind == "distinct":
        return f"count(DISTINCT {column.expression})"
    if kind in {"sum", "avg"} and column.type == "number":
        return f"{kind}(({column.expression})::numeric)"
    raise ValueError(f"cannot measure {kind!r} of {column.name} ({column.type})")


def window(dataset: Dataset, time: str, since: datetime | None, until: datetime | None) -> Statement:
    """The half-open time window on a date or datetime column."""
    if since is None and until is None:
        return Statement("TRUE")
    column = dataset.column(time or dataset.time_column)
    if column.type not in {"date", "datetime"}:
        raise ValueError(f"{column.name} is not a time")
    tests, params = [], []
    for sign, moment in ((">=", since), ("<", until)):
        if moment is not None:
            tests.append(f"{column.expression} {sign} %s")
            params.append(fitted(moment, column))
    return Statement(" AND ".join(tests), params)


def fitted(moment: datetime | date, column: Column) -> datetime | date:
    """A moment as the column's type: a date column is compared with the city's local date."""
    from citybrain.kernel import clock

    if column.type == "date" and isinstance(moment, datetime):
        return clock.local(moment).date()
    return moment


def group_expression(dataset: Dataset, group_by: str, time: str = "") -> str:
    """What to group by: a column's name, ``county``/``town`` (of the division), ``day``/``month`` (local).

    Several, separated by commas, give members joined by ``|``: ``day,county`` → ``2026-11-23|350902000000``.
    """
    if "," in group_by:
        parts = [group_expression(dataset, part.strip(), time) for part in group_by.split(",")]
        return "concat_ws('|', " + ", ".join(f"coalesce(({part})::text, '')" for part in parts) + ")"
    if group_by in {"county", "town"} and dataset.division_column:
        length = 6 if group_by == "county" else 9
        return f"rpad(left({dataset.column(dataset.division_column).expression}, {length}), 12, '0')"
    if group_by in {"day", "month"}:
        column = dataset.column(time or dataset.time_column)
        local = column.expression
        if column.type == "datetime":
            local = f"({local} AT TIME ZONE '{ZONE}')"
        return f"to_char({local}, '{'YYYY-MM-DD' if group_by == 'day' else 'YYYY-MM'}')"
    if group_by == "organisation" and dataset.organisation_column:
        return dataset.column(dataset.organisation_column).expression
    if group_by == "matter" and dataset.matter_column:
        return dataset.column(dataset.matter_column).expression
    return dataset.column(group_by).expression


def measuring(
    dataset: Dataset,
    questions: Sequence[Question],
    *,
    time: str = "",
    since=None,
    until=None,
    group_by: str = "",
) -> Statement:
    """One SELECT that answers several questions over one window in one pass."""
    parts = [aggregate(dataset, question) for question in questions]
    span = window(dataset, time, since, until)
    chosen = ", ".join(part.sql for part in parts)
    params = [value for part in parts for value in part.params]
    narrowed, narrow_params = shared_condition(dataset, questions)
    sql = f"FROM {dataset.source} WHERE {span.sql} AND {narrowed}"
    params += [*span.params, *narrow_params]
    if not group_by:
        return Statement(f"SELECT {chosen} {sql}", params)
    group = group_expression(dataset, group_by, time)
    return Statement(
        f"SELECT {group} AS member, {chosen} {sql} GROUP BY 1 ORDER BY 1 LIMIT {MOST_MEMBERS}", params
    )


def shared_condition(dataset: Dataset, questions: Sequence[Question]) -> tuple[str, list[Any]]:
    """When every question asks under a condition, no row outside all of them need be read (partial indexes)."""
    wheres = [question.where for question in questions]
    if not wheres or any(where is None for where in wheres):
        return "TRUE", []
    written = {where.text: where.to_sql(sql_columns(dataset)) for where in wheres if where is not None}
    tests, params = zip(*written.values(), strict=True)
    return "(" + " OR ".join(tests) + ")", [value for part in params for value in part]


def reading(
    dataset: Dataset,
    columns: Sequence[Column],
    tests: Sequence[Statement],
    *,
    limit: int,
    offset: int,
    newest: bool,
) -> Statement:
    """A bounded SELECT of columns, newest first when the dataset has a time."""
    chosen = ", ".join(f'{c.expression} AS "{c.name}"' for c in columns)
    where = " AND ".join(f"({t.sql})" for t in tests) or "TRUE"
    order = (
        f"ORDER BY {dataset.column(dataset.time_column).expression} DESC NULLS LAST"
        if newest and dataset.time_column
        else ""
    )
    params = [value for test in tests for value in test.params]
    return Statement(
        f"SELECT {chosen} FROM {dataset.source} WHERE {where} {order} LIMIT %s OFFSET %s",  # noqa: S608
        [*params, limit, offset],
    )
