"""The same meaning as a parameterised SQL condition for PostgreSQL.

Only column expressions given by code reach the SQL text; every literal of the expression is a parameter. What SQL
cannot say exactly (quantifiers, values of type ``any``) is refused with ExpressionError ``sql``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from citybrain.kernel.expressions import nodes as n
from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.functions import FUNCTIONS, clock_today, day
from citybrain.kernel.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NULL,
    NUMBER,
    STRING,
    ListOf,
    Type,
    parse_type,
)

SQL_TYPES: dict[Type, str] = {
    NUMBER: "numeric",
    STRING: "text",
    BOOLEAN: "boolean",
    DATE: "date",
    DATETIME: "timestamptz",
}


@dataclass(frozen=True)
class Column:
    """A trusted SQL expression (from code, never from a pack) and its type; list columns are PostgreSQL arrays."""

    sql: str
    type: Type | str

    @property
    def kind(self) -> Type:
        return parse_type(self.type)


class Writer:
    """Writes one checked tree as SQL; parameters are collected in order by a final pass."""

    def __init__(self, columns: Mapping[str, Column]) -> None:
        self.columns = columns
        self.values: list[Any] = []

    def finish(self, sql: str) -> tuple[str, list[Any]]:
        """Replace the numbered marks by placeholders in the order they stand in the text."""
        pieces = sql.split("\x00")
        params = [self.values[int(mark)] for mark in pieces[1::2]]
        text = "".join("%s" if i % 2 else piece.replace("%", "%%") for i, piece in enumerate(pieces))
        return text, params

    def mark(self, value: Any, cast: str) -> str:
        self.values.append(value)
        return f"\x00{len(self.values) - 1}\x00::{cast}"

    def refuse(self, node: n.Node, zh: str, en: str) -> ExpressionError:
        return ExpressionError("sql", zh=zh, en=en, line=node.line, col=node.col)

    def write(self, node: n.Node) -> str:
        return getattr(self, f"write_{type(node).__name__.lower()}")(node)

    def write_literal(self, node: n.Literal) -> str:
        if node.value is None:
            return "NULL"
        return self.mark(node.value, SQL_TYPES[node.type])

    def write_path(self, node: n.Path) -> str:
        name = ".".join(node.words)
        column = self.columns.get(name)
        if column is None:
            raise self.refuse(node, f"“{name}”不能用于筛选", f"“{name}” cannot be used as a filter")
        kind = column.kind
        if kind != node.type and node.type != ANY:
            raise self.refuse(
                node, f"“{name}”的类型与列不符", f"the type of “{name}” differs from its column"
            )
        if node.type == ANY and kind != ANY:
            raise self.refuse(node, f"请先声明“{name}”的类型", f"declare the type of “{name}” first")
        if kind == NUMBER:
            return f"({column.sql})::numeric"
        return f"({column.sql})"

    def write_listing(self, node: n.Listing) -> str:
        raise self.refuse(node, "列表只能跟在“in”后面", "a list may only follow “in”")

    def write_logic(self, node: n.Logic) -> str:
        return "(" + f" {node.op.upper()} ".join(self.write(item) for item in node.items) + ")"

    def write_not(self, node: n.Not) -> str:
        return f"(NOT {self.write(node.item)})"

    def write_compare(self, node: n.Compare) -> str:
        if node.right.type == NULL or node.left.type == NULL:
            sides = [s for s in (node.left, node.right) if s.type != NULL]
            test = f"({self.write(sides[0])} IS NULL)" if sides else "TRUE"
            return test if node.op == "=" else f"(NOT {test})"
        return self.comparison(node.op, node.left, node.right)

    def comparison(self, op: str, left: n.Node, right: n.Node) -> str:
        one, other = self.aligned(left, right.type), self.aligned(right, left.type)
        collate = ' COLLATE "C"' if left.type == STRING and op not in ("=", "!=") else ""
        return f"({one} {'<>' if op == '!=' else op} {other}{collate})"

    def aligned(self, node: n.Node, against: Type) -> str:
        """A time compared with a date is compared by its local date."""
        sql = self.write(node)
        return day(sql, DATETIME) if node.type == DATETIME and against == DATE else sql

    def write_in(self, node: n.In) -> str:
        if isinstance(node.of, n.Listing):
            if not node.of.items:
                return "TRUE" if node.negated else "FALSE"
            tests = [
                self.comparison("=", node.item, i) if i.type != NULL else "NULL::boolean"
                for i in node.of.items
            ]
            test = "(" + " OR ".join(tests) + ")"
        else:
            test = f"({self.write(node.item)} = ANY({self.write(node.of)}))"
        return f"(NOT {test})" if node.negated else test

    def write_between(self, node: n.Between) -> str:
        test = f"({self.comparison('>=', node.item, node.low)} AND {self.comparison('<=', node.item, node.high)})"
        return f"(NOT {test})" if node.negated else test

    def write_arithmetic(self, node: n.Arithmetic) -> str:
        result = self.write(node.first)
        for op, part in node.rest:
            other = self.write(part)
            if node.type == STRING:
                result = f"({result} || {other})"
            elif op == "/":  # the scale of the dividend decides PostgreSQL's precision
                result = f"round(round({result}, 30) / NULLIF({other}, 0), 10)"
            else:
                result = f"({result} {op} {other})"
        return result

    def write_negative(self, node: n.Negative) -> str:
        return f"(- {self.write(node.item)})"

    def write_if(self, node: n.If) -> str:
        return (
            f"(CASE WHEN {self.write(node.condition)} THEN {self.typed(node.then, node.type)} "
            f"ELSE {self.typed(node.otherwise, node.type)} END)"
        )

    def typed(self, node: n.Node, kind: Type) -> str:
        if node.type == NULL and kind in SQL_TYPES:
            return f"NULL::{SQL_TYPES[kind]}"
        return self.write(node)

    def write_quantified(self, node: n.Quantified) -> str:
        raise self.refuse(node, "筛选条件不能用 some/every", "a filter cannot use some/every")

    def write_call(self, node: n.Call) -> str:
        function = FUNCTIONS[node.function]
        if node.function == "date" and node.args[0].type == STRING:
            return self.constant_date(node)
        types = [arg.type for arg in node.args]
        if (
            function.sql is None
            or ANY in types
            or (node.function in ("min", "max") and any(isinstance(t, ListOf) for t in types))
        ):
            raise self.refuse(
                node,
                f"筛选条件不能这样用“{node.function}”",
                f"a filter cannot use “{node.function}” like this",
            )
        written = function.sql([self.typed(a, node.type) for a in node.args], types)
        while "%today" in written:
            written = written.replace("%today", self.mark(clock_today(), "date"), 1)
        if node.function in ("min", "max") and node.type == STRING:
            head, _, tail = written.rpartition(")")
            written = f'{head} COLLATE "C"){tail}'
        return written

    def constant_date(self, node: n.Call) -> str:
        text = node.args[0]
        if not isinstance(text, n.Literal):
            raise self.refuse(
                node, "筛选条件里 date 只能用写定的日期", "in a filter, date needs a written date"
            )
        return self.mark(FUNCTIONS["date"].call(text.value), "date")
