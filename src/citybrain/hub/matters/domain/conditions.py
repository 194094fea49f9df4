"""Which names the conditions of a matter may use, and whether each condition is well formed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from citybrain.hub.matters.domain.document import MatterDocument, Question
from citybrain.hub.matters.domain.situations import names_of
from citybrain.kernel import expressions


def compile_all(
    conditions: Iterator[tuple[tuple[str | int, ...], str | None]],
    names: Mapping[str, Any],
    result: str = "boolean",
) -> Iterator[tuple[tuple[str | int, ...], expressions.ExpressionError]]:
    """(pointer, error) for every condition that does not compile against the names."""
    for pointer, text in conditions:
        if text is None:
            continue
        try:
            expressions.compile(text, dict(names), result=result)
        except expressions.ExpressionError as error:
            yield pointer, error


def question_conditions(questions: list[Question]) -> Iterator[tuple[tuple[str | int, ...], str | None]]:
    for i, question in enumerate(questions):
        yield ("situations", i, "when"), question.when


def content_conditions(d: MatterDocument) -> Iterator[tuple[tuple[str | int, ...], str | None]]:
    for i, material in enumerate(d.materials):
        yield ("materials", i, "when"), material.when
    for i, step in enumerate(d.flow):
        yield ("flow", i, "when"), step.when


def wrong_conditions(
    d: MatterDocument, form_names: Mapping[str, Any]
) -> Iterator[tuple[tuple[str | int, ...], expressions.ExpressionError]]:
    """Every condition of a matter that does not compile: questions see earlier answers, the rest the form too."""
    situation = names_of(d.situations)
    yield from compile_all(question_conditions(d.situations), situation)
    yield from compile_all(content_conditions(d), {**form_names, **situation})
