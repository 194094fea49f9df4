"""Submit an application: everything is checked once more, what the certificate will print is written, the case moves."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application, application_in
from citybrain.hub.matters.actions.apply import delivery_of
from citybrain.hub.matters.actions.printing import printed_values
from citybrain.hub.matters.domain import plan
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid
from citybrain.kernel.text import Text

RESUBMIT = ("submit", "correct", "supply")


def submit(case_id: UUID, *, by: Actor, idempotency_key: str = "", declared: bool = True) -> cases.CaseRecord:
    """Submit a draft, or send back a corrected case. Invalid lists everything missing or wrong, by field.

    Submitting twice with the same key answers the same case.
    """
    with transaction.atomic():
        work = cases.filling(case_id, by=by, check=False)
        action = work.first_possible(RESUBMIT)
        if action:
            app = application_in(work.view())
            if action == "submit":
                identity.require_assurance(by, app.view.assurance)
                refuse_incomplete(app, declared)
            data, context = completion(app)
            work.complete(data=data, context=context)
            return work.act(action, key=idempotency_key)
    # submitted before, or not the applicant's turn: the engine answers
    return cases.act(case_id, "submit", by=by, data={}, idempotency_key=idempotency_key)


def refuse_incomplete(app: Application, declared: bool, wrong: list[FieldProblem] | None = None) -> None:
    """Invalid with everything that stands in the way of submitting; ``wrong`` is what the caller found already."""
    from citybrain.hub.matters.queries.applications import problems_of

    told = {p.path.partition(".")[2] for p in wrong or []}
    problems = [
        *(wrong or []),
        *(p for p in problems_of(app) if p.path.partition(".")[2] not in told or "." not in p.path),
    ]
    if app.form.declaration and not declared:
        message = Text(zh="请阅读并同意申请人声明", en="Read and agree to the declaration")
        problems.append(FieldProblem("declared", "promise", message))  # type: ignore[arg-type]
    if problems:
        raise Invalid(problems)


def completion(app: Application) -> tuple[dict[str, Any], dict[str, Any]]:
    """(data, facts) of the case as submitted: with what the certificate prints and, of a bundle, its children."""
    d = app.view.document
    assert app.case is not None
    data = dict(app.data)
    context: dict[str, Any] = {"delivery": delivery_of(app.plain)}
    if isinstance(d, MatterDocument):
        items, values = printed_values(d, app.form, app.answers, app.plain)
        data.update(values)
        facts = plan.certificate_facts(d, items, previous=_previous(app, d))
        if facts:
            context["certificate"] = facts
        return data, context
    data["_children"] = {child.spec.key: child.answers_to_store() for child in app.children}
    context["children"] = [child.as_case(app.case) for child in app.children]
    return data, context


def _previous(app: Application, d: MatterDocument) -> str:
    """The certificate that is changed, extended or cancelled: presented in a slot, else the holder's only one."""
    if d.result.certificate_change == "issue":
        return ""
    for material in app.given.values():
        if material.source == "certificate" and material.extra.get("certificate") == d.result.certificate:
            return material.reference
    subject = app.case.record.subject_id if app.case else None
    held = certificates.usable(subject, d.result.certificate or "") if subject else []
    return str(held[0].id) if len(held) == 1 else ""
