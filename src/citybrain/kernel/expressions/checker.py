"""Types before running: every name is declared, every operation fits. Writes ``type`` on the nodes."""

from __future__ import annotations

from decimal import Decimal
from difflib import get_close_matches

from citybrain.kernel.expressions import nodes as n
from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.functions import FUNCTIONS
from citybrain.kernel.expressions.types import (
    ANY,
    BOOLEAN,
    NULL,
    NUMBER,
    STRING,
    ListOf,
    Record,
    Type,
    comparable,
    joined,
)


class Checker:
    """One check of one tree against the declared names; collects the paths it meets in ``used``."""

    def __init__(self, names: Record) -> None:
        self.names = names
        self.bound: dict[str, Type] = {}
        self.used: set[str] = set()

    def check(self, node: n.Node) -> Type:
        node.type = getattr(self, f"check_{type(node).__name__.lower()}")(node)
        return node.type

    def fail(self, node: n.Node, code: str, zh: str, en: str) -> ExpressionError:
        return ExpressionError(code, zh=zh, en=en, line=node.line, col=node.col)

    def expect(self, node: n.Node, wanted: Type) -> None:
        got = self.check(node)
        if got not in (wanted, ANY):
            raise self.fail(
                node,
                "type",
                f"这里需要{wanted.zh}，写的是{got.zh}",
                f"a {wanted} is needed here, not a {got}",
            )

    def check_literal(self, node: n.Literal) -> Type:
        if node.value is None:
            return NULL
        if isinstance(node.value, bool):
            return BOOLEAN
        return NUMBER if isinstance(node.value, Decimal) else STRING

    def check_path(self, node: n.Path) -> Type:
        first, *rest = node.words
        if first in self.bound:
            here = self.bound[first]
        else:
            self.used.add(".".join(node.words))
            here, rest = self.names, list(node.words)
        for word in rest:
            here = self.step(node, here, word)
        return here

    def step(self, node: n.Path, here: Type, word: str) -> Type:
        if here == ANY:
            return ANY
        if not isinstance(here, Record):
            raise self.fail(node, "name", f"{here.zh}没有“{word}”这一项", f"a {here} has no field “{word}”")
        if word in here.fields:
            return here.fields[word]
        if here.open:
            return ANY
        near = get_close_matches(word, [str(k) for k in here.fields], 1)
        zh = f"没有名为“{'.'.join(node.words)}”的项" + (f"，是不是“{near[0]}”？" if near else "")
        en = f"there is no “{'.'.join(node.words)}”" + (f"; did you mean “{near[0]}”?" if near else "")
        raise self.fail(node, "name", zh, en)

    def check_listing(self, node: n.Listing) -> Type:
        inner: Type | None = NULL
        for item in node.items:
            kind = self.check(item)
            if isinstance(kind, ListOf | Record):
                raise self.fail(item, "type", "列表里只能写单个的值", "a list may only hold single values")
            inner = joined(inner, kind) if inner is not None else None
            if inner is None:
                raise self.fail(item, "type", "列表里的值类型不一致", "the values of the list differ in type")
        return ListOf(inner or ANY)

    def check_logic(self, node: n.Logic) -> Type:
        for item in node.items:
            self.expect(item, BOOLEAN)
        return BOOLEAN

    def check_not(self, node: n.Not) -> Type:
        self.expect(node.item, BOOLEAN)
        return BOOLEAN

    def check_compare(self, node: n.Compare) -> Type:
        left, right = self.check(node.left), self.check(node.right)
        self.need_comparable(node, left, right)
        if NULL in (left, right) and node.op not in ("=", "!="):
            raise self.fail(node, "type", "空值只能用 = 或 != 判断", "null can only be tested with = or !=")
        return BOOLEAN

    def need_comparable(self, node: n.Node, left: Type, right: Type) -> None:
        if not comparable(left, right):
            raise self.fail(
                node, "type", f"{left.zh}和{right.zh}不能比较", f"a {left} cannot be compared with a {right}"
            )

    def check_in(self, node: n.In) -> Type:
        item, of = self.check(node.item), self.check(node.of)
        if of == ANY:
            return BOOLEAN
        if not isinstance(of, ListOf):
            raise self.fail(
                node.of, "type", f"“in”后面需要列表，写的是{of.zh}", f"“in” needs a list, not a {of}"
            )
        if item == NULL:
            raise self.fail(node.item, "type", "空值不能用“in”判断", "null cannot be tested with “in”")
        if of.of != NULL:
            self.need_comparable(node, item, of.of)
        return BOOLEAN

    def check_between(self, node: n.Between) -> Type:
        kinds = [self.check(part) for part in (node.item, node.low, node.high)]
        if NULL in kinds:
            raise self.fail(node, "type", "“between”不能用空值", "“between” cannot use null")
        self.need_comparable(node, kinds[0], kinds[1])
        self.need_comparable(node, kinds[0], kinds[2])
        return BOOLEAN

    def check_arithmetic(self, node: n.Arithmetic) -> Type:
        parts = [node.first, *(part for _, part in node.rest)]
        kinds = [self.check(part) for part in parts]
        if all(op == "+" for op, _ in node.rest) and all(k in (STRING, ANY) for k in kinds):
            return STRING if STRING in kinds else ANY
        for part, kind in zip(parts, kinds, strict=True):
            if kind not in (NUMBER, ANY):
                raise self.fail(
                    part, "type", f"计算需要数字，写的是{kind.zh}", f"arithmetic needs numbers, not a {kind}"
                )
        return NUMBER

    def check_negative(self, node: n.Negative) -> Type:
        self.expect(node.item, NUMBER)
        return NUMBER

    def check_if(self, node: n.If) -> Type:
        self.expect(node.condition, BOOLEAN)
        kind = joined(self.check(node.then), self.check(node.otherwise))
        if kind is None:
            raise self.fail(node, "type", "then 和 else 的类型不一致", "then and else give different types")
        return kind

    def check_quantified(self, node: n.Quantified) -> Type:
        of = self.check(node.of)
        if of != ANY and not isinstance(of, ListOf):
            raise self.fail(
                node.of, "type", f"这里需要列表，写的是{of.zh}", f"a list is needed here, not a {of}"
            )
        outer = self.bound
        self.bound = {**outer, node.name: of.of if isinstance(of, ListOf) else ANY}
        try:
            self.expect(node.condition, BOOLEAN)
        finally:
            self.bound = outer
        return BOOLEAN

    def check_call(self, node: n.Call) -> Type:
        function = FUNCTIONS.get(node.function)
        if function is None:
            near = get_close_matches(node.function, FUNCTIONS, 1)
            raise self.fail(
                node,
                "name",
                f"没有函数“{node.function}”" + (f"，是不是“{near[0]}”？" if near else ""),
                f"there is no function “{node.function}”" + (f"; did you mean “{near[0]}”?" if near else ""),
            )
        result = function.result([self.check(arg) for arg in node.args])
        if result is None:
            got = ", ".join(str(arg.type) for arg in node.args)
            raise self.fail(
                node,
                "type",
                f"函数用法是 {function.signature}，写的是 {node.function}({got})",
                f"use {function.signature}, not {node.function}({got})",
            )
        return result
