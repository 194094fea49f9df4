"""Conditions written by people who are not programmers: a small, closed, typed expression language.

Used by guards, eligibility rules, form conditions, indicators and dataset filters. It is FEEL-like: words, not
symbols; unknown values stay unknown. It refuses everything that is not in its grammar (docs/handbook/expressions.md):
no attribute access on Python objects, no calls outside its own functions, no loops without bound, no ``eval``.

``compile(text, names)`` parses and type-checks, raising ``ExpressionError`` with line, column and a sentence in
both languages. ``Expression.evaluate(env)`` returns a value or ``None`` (unknown) and raises nothing but
``ExpressionError``. ``Expression.to_sql(columns)`` gives the same meaning as a parameterised SQL condition.
"""

from citybrain.kernel.expressions.errors import ExpressionError
from citybrain.kernel.expressions.expression import Expression, compile
from citybrain.kernel.expressions.limits import MAX_CHARS, MAX_DEPTH, MAX_SECONDS, MAX_STEPS
from citybrain.kernel.expressions.sql import Column
from citybrain.kernel.expressions.types import (
    ANY,
    BOOLEAN,
    DATE,
    DATETIME,
    NULL,
    NUMBER,
    STRING,
    ListOf,
    Record,
    Type,
    parse_type,
)

__all__ = [
    "ANY",
    "BOOLEAN",
    "DATE",
    "DATETIME",
    "MAX_CHARS",
    "MAX_DEPTH",
    "MAX_SECONDS",
    "MAX_STEPS",
    "NULL",
    "NUMBER",
    "STRING",
    "Column",
    "Expression",
    "ExpressionError",
    "ListOf",
    "Record",
    "Type",
    "compile",
    "parse_type",
]
