"""A compiled expression: evaluate it, ask whether it holds, or turn it into SQL."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from citybrain.kernel.expressions.checker import Checker
from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.evaluator import Evaluation
from citybrain.kernel.expressions.nodes import Node
from citybrain.kernel.expressions.parser import parse
from citybrain.kernel.expressions.sql import Column, Writer
from citybrain.kernel.expressions.types import ANY, Record, Type, parse_type


class Expression:
    """A checked expression. Immutable; safe to keep and share between threads."""

    __slots__ = ("_tree", "names", "text", "type", "used")

    def __init__(self, text: str, names: Record, tree: Node, type: Type, used: frozenset[str]) -> None:
        self.text, self.names, self._tree, self.type, self.used = text, names, tree, type, used

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    def evaluate(self, env: Mapping[str, Any]) -> Any:
        """The value with these names: Decimal, str, bool, date, datetime, list, dict, or None when unknown.

        A declared name that ``env`` lacks is unknown. Raises ExpressionError (``value`` or ``limit``) only.
        """
        try:
            return Evaluation(self.names, env).value(self._tree)
        except ExpressionError:
            raise
        except Exception as error:  # a hostile value must not become another kind of failure
            raise ExpressionError(
                "value", zh="条件无法计算", en=f"the condition cannot be evaluated ({type(error).__name__})"
            ) from error

    def holds(self, env: Mapping[str, Any]) -> bool:
        """Whether the condition is surely true: unknown does not hold."""
        return self.evaluate(env) is True

    def to_sql(self, columns: Mapping[str, Column]) -> tuple[str, list[Any]]:
        """(SQL with %s placeholders, parameters) of the same meaning; ExpressionError ``sql`` if it has none."""
        writer = Writer(columns)
        return writer.finish(writer.write(self._tree))


def compile(
    text: str, names: Mapping[str, Type | str | Mapping] | Record, *, result: Type | str = ANY
) -> Expression:
    """Parse and type-check ``text`` against the declared names. ExpressionError with position otherwise.

    ``names`` maps names (dots allowed) to types or their spellings: ``{"age": "number", "tags": "list<string>",
    "form": "record"}``. ``result`` (usually ``"boolean"``) is the type the whole must have.
    """
    record = names if isinstance(names, Record) else parse_type(dict(names))
    assert isinstance(record, Record)
    return _compiled(text, str(record), _Held(record), parse_type(result))


class _Held:
    """Carries the names past the cache, whose key is their spelling."""

    def __init__(self, record: Record) -> None:
        self.record = record

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held)

    def __hash__(self) -> int:
        return 0


@lru_cache(maxsize=2048)
def _compiled(text: str, spelling: str, held: _Held, result: Type) -> Expression:
    tree = parse(text)
    checker = Checker(held.record)
    kind = checker.check(tree)
    if result != ANY and kind not in (result, ANY):
        raise ExpressionError(
            "type",
            zh=f"结果应是{result.zh}，实际是{kind.zh}",
            en=f"the result must be a {result}, not a {kind}",
            line=tree.line,
            col=tree.col,
        )
    return Expression(text, held.record, tree, kind, frozenset(checker.used))
