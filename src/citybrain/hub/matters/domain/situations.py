"""Situations (情形): which question comes next, and what the answers select. No database.

An answer may end the way ("you need no licence") and may lead to another matter. Materials and steps are selected by
conditions over the situation answers and the form's answers; what is unknown selects nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from typing import Any

from citybrain.hub.matters.domain.document import Choice, Material, MatterDocument, Question, Step
from citybrain.kernel import expressions
from citybrain.kernel.text import Text

MAX_COMBINATIONS = 4000


@dataclass(frozen=True)
class Way:
    """How far the answers lead: ``answers`` kept in order, ``next`` question or None, ``refused`` sentence or None."""

    answers: dict[str, str]
    next: Question | None
    refused: Text | None = None
    go_to: str = ""
    problems: tuple[tuple[str, Text], ...] = ()

    @property
    def complete(self) -> bool:
        return self.next is None and self.refused is None


class Names(dict[str, Any]):
    """Names and types that conditions may use, and the conditions compiled against them so far."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        super().__init__(names)
        self._compiled: dict[str, expressions.Expression | None] = {}

    def condition(self, text: str) -> expressions.Expression | None:
        """The condition, compiled once; None when it is none."""
        if text not in self._compiled:
            try:
                self._compiled[text] = expressions.compile(text, dict(self), result="boolean")
            except expressions.ExpressionError:
                self._compiled[text] = None
        return self._compiled[text]


def names_of(questions: list[Question]) -> Names:
    """Situation answers as names of conditions."""
    return _situation_names(tuple(question.key for question in questions))


@lru_cache(maxsize=512)
def _situation_names(keys: tuple[str, ...]) -> Names:
    return Names(dict.fromkeys(keys, "string"))


def holds(condition: str | None, names: Mapping[str, Any], env: Mapping[str, Any]) -> bool:
    """Whether a condition surely holds; no condition always does."""
    if condition is None:
        return True
    known = names if isinstance(names, Names) else Names(names)
    compiled = known.condition(condition)
    try:
        return compiled is not None and compiled.holds(env)
    except expressions.ExpressionError:
        return False


def walk(questions: list[Question], answers: Mapping[str, Any]) -> Way:
    """Follow the questions with these answers. Answers to questions not asked are dropped; unknown values are told."""
    names = names_of(questions)
    kept: dict[str, str] = {}
    for question in questions:
        if not holds(question.when, names, kept):
            continue
        given = answers.get(question.key)
        choice = _choice(question, given)
        if choice is None:
            wrong = ((question.key, _unknown(question)),) if given not in (None, "") else ()
            return Way(kept, question, problems=wrong)
        kept[question.key] = choice.value
        if choice.refuse is not None:
            return Way(kept, None, refused=choice.refuse, go_to=choice.go_to or "")
    return Way(kept, None)


def _choice(question: Question, given: Any) -> Choice | None:
    return next((choice for choice in question.options if choice.value == given), None)


def _unknown(question: Question) -> Text:
    return Text(
        zh=f"“{question.question.zh}”请从列出的选项中选择",
        en=f"{question.question.say('en')} Choose one of the options shown.",
    )


def select_materials(d: MatterDocument, names: Mapping[str, Any], env: Mapping[str, Any]) -> list[Material]:
    """Materials that these answers call for, abolished ones left out."""
    return [m for m in d.materials if m.substitute != "abolished" and holds(m.when, names, env)]


def select_steps(d: MatterDocument, names: Mapping[str, Any], env: Mapping[str, Any]) -> list[Step]:
    """Steps of the flow that these answers lead through."""
    return [step for step in d.flow if holds(step.when, names, env)]


def combinations(questions: list[Question]) -> list[dict[str, str]]:
    """Every complete way through the questions: what journeys of a pack should visit."""
    found: list[dict[str, str]] = []
    seen: set[tuple] = set()
    space = 1
    for question in questions:
        space *= len(question.options)
    if space > MAX_COMBINATIONS:
        return []
    for values in product(*([option.value for option in question.options] for question in questions)):
        way = walk(questions, dict(zip([question.key for question in questions], values, strict=True)))
        mark = tuple(sorted(way.answers.items()))
        if mark not in seen:
            seen.add(mark)
            found.append(way.answers)
    return found
