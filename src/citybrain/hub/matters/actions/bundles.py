"""Bundles (一件事): which children the answers call for, and each child's own answers out of the one form."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from citybrain.hub.cases import api as cases
from citybrain.hub.matters.actions.application import Application
from citybrain.hub.matters.actions.printing import printed_values
from citybrain.hub.matters.data import GuideView
from citybrain.hub.matters.domain import plan
from citybrain.hub.matters.domain.bundle_document import BundleChild, BundleDocument
from citybrain.hub.matters.domain.document import Material, MatterDocument
from citybrain.hub.matters.domain.situations import holds, select_materials, walk
from citybrain.hub.matters.queries.guides import pick_body
from citybrain.hub.matters.queries.situations import env_for, names_for
from citybrain.kernel import expressions


@dataclass(frozen=True)
class ChildPlan:
    """One child that will be opened: its matter, unit, answers, materials, prerequisites."""

    spec: BundleChild
    view: GuideView
    form: cases.forms.Form
    organisation: str
    implementation_code: str
    answers: dict[str, str]
    data: dict[str, Any]
    materials: list[Material]
    prerequisites: list[str]
    problems: list[Any]

    @property
    def document(self) -> MatterDocument:
        assert isinstance(self.view.document, MatterDocument)
        return self.view.document

    def answers_to_store(self) -> dict[str, Any]:
        """The child's own form, with what its certificate prints; kept encrypted in the parent until it opens."""
        _, printed = printed_values(self.document, self.form, self.answers, self.data)
        return {**self.data, **printed}

    def as_case(self, parent: cases.CaseView) -> dict[str, Any]:
        """The entry of ``context.children``: facts only, no personal data. What the parent was given counts here too."""
        d = self.document
        items, _ = printed_values(d, self.form, self.answers, self.data)
        facts = plan.certificate_facts(d, items)
        context: dict[str, Any] = {
            "kind": "matter",
            "situation": self.answers,
            "form": {"key": self.form.key, "version": self.form.version},
            "implementation_code": self.implementation_code,
            "instant": d.kind.case == "instant",
            "bundle_child": self.spec.key,
        }
        if facts:
            context["certificate"] = facts
        return {
            "key": self.spec.key,
            "case_type": d.machine,
            "matter": self.view.key,
            "matter_version": self.view.version,
            "matter_name": (self.spec.name or d.name).as_dict(),
            "organisation": self.organisation,
            "limits": plan.case_limits(d),
            "prerequisites": self.prerequisites,
            "materials": [_from_parent(row, parent) for row in plan.case_materials(self.materials)],
            "context": context,
        }


def _from_parent(row: dict[str, Any], parent: cases.CaseView) -> dict[str, Any]:
    """A child's material that the applicant gave once, with the bundle: by certificate type, else by key."""
    certificate = row["extra"].get("certificate")
    for given in parent.materials:
        same = given.key == row["key"] or (certificate and given.extra.get("certificate") == certificate)
        if same and given.source and "source" not in row:
            return {**row, "source": given.source, "state": given.state, "reference": f"case:{parent.id}"}
    return row


def bundle_materials(app: Application) -> list[Material]:
    """One set of materials: the union of the children's, each asked once, without what a joint matter will issue."""
    children = app.children
    issued = {child.spec.key: child.document.result.certificate for child in children}
    found: dict[str, Material] = {}
    keys: set[str] = set()
    for child in children:
        coming = {issued[key] for key in child.prerequisites}
        for material in child.materials:
            if material.certificate and material.certificate in coming:
                continue
            if material.key not in keys:
                keys.add(material.key)
                found.setdefault(material.certificate or material.key, material)
    return list(found.values())


def bundle_facts(d: BundleDocument) -> dict[str, Any]:
    """Facts of the parent case."""
    return {"bundle": {"key": d.key, "delivery": d.delivery, "children": len(d.children)}}


def bundle_children(app: Application) -> list[ChildPlan]:
    """The children these answers call for, in order."""
    d = app.view.document
    assert isinstance(d, BundleDocument)
    names, env = names_for(d, app.form), env_for(app.form, app.data, app.answers)
    guides = {view.key: view for view in app.view.children}
    chosen = [c for c in d.children if c.matter in guides and holds(c.when, names, env)]
    present = {c.key for c in chosen}
    return [_child(app, c, guides[c.matter], names, env, present) for c in chosen]


def _child(
    app: Application,
    spec: BundleChild,
    view: GuideView,
    names: dict[str, Any],
    env: dict[str, Any],
    present: set[str],
) -> ChildPlan:
    document = view.document
    assert isinstance(document, MatterDocument)
    form = cases.forms.form(document.form)
    given = {key: _text(_value(text, names, env)) for key, text in spec.situation.items()}
    shared = {q.key: app.answers[q.key] for q in document.situations if q.key in app.answers}
    answers = walk(document.situations, {**shared, **given}).answers
    data = {key: app.plain[key] for key in form.items() if key in app.plain}
    for key, text in spec.map.items():
        value = _value(text, names, env)
        if value is not None:
            data[key] = _stored(value)
    checked = cases.forms.check(form, data, given=answers)
    child_env = env_for(form, checked.values, answers)
    materials = select_materials(document, names_for(document, form), child_env)
    division = str(data.get(plan.route_field(document, form.types)) or "")
    division = division or (app.case.record.division if app.case else "")
    body = pick_body(view.bodies, division=division) or next(iter(view.bodies), None)
    return ChildPlan(
        spec=spec,
        view=view,
        form=form,
        organisation=body.organisation if body else "",
        implementation_code=body.implementation_code if body else "",
        answers=answers,
        data=checked.values,
        materials=materials,
        prerequisites=[key for key in spec.after if key in present],
        problems=checked.problems,
    )


def _value(text: str, names: dict[str, Any], env: dict[str, Any]) -> Any:
    try:
        return expressions.compile(text, names).evaluate(env)
    except expressions.ExpressionError:
        return None


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _stored(value: Any) -> Any:
    """An expression's value as forms store answers."""
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else format(value.normalize(), "f")
    return value.isoformat() if isinstance(value, date) else value
