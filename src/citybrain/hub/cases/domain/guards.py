"""Guards: conditions of transitions in the closed expression language, and the names they may use.

A guard that cannot be decided (a name is unknown) does not hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases.domain.machine import Machine, Transition
from citybrain.kernel import expressions

_FIELD_TYPES = {
    "text": "string", "longtext": "string", "number": "number", "date": "date", "boolean": "boolean",
    "choice": "string", "choices": "list<string>", "list": "list<any>", "file": "string", "any": "any",
}  # fmt: skip
_FACT_TYPES = {"number": "number", "text": "string", "boolean": "boolean", "date": "date"}

CASE_NAMES = {
    "state": "string", "channel": "string", "matter": "string", "organisation": "string", "division": "string",
    "subject_kind": "string", "outcome": "string", "demo": "boolean",
    "missing_required": "number", "missing_tolerable": "number", "missing_strict": "number",
    "materials_total": "number", "documents": "number",
    "children_total": "number", "children_open": "number", "children_granted": "number",
    "children_refused": "number", "children_withdrawn": "number",
    "answers_total": "number", "answers_given": "number", "answers_agree": "number", "answers_object": "number",
}  # fmt: skip


def names(machine: Machine, transition: Transition | None = None) -> dict[str, str]:
    """Names and types a guard of this machine (and this transition's fields) may use."""
    known = dict(CASE_NAMES)
    known |= {name: _FACT_TYPES[fact.type] for name, fact in machine.facts.items()}
    if transition:
        known |= {spec.name: _FIELD_TYPES[spec.type] for spec in transition.fields}
    return known


def compiled(machine: Machine, text: str, transition: Transition | None = None) -> expressions.Expression:
    """The checked expression. ExpressionError with position when it is wrong."""
    return expressions.compile(text, names(machine, transition), result="boolean")


def facts(machine: Machine, context: Mapping[str, Any]) -> dict[str, Any]:
    """Declared facts: the case's own, else the default."""
    return {name: context.get(name, fact.default) for name, fact in machine.facts.items()}


def faults(machine: Machine) -> list[tuple[tuple[str | int, ...], expressions.ExpressionError]]:
    """Every guard that does not compile, with its place in the document."""
    found: list[tuple[tuple[str | int, ...], expressions.ExpressionError]] = []
    for index, transition in enumerate(machine.transitions):
        if transition.guard:
            _try(machine, transition.guard, transition, ("transitions", index, "guard"), found)
    for key, block in machine.parallel.items():
        for index, outcome in enumerate(block.outcomes):
            _try(machine, outcome.when, None, ("parallel", key, "outcomes", index, "when"), found)
    return found


def _try(machine: Machine, text: str, transition: Transition | None, place: tuple, found: list) -> None:
    try:
        compiled(machine, text, transition)
    except expressions.ExpressionError as error:
        found.append((place, error))
