"""Tokens into a tree, by recursive descent. The grammar is in docs/handbook/expressions.md."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from citybrain.kernel.expressions import nodes as n
from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.lexer import Token, tokens
from citybrain.kernel.expressions.limits import MAX_DEPTH

COMPARISONS = {"=": "=", "==": "=", "!=": "!=", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
CONSTANTS = {"true": True, "false": False, "null": None}


def parse(text: str) -> n.Node:
    """The tree of an expression; ExpressionError ``syntax`` or ``limit``."""
    reader = Reader(tokens(text))
    tree = reader.expression()
    if reader.now.kind != "end":
        raise reader.unexpected()
    return tree


class Reader:
    """One pass over the tokens."""

    def __init__(self, stream: list[Token]) -> None:
        self.stream, self.at, self.depth = stream, 0, 0

    @property
    def now(self) -> Token:
        return self.stream[self.at]

    def take(self) -> Token:
        token = self.now
        self.at += 1
        return token

    def sees(self, *words: str) -> bool:
        return self.now.kind in {"symbol", "keyword"} and self.now.text in words

    def need(self, word: str) -> Token:
        if not self.sees(word):
            raise self.unexpected(word)
        return self.take()

    def unexpected(self, wanted: str = "") -> ExpressionError:
        got = self.now
        zh = "表达式没有写完" if got.kind == "end" else f"这里不应出现“{got.text}”"
        en = "the expression ends too early" if got.kind == "end" else f"“{got.text}” is not expected here"
        if wanted:
            zh, en = f"{zh}，应为“{wanted}”", f"{en}; “{wanted}” is"
        return ExpressionError("syntax", zh=zh, en=en, line=got.line, col=got.col)

    def deeper(self, read: Callable[[], n.Node]) -> n.Node:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(
                "limit",
                zh=f"嵌套超过{MAX_DEPTH}层",
                en=f"nested deeper than {MAX_DEPTH} levels",
                line=self.now.line,
                col=self.now.col,
            )
        try:
            return read()
        finally:
            self.depth -= 1

    def expression(self) -> n.Node:
        return self.deeper(self._expression)

    def _expression(self) -> n.Node:
        if self.sees("if"):
            start = self.take()
            condition = self.expression()
            self.need("then")
            then = self.expression()
            self.need("else")
            return n.If(start.line, start.col, condition, then, self.expression())
        if self.sees("some", "every"):
            start = self.take()
            name = self.name()
            self.need("in")
            of = self.sum()
            self.need("satisfies")
            return n.Quantified(start.line, start.col, start.text, name, of, self.expression())
        return self.chain("or", lambda: self.chain("and", self.negation))

    def chain(self, word: str, read: Callable[[], n.Node]) -> n.Node:
        first = read()
        if not self.sees(word):
            return first
        items = [first]
        while self.sees(word):
            self.take()
            items.append(read())
        return n.Logic(first.line, first.col, word, items)

    def negation(self) -> n.Node:
        if self.sees("not"):
            start = self.take()
            return n.Not(start.line, start.col, self.deeper(self.negation))
        return self.comparison()

    def comparison(self) -> n.Node:
        left = self.sum()
        if self.now.kind == "symbol" and self.now.text in COMPARISONS:
            op = self.take()
            return n.Compare(op.line, op.col, COMPARISONS[op.text], left, self.sum())
        negated = self.sees("not")
        if negated:
            self.take()
        if self.sees("in"):
            op = self.take()
            return n.In(op.line, op.col, left, self.sum(), negated)
        if self.sees("between"):
            op = self.take()
            low = self.sum()
            self.need("and")
            return n.Between(op.line, op.col, left, low, self.sum(), negated)
        if negated:
            raise self.unexpected("in")
        return left

    def sum(self) -> n.Node:
        return self.operation(("+", "-"), self.product)

    def product(self) -> n.Node:
        return self.operation(("*", "/"), self.unary)

    def operation(self, signs: tuple[str, ...], read: Callable[[], n.Node]) -> n.Node:
        first = read()
        rest = []
        while self.now.kind == "symbol" and self.now.text in signs:
            op = self.take()
            rest.append((op.text, read()))
        return n.Arithmetic(first.line, first.col, first, rest) if rest else first

    def unary(self) -> n.Node:
        if self.sees("-"):
            start = self.take()
            return n.Negative(start.line, start.col, self.deeper(self.unary))
        return self.primary()

    def primary(self) -> n.Node:
        token = self.now
        if token.kind == "number":
            return n.Literal(token.line, token.col, Decimal(self.take().text))
        if token.kind == "string":
            return n.Literal(token.line, token.col, self.take().text)
        if token.kind == "keyword" and token.text in CONSTANTS:
            return n.Literal(token.line, token.col, CONSTANTS[self.take().text])
        if self.sees("("):
            self.take()
            inner = self.expression()
            self.need(")")
            return inner
        if self.sees("["):
            self.take()
            return n.Listing(token.line, token.col, self.items("]"))
        if token.kind == "name":
            return self.named()
        raise self.unexpected()

    def items(self, closing: str) -> list[n.Node]:
        found: list[n.Node] = []
        while not self.sees(closing):
            if found:
                self.need(",")
            found.append(self.expression())
        self.take()
        return found

    def name(self) -> str:
        if self.now.kind != "name":
            raise self.unexpected()
        return self.take().text

    def named(self) -> n.Node:
        first = self.take()
        if self.sees("("):
            self.take()
            return n.Call(first.line, first.col, first.text, self.items(")"))
        words = [first.text]
        while self.sees("."):
            self.take()
            if self.now.kind not in {"name", "keyword"}:
                raise self.unexpected()
            words.append(self.take().text)
        return n.Path(first.line, first.col, tuple(words))
