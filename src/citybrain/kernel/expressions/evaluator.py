"""Walks a checked tree with values. Bounded in steps and time; raises only ExpressionError."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from typing import Any

from citybrain.kernel.expressions import nodes as n
from citybrain.kernel.expressions import values as v
from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.functions import FUNCTIONS
from citybrain.kernel.expressions.limits import MAX_SECONDS, MAX_STEPS
from citybrain.kernel.expressions.types import ANY, BOOLEAN, NULL, ListOf, Record, Type

MISSING = object()


class Evaluation:
    """One run of one tree."""

    def __init__(self, names: Record, env: Mapping[str, Any]) -> None:
        self.names, self.env = names, env
        self.bound: dict[str, tuple[Any, Type]] = {}
        self.steps = 0
        self.until = perf_counter() + MAX_SECONDS

    def tick(self, steps: int = 1) -> None:
        self.steps += steps
        if self.steps > MAX_STEPS or perf_counter() > self.until:
            raise ExpressionError("limit", zh="条件的计算量过大", en="the condition takes too much work")

    def value(self, node: n.Node) -> Any:
        self.tick()
        return getattr(self, f"value_{type(node).__name__.lower()}")(node)

    def truth(self, node: n.Node) -> bool | None:
        return v.need(self.value(node), BOOLEAN)

    def value_literal(self, node: n.Literal) -> Any:
        return node.value

    def value_path(self, node: n.Path) -> Any:
        first, *rest = node.words
        if first in self.bound:
            here, kind = self.bound[first]
        else:
            here, kind, rest = self.env, self.names, list(node.words)
        dotted = ".".join(node.words)
        for at, word in enumerate(rest):
            kind = self.kind_below(kind, word)
            below = self.field(here, word)
            if below is MISSING and at < len(rest) - 1:  # flat environments: {"applicant.age": 3}
                flat = self.field(here, ".".join(rest[at:]))
                if flat is not MISSING:
                    return self.admit(flat, node.type, dotted)
            if below is MISSING or below is None:
                return None
            here = below
        return self.admit(here, kind, dotted)

    def kind_below(self, kind: Type, word: str) -> Type:
        return kind.fields.get(word, ANY) if isinstance(kind, Record) else ANY

    def field(self, here: Any, word: str) -> Any:
        if not isinstance(here, Mapping):
            raise v.value_error(f"“{word}”的上一级不是记录", f"what holds “{word}” is not a record")
        return here.get(word, MISSING)

    def admit(self, value: Any, kind: Type, name: str) -> Any:
        if isinstance(value, list | tuple | set | frozenset):
            self.tick(len(value))
        return v.admitted(value, kind, name)

    def value_listing(self, node: n.Listing) -> list:
        return [self.value(item) for item in node.items]

    def value_logic(self, node: n.Logic) -> bool | None:
        decisive = node.op == "or"
        unknown = False
        for item in node.items:
            truth = self.truth(item)
            if truth is decisive:
                return decisive
            unknown = unknown or truth is None
        return None if unknown else not decisive

    def value_not(self, node: n.Not) -> bool | None:
        truth = self.truth(node.item)
        return None if truth is None else not truth

    def value_compare(self, node: n.Compare) -> bool | None:
        left, right = self.value(node.left), self.value(node.right)
        if NULL in (node.left.type, node.right.type):  # "= null" written out asks whether a value is there
            same = left is None and right is None
            return same if node.op == "=" else not same
        return v.compare(node.op, left, right)

    def value_in(self, node: n.In) -> bool | None:
        item, items = self.value(node.item), v.need(self.value(node.of), ListOf(ANY))
        if items is None:
            return None
        self.tick(len(items))
        found = v.member(item, [self.admit(other, ANY, "in") for other in items])
        return found if found is None or not node.negated else not found

    def value_between(self, node: n.Between) -> bool | None:
        item, low, high = self.value(node.item), self.value(node.low), self.value(node.high)
        inside = v.both([v.compare(">=", item, low), v.compare("<=", item, high)])
        return inside if inside is None or not node.negated else not inside

    def value_arithmetic(self, node: n.Arithmetic) -> Any:
        result = self.value(node.first)
        for op, part in node.rest:
            other = self.value(part)
            if op == "/" and other is not None and other == 0:
                v.need(result, v.NUMBER)
                result = None
            else:
                result = v.combine(op, result, other)
        return result

    def value_negative(self, node: n.Negative) -> Any:
        number = v.need(self.value(node.item), v.NUMBER)
        return None if number is None else -number

    def value_if(self, node: n.If) -> Any:
        return self.value(node.then if self.truth(node.condition) else node.otherwise)

    def value_quantified(self, node: n.Quantified) -> bool | None:
        items = v.need(self.value(node.of), ListOf(ANY))
        if items is None:
            return None
        kind = node.of.type.of if isinstance(node.of.type, ListOf) else ANY
        outer, truths = self.bound, []
        for item in items:
            self.tick()
            self.bound = {**outer, node.name: (item, kind)}
            truths.append(self.truth(node.condition))
        self.bound = outer
        return v.either(truths) if node.kind == "some" else v.both(truths)

    def value_call(self, node: n.Call) -> Any:
        function = FUNCTIONS[node.function]
        args = [self.value(arg) for arg in node.args]
        if function.strict and None in args:
            return None
        for arg in args:
            if isinstance(arg, list):
                self.tick(len(arg))
        if node.function == "contains" and (
            args[0] is None or (args[1] is None and isinstance(args[0], str))
        ):
            return None
        lists = [[self.admit(i, ANY, node.function) for i in a] if isinstance(a, list) else a for a in args]
        return function.call(*lists)
