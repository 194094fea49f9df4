"""DuckDB's SQL as Spark's, by the parsed tree. Free of Django.

Moments are wall clock time of the city on the cluster (``TIMESTAMP_NTZ``): engines disagree about functions of instants,
none about those of wall clock time. What has no proven equal is refused.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import sqlglot
from sqlglot import exp
from sqlglot.tokens import TokenType

from citybrain.hub.data.lake.distributed.shape import refused

CITY = ZoneInfo("Asia/Shanghai")
MOMENTS = ("timestamp", "timestamptz", "timestampltz", "timestampntz")
# Functions proven equal by the conformance tests; every other one is refused on a cluster.
PROVEN: tuple[type[exp.Expr], ...] = (
    exp.Abs, exp.And, exp.AnyValue, exp.ArgMax, exp.ArgMin, exp.Avg, exp.Case, exp.Cast, exp.Ceil, exp.Coalesce,
    exp.Concat, exp.ConcatWs, exp.Contains, exp.Count, exp.CountIf, exp.CurrentDate, exp.CurrentTimestamp, exp.CumeDist,
    exp.DateDiff, exp.DateTrunc, exp.Day, exp.DenseRank, exp.EndsWith, exp.Exists, exp.Extract, exp.FirstValue, exp.Floor,
    exp.Greatest, exp.Hour, exp.If, exp.Lag, exp.LastValue, exp.Lead, exp.Least, exp.Left, exp.Length, exp.LogicalAnd,
    exp.LogicalOr, exp.Lower, exp.Max, exp.Min, exp.Minute, exp.Month, exp.Ntile, exp.Nullif, exp.Or, exp.PercentRank,
    exp.Quarter, exp.Rank, exp.RegexpLike, exp.Replace, exp.Right, exp.Round, exp.RowNumber, exp.Sqrt, exp.StartsWith,
    exp.StrPosition, exp.Substring, exp.Sum, exp.TimestampTrunc, exp.TimeToStr, exp.Trim, exp.TryCast, exp.Upper, exp.Xor,
    exp.Year, exp.Median, exp.Pow, exp.Stddev, exp.StddevPop, exp.Variance, exp.ToChar,
)  # fmt: skip
PARTS = ("YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "QUARTER")
UNITS = ("DAY",)


def for_spark(tree: exp.Query, names: Mapping[str, str], now: datetime) -> str:
    """The statement for Spark; ``names`` maps tables to the views that stand for them there."""
    for called in tree.find_all(exp.Func):
        if not isinstance(called, PROVEN):
            raise refused(
                f"{called.sql()[:60]} has no equal on the cluster / 集群引擎不支持该函数", "function"
            )
    replaced = tree.copy()
    for node in reversed(list(replaced.walk())):  # the inner ones first
        changed = step(node, now)
        if changed is not node:
            node.replace(changed)
    for table in list(replaced.find_all(exp.Table)):
        if table.db:
            view = names[f"{table.db}.{table.name}"]
            table.replace(exp.to_table(view).as_(table.alias or table.name, table=True))
    return replaced.sql(dialect="spark")


def step(node: exp.Expr, now: datetime) -> exp.Expr:
    """One node as Spark means it."""
    for kind, change in CHANGES:
        if isinstance(node, kind):
            return change(node, now)
    return node


def double(node: exp.Expr) -> exp.Expr:
    """As a floating point number."""
    return exp.cast(node.copy(), "double")


def division(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Of any numbers a floating point number, by zero infinite, as there; here exact, and by zero an error."""
    above, below = double(node.this), double(node.expression)
    zero = exp.Literal.number(0)
    plain = exp.Div(this=above, expression=exp.Nullif(this=below, expression=zero), typed=False, safe=False)
    infinite = exp.Case().when(
        exp.EQ(this=below.copy(), expression=zero.copy()), double(exp.Literal.string("Infinity"))
    )
    endless = exp.Mul(this=above.copy(), expression=infinite)
    return exp.Coalesce(this=plain, expressions=[endless])


def whole_division(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Toward zero in both engines; nothing when divided by zero."""
    below = exp.Nullif(this=node.expression.copy(), expression=exp.Literal.number(0))
    return exp.IntDiv(this=node.this.copy(), expression=below)


def average(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Of exact numbers a floating point number there, a rounded exact one here."""
    if isinstance(node.this, exp.Distinct):
        return type(node)(this=exp.Distinct(expressions=[double(e) for e in node.this.expressions]))
    return type(node)(this=double(node.this))


def moment(node: Any, _now: datetime) -> exp.Expr:
    """Moments are wall clock time; one written with an offset is moved to the city's clock here."""
    if not node.to.is_type(*MOMENTS):
        return node
    text = node.this.this if isinstance(node.this, exp.Literal) and node.this.is_string else None
    value = exp.Literal.string(wall_text(text)) if text is not None else node.this
    return type(node)(this=value.copy(), to=exp.DataType.build("timestamp_ntz", dialect="spark"))


def wall_text(text: str) -> str:
    """A written moment on the city's clock; as it is when it has no offset or cannot be read."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return text
    return wall(found).isoformat(sep=" ") if found.tzinfo else text


def wall(moment: datetime) -> datetime:
    """Wall clock time of the city, without a zone."""
    return moment.astimezone(CITY).replace(tzinfo=None)


def zone(node: exp.Expr, _now: datetime) -> exp.Expr:
    """AT TIME ZONE of the city changes nothing when everything is on its clock."""
    if node.args["zone"].name != CITY.key:
        raise refused("times are told on the city's clock only / 只支持本市时区", "zone")
    return node.this.copy()


def today(_node: exp.Expr, now: datetime) -> exp.Expr:
    """The city's day, not the cluster's."""
    return exp.cast(exp.Literal.string(wall(now).date().isoformat()), "date")


def this_moment(_node: exp.Expr, now: datetime) -> exp.Expr:
    """The city's clock, not the cluster's."""
    text = exp.Literal.string(wall(now).isoformat(sep=" "))
    return exp.Cast(this=text, to=exp.DataType.build("timestamp_ntz", dialect="spark"))


def part(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Days of the week and the like are counted differently."""
    if node.name.upper() not in PARTS:
        raise refused(f"extract({node.name}) has no equal on the cluster / 集群引擎不支持", "function")
    return node


def difference(node: exp.Expr, _now: datetime) -> exp.Expr:
    """Whole days only; months are counted differently."""
    if str(node.args.get("unit") or "DAY").upper() not in UNITS:
        raise refused(
            "only date_diff('day', …) has an equal on the cluster / 集群引擎只支持按天求差", "function"
        )
    return node


def parameter(node: exp.Expr, _now: datetime) -> exp.Expr:
    """``$name`` there, ``:name`` here."""
    return exp.Placeholder(this=node.name)


CHANGES: list[tuple[Any, Callable[[exp.Expr, datetime], exp.Expr]]] = [
    (exp.Div, division),
    (exp.IntDiv, whole_division),
    ((exp.Avg, exp.Median, exp.Stddev, exp.StddevPop, exp.Variance), average),
    ((exp.Cast, exp.TryCast), moment),
    (exp.AtTimeZone, zone),
    (exp.CurrentDate, today),
    (exp.CurrentTimestamp, this_moment),
    (exp.Extract, part),
    (exp.DateDiff, difference),
    (exp.Parameter, parameter),
]


def numbered(sql: str) -> str:
    """``?`` becomes ``$p1``, ``$p2`` … in the order of the text, so that no translation can change it."""
    parts, last, count = [], 0, 0
    for token in sqlglot.tokenize(sql, read="duckdb"):
        if token.token_type == TokenType.PLACEHOLDER:
            count += 1
            parts += [sql[last : token.start], f"$p{count}"]
            last = token.end + 1
    return "".join([*parts, sql[last:]])


def arguments(params: Sequence[Any] | Mapping[str, Any]) -> dict[str, Any]:
    """Parameters by name, moments on the city's clock."""
    named = params if isinstance(params, Mapping) else {f"p{n}": value for n, value in enumerate(params, 1)}
    return {name: argument(value) for name, value in named.items()}


def argument(value: Any) -> Any:
    """One parameter as the cluster takes it."""
    if isinstance(value, datetime):
        # The client reads a moment without zone on this machine's clock; as UTC it arrives as it is written.
        return (wall(value) if value.tzinfo else value).replace(tzinfo=UTC)
    if isinstance(value, list | tuple):
        return [argument(item) for item in value]
    return value
