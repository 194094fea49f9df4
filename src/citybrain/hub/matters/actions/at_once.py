"""An application in one request: situation, answers, materials and declaration, checked and submitted together.

For clients with pages of their own (a mini-program, a provincial portal, a hall's machine). The same checks as the
pages, the same case in the end; no draft in between, so nothing is kept of an application that is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.db import IntegrityError, transaction

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application
from citybrain.hub.matters.actions.apply import answered, competent, mark_used, open_guide, opening, place_of
from citybrain.hub.matters.actions.materials import present
from citybrain.hub.matters.actions.submitting import completion, refuse_incomplete
from citybrain.hub.matters.data import GuideView
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, Conflict, FieldProblem, Invalid
from citybrain.kernel.text import Text

MOST_TOLD = 50


@dataclass(frozen=True)
class Brought:
    """How one material comes: files uploaded before (their ids), a certificate of the wallet, or a promise."""

    files: list[str] = field(default_factory=list)
    certificate: str = ""
    promise: bool = False


def apply_at_once(
    key: str,
    *,
    by: Actor,
    situation: Mapping[str, Any],
    form: Mapping[str, Any],
    materials: Mapping[str, Brought],
    declared: bool,
    idempotency_key: str,
    organisation: str = "",
    channel: str = "online",
    demo: bool = False,
) -> cases.CaseRecord:
    """Submit an application whole; returns the case as submitted.

    Invalid lists everything missing, wrong or not asked for: paths are the form's fields (``people.0.name``),
    ``situation.<question>``, ``material.<key>``, ``certificate.<key>``, ``declared``. NotThisMatter and Conflict as
    when starting. A repeat with the same key answers the same case; for another matter it is a Conflict.
    """
    if before := cases.opened_before(by, idempotency_key):
        return _same(before, key)
    view = open_guide(key, by)
    _only_questions(view, situation)
    answers = answered(view, situation)
    asked = cases.forms.form(view.document.form)
    judged = cases.forms.check(asked, form, given=answers)
    if judged.problems or set(form) - set(asked.items()):
        raise Invalid([*judged.problems, *_not_asked(set(form) - set(asked.items()))])
    subject, facts = identity.subject_with_facts(by)
    app = Application(
        view, asked, answers, {**judged.values, "_provenance": _provenance(asked, by, facts, judged)}, None
    )
    division = place_of(app)
    body = competent(view, organisation, division)
    mark_used(view, asked)
    try:
        with transaction.atomic():
            work = cases.begin(
                by=by, key=idempotency_key, subject=subject, data=app.data, channel=channel, demo=demo,
                **opening(app, body, subject, division),
            )  # fmt: skip
            app = replace(app, case=work.view())
            wrong = bring(work, app, materials, by=by)
            app = replace(app, case=work.view())
            refuse_incomplete(app, declared, wrong)
            data, context = completion(app)
            work.complete(data=data, context=context)
            return work.act("submit", key=idempotency_key)
    except IntegrityError:  # the same request came twice at once
        before = cases.opened_before(by, idempotency_key)
        if before is None:
            raise
        return _same(before, key)


def _same(before: cases.CaseRecord, key: str) -> cases.CaseRecord:
    if before.matter != key:
        raise Conflict(
            Text(zh="这个请求编号已用于别的申请", en="This request key was used for another application"),
            code="key_reused",
        )
    return before


def _only_questions(view: GuideView, situation: Mapping[str, Any]) -> None:
    known = {question.key for question in view.document.situations}
    if unknown := set(situation) - known:
        raise Invalid(_not_asked(unknown, "situation."))


def _not_asked(keys: set[str], before: str = "") -> list[FieldProblem]:
    message = Text(zh="没有问这一项", en="This was not asked for").say()
    return [
        FieldProblem(f"{before}{k}"[:120], "unknown", message) for k in sorted(map(str, keys))[:MOST_TOLD]
    ]


def _provenance(
    asked: cases.forms.Form, by: Actor, facts: dict[str, Any], judged: cases.forms.Answers
) -> dict[str, Any]:
    """Which answers are identity's own facts, and where the applicant corrected them."""
    offered = cases.forms.offers(asked, by, facts=facts, kinds={"identity"})
    known = {key: offer.as_dict() for key, offer in offered.items() if key in judged.values}
    return cases.forms.corrected(known, judged.values)


def bring(
    work: cases.Filling, app: Application, materials: Mapping[str, Brought], *, by: Actor
) -> list[FieldProblem]:
    """Lay what was brought to its materials. Problems by material; nothing is written yet."""
    wanted = {m.key: m for m in app.materials}
    problems = _not_asked(set(materials) - set(wanted), "material.")
    for key, brought in materials.items():
        material = wanted.get(key)
        if material is None:
            continue
        try:
            if len(brought.files) > material.max_files:
                raise Invalid([FieldProblem(f"material.{key}", "too_many", _too_many(material.max_files))])
            for file in brought.files:
                work.attach(cases.claim(file, by=by), material=key)
            if brought.certificate and not brought.files:
                present(work, app, material, brought.certificate, by=by)
            if brought.promise and material.substitute == "promise":
                work.give(key, source="promise")
        except Invalid as error:
            problems += [FieldProblem(_path(p.path, key), p.code, p.message) for p in error.problems]
        except CityError as error:
            problems.append(FieldProblem(f"material.{key}", error.code, error.message))
    return problems


def _path(path: str, key: str) -> str:
    return path if path.startswith(("material.", "certificate.")) else f"material.{key}"


def _too_many(most: int) -> str:
    return Text(zh=f"最多{most}个文件", en=f"At most {most} files").say()
