"""The syntax tree. Chains (and, or, +, *) are flat, so only brackets make a tree deep."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from citybrain.kernel.expressions.types import ANY, Type


@dataclass(eq=False)
class Node:
    """A piece of an expression; ``type`` is filled by the type checker."""

    line: int
    col: int
    type: Type = field(default=ANY, init=False)


@dataclass(eq=False)
class Literal(Node):
    value: Any


@dataclass(eq=False)
class Path(Node):
    words: tuple[str, ...]


@dataclass(eq=False)
class Listing(Node):
    items: list[Node]


@dataclass(eq=False)
class Logic(Node):
    op: str  # "and" | "or"
    items: list[Node]


@dataclass(eq=False)
class Not(Node):
    item: Node


@dataclass(eq=False)
class Compare(Node):
    op: str
    left: Node
    right: Node


@dataclass(eq=False)
class In(Node):
    item: Node
    of: Node
    negated: bool


@dataclass(eq=False)
class Between(Node):
    item: Node
    low: Node
    high: Node
    negated: bool


@dataclass(eq=False)
class Arithmetic(Node):
    first: Node
    rest: list[tuple[str, Node]]


@dataclass(eq=False)
class Negative(Node):
    item: Node


@dataclass(eq=False)
class If(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(eq=False)
class Quantified(Node):
    kind: str  # "some" | "every"
    name: str
    of: Node
    condition: Node


@dataclass(eq=False)
class Call(Node):
    function: str
    args: list[Node]
