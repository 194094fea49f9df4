"""Situations of a matter or bundle, and what they select."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.data import Entry, GuideView, SituationView
from citybrain.hub.matters.domain.bundle_document import BundleDocument
from citybrain.hub.matters.domain.document import Material, MatterDocument
from citybrain.hub.matters.domain.situations import (
    Names,
    holds,
    names_of,
    select_materials,
    select_steps,
    walk,
)
from citybrain.hub.matters.queries.entries import entries_of
from citybrain.hub.matters.queries.guides import guide
from citybrain.kernel.errors import FieldProblem


def situations(
    key: str, answers: Mapping[str, Any] | None = None, *, guide_view: GuideView | None = None
) -> SituationView:
    """Follow the questions of a matter or bundle. ``answers`` may be incomplete or wrong; nothing raises but NotFound."""
    view = guide_view or guide(key)
    document = view.document
    way = walk(document.situations, answers or {})
    asked = tuple((q, way.answers[q.key]) for q in document.situations if q.key in way.answers)
    names = names_of(document.situations)
    materials: tuple[Material, ...] = ()
    steps: tuple[Any, ...] = ()
    children: tuple[Entry, ...] = ()
    if isinstance(document, MatterDocument):
        materials = tuple(select_materials(document, names, way.answers))
        steps = tuple(select_steps(document, names, way.answers))
    else:
        keys = [("matter", c.matter) for c in document.children if holds(c.when, names, way.answers)]
        children = tuple(entries_of(keys))
    problems = tuple(FieldProblem(f"situation.{k}", "not_choice", m) for k, m in way.problems)  # type: ignore[arg-type]
    return SituationView(
        view.key, way.answers, asked, way.next, way.refused, way.go_to, problems, materials, steps, children
    )


def names_for(document: MatterDocument | BundleDocument, form: cases.forms.Form) -> Names:
    """Names of conditions: the form's answers and the situation answers. Conditions are compiled once per form."""
    situation = names_of(document.situations)
    return form.keep(("names", *situation), lambda: Names({**form.names, **situation}))


def env_for(form: cases.forms.Form, data: Mapping[str, Any], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Values of conditions: the form's answers and the situation answers."""
    return {**form.env(data, answers), **{k: str(v) for k, v in answers.items()}}
