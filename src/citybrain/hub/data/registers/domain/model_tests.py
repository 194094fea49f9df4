"""Tests of a model (检验): compiled to SQL over the rows it is about to write.

Each test is a condition that says which rows break it. Values come from the pack and are written as literals by the SQL
builder, never by joining text; names are checked names of the model's own items.
"""

from dataclasses import dataclass
from typing import Any, Literal

from sqlglot import exp

from citybrain.hub.data.registers.domain.model_sql import (
    DIALECT,
    Refused,
    parsed,
    refuse_functions,
    refuse_nodes,
)

CANDIDATE = "candidate"
Kind = Literal["unique", "not_null", "accepted", "relation", "rows", "condition"]


@dataclass(frozen=True)
class ModelTest:
    """One test. ``stop``: rows that break it stop the model and all that read it; else they are only told."""

    kind: Kind
    items: tuple[str, ...] = ()
    values: tuple[str, ...] = ()
    resource: str = ""
    item: str = ""
    least: int | None = None
    most: int | None = None
    condition: str = ""
    stop: bool = True

    @property
    def name(self) -> str:
        """Short name for lists: ``unique:number``."""
        return f"{self.kind}:{','.join(self.items) or self.condition[:60]}".rstrip(":")

    @classmethod
    def of(cls, said: dict[str, Any]) -> "ModelTest":
        """From the stored form."""
        listed = {name: tuple(said.get(name) or ()) for name in ("items", "values")}
        return cls(**{**said, **listed})


def quoted(name: str) -> str:
    """A checked name as SQL."""
    return exp.to_identifier(name, quoted=True).sql(dialect=DIALECT)


def breaking(test: ModelTest) -> str:
    """SQL condition that holds for rows of ``candidate`` breaking the test; ``rows`` has none (see ``count_problem``)."""
    columns = [quoted(item) for item in test.items]
    if test.kind == "rows":
        return "false"
    if test.kind == "not_null":
        return " OR ".join(f"{c} IS NULL OR trim(CAST({c} AS VARCHAR)) = ''" for c in columns)
    if test.kind == "unique":
        listed = ", ".join(columns)
        present = " AND ".join(f"{c} IS NOT NULL" for c in columns)
        again = f"SELECT {listed} FROM {CANDIDATE} WHERE {present} GROUP BY ALL HAVING count(*) > 1"  # noqa: S608
        return f"({listed}) IN ({again})"
    if test.kind == "accepted":
        listed = ", ".join(exp.Literal.string(value).sql(dialect=DIALECT) for value in test.values)
        return " OR ".join(f"({c} IS NOT NULL AND CAST({c} AS VARCHAR) NOT IN ({listed}))" for c in columns)
    if test.kind == "relation":
        namespace, _, noun = test.resource.partition(".")
        other = f"SELECT {quoted(test.item)} FROM {namespace}.{noun} WHERE {quoted(test.item)} IS NOT NULL"  # noqa: S608
        return f"{columns[0]} IS NOT NULL AND {columns[0]} NOT IN ({other})"
    return f"NOT coalesce(({checked_condition(test.condition)}), true)"


def checked_condition(text: str) -> str:
    """A condition of a pack: pure words over the model's items."""
    tree = parsed(f"SELECT 1 AS one FROM candidate WHERE {text}")  # noqa: S608 - parsed and checked here
    refuse_nodes(tree)
    refuse_functions(tree)
    where = tree.args.get("where")
    if where is None or tree.find(exp.Subquery) or len(list(tree.find_all(exp.Select))) != 1:
        raise Refused("检验条件不能含子查询", "a test condition holds no subquery")
    if set(tree.args) & {k for k, v in tree.args.items() if v} - {
        "where",
        "expressions",
        "from_",
        "from",
        "kind",
    }:
        raise Refused("检验条件只能是一个条件", "a test condition is one condition")
    return where.this.sql(dialect=DIALECT)


def count_problem(test: ModelTest, rows: int) -> int:
    """How far the number of rows lies outside the bounds of a ``rows`` test."""
    below = max(0, (test.least or 0) - rows)
    above = max(0, rows - test.most) if test.most is not None else 0
    return below + above
