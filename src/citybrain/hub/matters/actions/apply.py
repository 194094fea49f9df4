"""Apply for a matter: start a draft, save a page, submit. Every step goes through the doors of cases and forms.

A draft is bound to the matter's version and the form's version of the day it was started. Answers to questions that
no longer apply, materials that the situation no longer calls for, and units that are no longer competent follow the
answers while it is a draft. Nothing a person typed is lost: what could not be understood is kept and shown again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application, application_in, hidden
from citybrain.hub.matters.actions.bundles import bundle_facts
from citybrain.hub.matters.data import BodyView, GuideView, NotThisMatter
from citybrain.hub.matters.domain import plan
from citybrain.hub.matters.domain.document import MatterDocument
from citybrain.hub.matters.domain.situations import walk
from citybrain.hub.matters.models import BundleVersion, MatterVersion
from citybrain.hub.matters.queries.guides import guide, pick_body
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotAllowed
from citybrain.kernel.text import Text, say


def start(
    key: str,
    *,
    by: Actor,
    answers: Mapping[str, Any] | None = None,
    channel: str = "online",
    organisation: str = "",
    division: str = "",
    subject: identity.Subject | None = None,
    applicant: Actor | None = None,
    demo: bool = False,
    idempotency_key: str = "",
) -> cases.CaseRecord:
    """Open a draft for a matter or bundle, prefilled from what we know.

    ``answers`` are the complete situation answers (Invalid names the open question; NotThisMatter when the answers say
    so). ``organisation`` or ``division`` choose the competent unit; without them the form's answers will.
    A clerk gives the ``subject`` and, once the person was identified, the ``applicant`` whose own facts fill the form;
    that look is audited with its purpose. NotAllowed when the unit is not one the clerk's window receives for.
    """
    view = open_guide(key, by)
    situation = answered(view, answers or {})
    form = cases.forms.form(view.document.form)
    facts: dict[str, Any] | None = None
    if subject is None:
        subject, facts = identity.subject_with_facts(by)
    holder = subject
    data, provenance = _prefilled(form, by, holder, applicant, key, facts)
    division = division or str(data.get(plan.route_field(view.document, form.types)) or "")
    body = competent(view, organisation, division)
    _received_here(by, body, key)
    app = Application(view, form, situation, {**data, "_provenance": provenance}, None)
    mark_used(view, form)
    return cases.open_case(
        by=by,
        subject=holder,
        data=app.data,
        channel=channel,
        demo=demo,
        agent=_agent(applicant, holder),
        idempotency_key=idempotency_key,
        **opening(app, body, holder, division),
    )


def open_guide(key: str, by: Actor) -> GuideView:
    """The guide, when one can apply for it now: Conflict while it is suspended."""
    view = guide(key)
    if not view.open:
        raise Conflict(
            Text(zh="这个事项已暂停办理", en="This matter is suspended"),
            safe=Text(zh=view.state_reason or "您没有提交任何内容。", en="Nothing was submitted."),
            todo=Text(zh="请咨询窗口或者12345。", en="Ask at the window or call 12345."),
        )
    identity.require_assurance(by, view.assurance)
    return view


def opening(app: Application, body: BodyView, holder: Any, division: str) -> dict[str, Any]:
    """What a new case takes from its matter."""
    d = app.view.document
    return {
        "case_type": d.machine,
        "organisation": body.organisation,
        "division": division or body.division,
        "matter": app.view.key,
        "matter_version": app.view.version,
        "matter_name": d.name.as_dict(),
        "title": _title(app, holder),
        "limits": _limits(app.view),
        "context": _facts(app, body),
        "materials": plan.case_materials(app.materials),
    }


def answered(view: GuideView, answers: Mapping[str, Any]) -> dict[str, str]:
    way = walk(view.document.situations, answers)
    if way.refused is not None:
        raise NotThisMatter(way.refused, go_to=way.go_to)
    if way.next is not None:
        message = dict(way.problems).get(way.next.key) or Text(
            zh=f"请先回答：{way.next.question.zh}", en=f"Please answer first: {way.next.question.say('en')}"
        )
        raise Invalid([FieldProblem(f"situation.{way.next.key}", "required_choice", message)])  # type: ignore[arg-type]
    return way.answers


def _prefilled(
    form: cases.forms.Form,
    by: Actor,
    holder: Any,
    applicant: Actor | None,
    key: str,
    facts: dict[str, Any] | None = None,
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Known answers and their provenance: of whoever applies, never of the clerk who fills in for them."""
    if holder is None:
        return {}, {}
    if by.kind == "official":
        if applicant is None or applicant.subject_id != holder.id:
            return {}, {}
        audit.record(
            "matters.prefill", by=by, obj=f"{holder.kind}:{holder.id}", purpose=f"form.prefill:{key}",
            organisation=by.organisation,
        )  # fmt: skip
        by = applicant
    return cases.forms.merge({}, {}, cases.forms.offers(form, by, facts=facts))


def _agent(applicant: Actor | None, holder: Any) -> UUID | None:
    """The person at the window who acts for the subject, when that is somebody else."""
    if applicant is None or holder is None or applicant.person_id == holder.id:
        return None
    return applicant.person_id


def _received_here(by: Actor, body: BodyView, key: str) -> None:
    """A clerk opens only what the own window receives for: the rest could not be seen again afterwards."""
    if by.kind == "official" and not identity.may(
        by, "cases.work", organisation=body.organisation, matter=key
    ):
        raise NotAllowed(
            Text(
                zh=f"{say(body.name)}的这个事项不由本窗口收件",
                en=f"This window does not receive this matter for {say(body.name, 'en')}",
            ).say(),
            code="other_window",
            safe=Text(zh="没有提交任何内容。", en="Nothing was submitted.").say(),
            todo=Text(
                zh="请申请人网上办理，或者到当地窗口办理。", en="Apply online, or at a window there."
            ).say(),
        )


def competent(view: GuideView, organisation: str, division: str) -> BodyView:
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
        "delivery": delivery_of(app.data),
    }
    if isinstance(d, MatterDocument):
        facts["instant"] = d.kind.case == "instant"
        facts["auto_approve"] = d.kind.automatic
        facts["acceptance"] = plan.limit_dict(d.time.acceptance)
    else:
        facts |= bundle_facts(d)
    return facts


def delivery_of(data: Mapping[str, Any]) -> str:
    return {"mail": "post", "electronic": "electronic", "window": "window"}.get(
        str(data.get("delivery_way")), "electronic"
    )


def _title(app: Application, holder: Any) -> str:
    """What the case is about, without a personal name: a firm's or a shop's name, else the matter."""
    if getattr(holder, "kind", "") == "legal_person":
        return str(holder.name)[:200]
    return str(app.data.get("shop_name") or "")[:200]


def mark_used(view: GuideView, form: cases.forms.Form) -> None:
    """Freeze what a case is bound to; known to be frozen, nothing is asked."""
    cases.forms.mark_used(form.key, form.version)
    if view.used:
        return
    if view.kind == "matter":
        MatterVersion.objects.filter(matter__key=view.key, version=view.version, used=False).update(used=True)
    else:
        BundleVersion.objects.filter(bundle__key=view.key, version=view.version, used=False).update(used=True)


def save_answers(
    case_id: UUID, *, by: Actor, page: str, post: Any, revision: int | None = None
) -> tuple[cases.CaseRecord, cases.forms.Answers]:
    """Save one page. Understood answers are kept, the others remembered as typed; problems tell what is wrong."""
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        _, answers = answer_page(work, application_in(work.view()), by, page, post, revision=revision)
        return work.write(), answers


def answer_page(
    work: cases.Filling, app: Application, by: Actor, page: str, post: Any, *, revision: int | None = None
) -> tuple[Application, cases.forms.Answers]:
    """The same on a case at hand, not yet written."""
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
    answers.problems = problems + _elsewhere(app, by, kept, unread)
    return _store(work, app.with_data(kept, unread), revision=revision), answers


def _elsewhere(
    app: Application, by: Actor, kept: dict[str, Any], unread: dict[str, Any]
) -> list[FieldProblem]:
    """A clerk chose a place whose unit the own window does not receive for: said at the field, kept as typed."""
    route = plan.route_field(app.view.document, app.form.types)
    body = pick_body(app.view.bodies, division=str(kept.get(route) or "")) if kept.get(route) else None
    if body is None:
        return []
    try:
        _received_here(by, body, app.view.key)
    except NotAllowed as error:
        unread[route] = kept.pop(route)
        return [FieldProblem(route, "other_window", error.message)]
    return []


def save_draft(
    case_id: UUID, *, by: Actor, data: Mapping[str, Any], revision: int | None = None
) -> cases.CaseRecord:
    """Save answers given as data (window entry, tests, REST). What is wrong is kept as typed and told at review."""
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        app = application_in(work.view())
        merged = {**app.plain, **{k: v for k, v in dict(data).items() if not str(k).startswith("_")}}
        answers = cases.forms.check(app.form, merged, given=app.answers)
        unread = hidden(answers.raw, set(app.form.items()))
        _store(work, app.with_data(answers.values, unread), revision=revision)
        return work.write()


def change_situation(case_id: UUID, *, by: Actor, answers: Mapping[str, Any]) -> cases.CaseRecord:
    """Answer the situation questions anew in a draft; materials and pages follow."""
    with transaction.atomic():
        work = cases.filling(case_id, by=by)
        app = application_in(work.view())
        changed = Application(app.view, app.form, answered(app.view, answers), app.data, app.case)
        _store(work, changed)
        return work.write()


def _store(work: cases.Filling, app: Application, *, revision: int | None = None) -> Application:
    """Answers into the case, with the unit, the facts and the materials that follow from them."""
    division = place_of(app)
    present = "" if division else work.view().record.organisation
    body = pick_body(app.view.bodies, organisation=present, division=division)
    app = app.with_provenance(cases.forms.corrected(app.data.get("_provenance") or {}, app.plain))
    work.save(
        data=app.data,
        materials=plan.case_materials(app.materials),
        organisation=body.organisation if body else None,
        context=_facts(app, body) if body else None,
        division=division or None,
        revision=revision,
    )
    return replace(app, case=work.view())


def place_of(app: Application) -> str:
    """The place the answers name, by which the competent unit is found."""
    return str(app.plain.get(plan.route_field(app.view.document, app.form.types)) or "")
