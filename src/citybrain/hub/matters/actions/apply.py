"""Apply for a matter: start a draft, save a page, submit. Every step goes through the doors of cases and forms.

A draft is bound to the matter's version and the form's version of the day it was started. Answers to questions that
no longer apply, materials that the situation no longer calls for, and units that are no longer competent follow the
answers while it is a draft. Nothing a person typed is lost: what could not be understood is kept and shown again.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application, application_of, hidden
from citybrain.hub.matters.actions.bundles import bundle_children, bundle_facts, bundle_materials
from citybrain.hub.matters.actions.printing import printed_values
from citybrain.hub.matters.data import BodyView, GuideView, NotThisMatter
from citybrain.hub.matters.domain import plan
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.situations import select_materials, walk
from citybrain.hub.matters.models import BundleVersion, MatterVersion
from citybrain.hub.matters.queries.guides import guide, pick_body
from citybrain.hub.matters.queries.situations import env_for, names_for
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid
from citybrain.kernel.text import Text

RESUBMIT = ("submit", "correct", "supply")


@transaction.atomic
def start(
    key: str,
    *,
    by: Actor,
    answers: Mapping[str, Any] | None = None,
    channel: str = "online",
    organisation: str = "",
    division: str = "",
    subject: identity.Subject | None = None,
    demo: bool = False,
    idempotency_key: str = "",
) -> cases.CaseRecord:
    """Open a draft for a matter or bundle, prefilled from what we know.

    ``answers`` are the complete situation answers (Invalid names the open question; NotThisMatter when the answers say
    so). ``organisation`` or ``division`` choose the competent unit; without them the form's answers will.
    """
    view = guide(key)
    if not view.open:
        raise Conflict(
            Text(zh="这个事项已暂停办理", en="This matter is suspended"),
            safe=Text(zh=view.state_reason or "您没有提交任何内容。", en="Nothing was submitted."),
            todo=Text(zh="请咨询窗口或者12345。", en="Ask at the window or call 12345."),
        )
    situation = _answered(view, answers or {})
    form = cases.forms.form(view.document.form)
    holder = subject or identity.subject_of(by)
    data, provenance = _prefilled(form, by, holder)
    division = division or str(data.get(plan.route_field(view.document, _types(form))) or "")
    body = _competent(view, organisation, division)
    app = Application(view, form, situation, {**data, "_provenance": provenance}, None)
    _mark_used(view, form)
    return cases.open_case(
        case_type=view.document.machine,
        by=by,
        subject=holder,
        data=app.data,
        organisation=body.organisation,
        division=division or body.division,
        matter=key,
        matter_version=view.version,
        matter_name=view.document.name.as_dict(),
        title=_title(app, holder),
        channel=channel,
        limits=_limits(view),
        context=_facts(app, body),
        materials=plan.case_materials(materials_for(app)),
        demo=demo,
        idempotency_key=idempotency_key,
    )


def _answered(view: GuideView, answers: Mapping[str, Any]) -> dict[str, str]:
    way = walk(view.document.situations, answers)
    if way.refused is not None:
        raise NotThisMatter(way.refused, go_to=way.go_to)
    if way.next is not None:
        message = dict(way.problems).get(way.next.key) or Text(
            zh=f"请先回答：{way.next.question.zh}", en=f"Please answer first: {way.next.question.say('en')}"
        )
        raise Invalid([FieldProblem(f"situation.{way.next.key}", "required_choice", message)])  # type: ignore[arg-type]
    return way.answers


def _prefilled(form: cases.forms.Form, by: Actor, holder: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Known answers and their provenance. A clerk at a window fills in for somebody else: nothing of the clerk's."""
    if by.kind == "official" or holder is None:
        return {}, {}
    return cases.forms.merge({}, {}, cases.forms.offers(form, by))


def _types(form: cases.forms.Form) -> dict[str, str]:
    return {key: field.type for key, field in form.fields().items()}


def _competent(view: GuideView, organisation: str, division: str) -> BodyView:
    """The unit that will handle it; a first guess while the place is not known yet. Invalid when none can."""
    body = pick_body(view.bodies, organisation=organisation, division=division)
    if body is None and organisation:
        raise Invalid([_no_body("organisation")])
    if body is None and division:
        raise Invalid([_no_body("division")])
    if body is None:
        body = next(iter(view.bodies), None)
    if body is None:
        raise Invalid([_no_body("organisation")])
    return body


def _no_body(path: str) -> FieldProblem:
    message = Text(zh="这个事项在该地没有办理单位", en="No unit handles this matter there")
    return FieldProblem(path, "no_body", message)  # type: ignore[arg-type]


def _limits(view: GuideView) -> dict[str, Any]:
    d = view.document
    return plan.case_limits(d) if isinstance(d, MatterDocument) else {"promised": plan.limit_dict(d.promised)}


def _facts(app: Application, body: BodyView) -> dict[str, Any]:
    """The case's facts: no personal data, only what the engine, notices and lists need."""
    d = app.view.document
    facts: dict[str, Any] = {
        "kind": app.view.kind,
        "situation": app.answers,
        "form": {"key": app.form.key, "version": app.form.version},
        "implementation_code": body.implementation_code,
        "delivery": _delivery(app.data),
    }
    if isinstance(d, MatterDocument):
        facts["instant"] = d.kind.case == "instant"
        facts["auto_approve"] = d.kind.automatic
        facts["acceptance"] = plan.limit_dict(d.time.acceptance)
    else:
        facts |= bundle_facts(d)
    return facts


def _delivery(data: Mapping[str, Any]) -> str:
    return {"mail": "post", "electronic": "electronic", "window": "window"}.get(
        str(data.get("delivery_way")), "electronic"
    )


def _title(app: Application, holder: Any) -> str:
    """What the case is about, without a personal name: a firm's or a shop's name, else the matter."""
    if getattr(holder, "kind", "") == "legal_person":
        return str(holder.name)[:200]
    return str(app.data.get("shop_name") or "")[:200]


def _mark_used(view: GuideView, form: cases.forms.Form) -> None:
    cases.forms.mark_used(form.key, form.version)
    if view.kind == "matter":
        MatterVersion.objects.filter(matter__key=view.key, version=view.version, used=False).update(used=True)
    else:
        BundleVersion.objects.filter(bundle__key=view.key, version=view.version, used=False).update(used=True)


def materials_for(app: Application) -> list[Any]:
    """Materials that the situation and the answers so far call for (of a bundle: the union of its children's)."""
    d = app.view.document
    if isinstance(d, MatterDocument):
        return select_materials(d, names_for(d, app.form), env_for(app.form, app.data, app.answers))
    return bundle_materials(app)


@transaction.atomic
def save_answers(
    case_id: UUID, *, by: Actor, page: str, post: Any, revision: int | None = None
) -> tuple[cases.CaseRecord, cases.forms.Answers]:
    """Save one page. Understood answers are kept, the others remembered as typed; problems tell what is wrong."""
    app = application_of(by, case_id)
    found = app.form.page(page)
    if found is None:
        raise Invalid([FieldProblem("", "no_page", Text(zh="没有这一页", en="There is no such page"))])  # type: ignore[arg-type]
    answers = cases.forms.read_page(app.form, found, post, data=app.plain, given=app.answers)
    keys = {item.key for item in found.items()}
    kept = {k: v for k, v in app.plain.items() if k not in keys} | {
        k: v for k, v in answers.values.items() if k in keys
    }
    unread = {k: v for k, v in app.unread.items() if k not in keys} | hidden(answers.raw, keys)
    problems = [p for p in answers.problems if not p.path or p.path.split(".")[0] in keys]
    answers.problems = problems
    record = _store(app.with_data(kept, unread), by=by, revision=revision)
    return record, answers


@transaction.atomic
def save_draft(
    case_id: UUID, *, by: Actor, data: Mapping[str, Any], revision: int | None = None
) -> cases.CaseRecord:
    """Save answers given as data (window entry, tests, REST). What is wrong is kept as typed and told at review."""
    app = application_of(by, case_id)
    merged = {**app.plain, **{k: v for k, v in dict(data).items() if not str(k).startswith("_")}}
    answers = cases.forms.check(app.form, merged, given=app.answers)
    return _store(
        app.with_data(answers.values, hidden(answers.raw, set(app.form.items()))), by=by, revision=revision
    )


@transaction.atomic
def change_situation(case_id: UUID, *, by: Actor, answers: Mapping[str, Any]) -> cases.CaseRecord:
    """Answer the situation questions anew in a draft; materials and pages follow."""
    app = application_of(by, case_id)
    changed = Application(app.view, app.form, _answered(app.view, answers), app.data, app.case)
    return _store(changed, by=by, revision=None)


def _store(app: Application, *, by: Actor, revision: int | None) -> cases.CaseRecord:
    assert app.case is not None
    record = app.case.record
    division = str(app.plain.get(plan.route_field(app.view.document, _types(app.form))) or "")
    body = pick_body(app.view.bodies, organisation="" if division else record.organisation, division=division)
    provenance = cases.forms.corrected(app.data.get("_provenance") or {}, app.plain)
    app = app.with_provenance(provenance)
    changes: dict[str, Any] = {"data": app.data, "materials": plan.case_materials(materials_for(app))}
    if body is not None:
        changes |= {"organisation": body.organisation, "context": _facts(app, body)}
    if division:
        changes["division"] = division
    return cases.update_draft(record.id, by=by, revision=revision, **changes)


@transaction.atomic
def submit(case_id: UUID, *, by: Actor, idempotency_key: str = "", declared: bool = True) -> cases.CaseRecord:
    """Submit a draft, or send back a corrected case. Invalid lists everything missing or wrong, by field.

    Submitting twice with the same key answers the same case.
    """
    from citybrain.hub.matters.queries.applications import review_of

    app = application_of(by, case_id)
    assert app.case is not None
    action = _action(by, app)
    if not action:  # submitted before, or not the applicant's turn: the engine answers
        return cases.act(case_id, "submit", by=by, data={}, idempotency_key=idempotency_key)
    if action == "submit":
        problems = list(review_of(app).problems)
        if app.form.declaration and not declared:
            message = Text(zh="请阅读并同意申请人声明", en="Read and agree to the declaration")
            problems.append(FieldProblem("declared", "promise", message))  # type: ignore[arg-type]
        if problems:
            raise Invalid(problems)
    _complete(app, by)
    return cases.act(case_id, action, by=by, data={}, idempotency_key=idempotency_key)


def _action(by: Actor, app: Application) -> str:
    assert app.case is not None
    possible = {a.action for a in cases.actions_for(by, app.case.id)}
    return next((action for action in RESUBMIT if action in possible), "")


def _complete(app: Application, by: Actor) -> None:
    """Write what the certificate will print and, for a bundle, its children, just before submitting."""
    d = app.view.document
    assert app.case is not None
    data = dict(app.data)
    context: dict[str, Any] = {}
    if isinstance(d, MatterDocument):
        items, values = printed_values(d, app.form, app.answers, app.plain)
        data.update(values)
        facts = plan.certificate_facts(d, items, previous=_previous(app, d))
        if facts:
            context["certificate"] = facts
    else:
        children = bundle_children(app)
        data["_children"] = {child.spec.key: child.answers_to_store() for child in children}
        context["children"] = [child.as_case(app.case) for child in children]
    context["delivery"] = _delivery(app.plain)
    cases.update_draft(app.case.id, by=by, data=data, context=context)


def _previous(app: Application, d: MatterDocument) -> str:
    """The certificate that is changed, extended or cancelled: presented in a slot, else the holder's only one."""
    from citybrain.hub.certificates import api as certificates

    if d.result.certificate_change == "issue" or app.case is None:
        return ""
    for material in app.case.materials:
        if material.source == "certificate" and material.extra.get("certificate") == d.result.certificate:
            return material.reference
    subject = app.case.record.subject_id
    held = certificates.usable(subject, d.result.certificate or "") if subject else []
    return str(held[0].id) if len(held) == 1 else ""
