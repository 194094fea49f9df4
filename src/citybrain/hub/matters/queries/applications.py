"""An application as the applicant (or a clerk) sees it: pages, material slots, review."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse

from citybrain.hub.cases import api as cases
from citybrain.hub.certificates import api as certificates
from citybrain.hub.matters.actions.application import Application, application_of
from citybrain.hub.matters.data import PageView, ReviewView, SlotView
from citybrain.hub.matters.domain.document import Material, MatterDocument
from citybrain.hub.matters.domain.plan import spared_note
from citybrain.hub.matters.queries.entries import entries_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, NotFound
from citybrain.kernel.text import Text

MATERIALS = "materials"
LEFT_OUT = ("required", "required_choice", "too_few")
TITLES = {MATERIALS: Text(zh="材料", en="Materials"), "review": Text(zh="核对并提交", en="Check and submit")}


def form_page(
    actor: Actor, case_id: UUID, page: str = "", *, rows: Mapping[str, int] | None = None,
    raw: Mapping[str, Any] | None = None, problems: list[FieldProblem] | None = None,
) -> PageView:  # fmt: skip
    """One page of an application (the first unfinished one when ``page`` is empty; ``materials`` the last)."""
    app = application_of(actor, case_id)
    return page_of(app, actor, page, rows=rows, raw=raw, problems=problems)


def page_of(
    app: Application, actor: Actor, page: str = "", *, rows: Mapping[str, int] | None = None,
    raw: Mapping[str, Any] | None = None, problems: list[FieldProblem] | None = None,
) -> PageView:  # fmt: skip
    """The same for an application at hand."""
    assert app.case is not None
    pages = steps_of(app)
    page = page or next((key for key, _, done in pages if not done), pages[-1][0])
    follow = _following(pages, page)
    found = None if page == MATERIALS else app.form.page(page)
    slots: tuple[SlotView, ...] = ()
    if found is None or any(isinstance(item, cases.forms.Upload) for item in found.items()):
        slots = _with_errors(slots_of(app), problems)
    if page == MATERIALS:
        view = {
            "key": MATERIALS,
            "title": TITLES[MATERIALS],
            "problems": problems or [],
            "words": cases.forms.WORDS,
        }
    else:
        assert found is not None
        view = cases.forms.page_view(
            app.form,
            found,
            data=app.plain,
            given=app.answers,
            raw=raw if raw is not None else app.unread,
            problems=problems,
            provenance=app.provenance,
            slots={s.key: s for s in slots},
            rows=rows,
        )
    return PageView(
        app.case.id, app.case.record, page, view, slots, tuple(pages), tuple(problems or ()), follow
    )


def _following(pages: list[tuple[str, Text, bool]], page: str) -> str:
    """The page after this one, ``review`` after the last; NotFound for a page that is not asked."""
    keys = [key for key, _, _ in pages]
    if page not in keys:
        raise NotFound(Text(zh="没有这一页", en="There is no such page"))
    return keys[keys.index(page) + 1] if keys.index(page) + 1 < len(keys) else "review"


def going_on(app: Application, page: str, follow: str = "") -> PageView:
    """Where it goes after a page that was saved without complaint; a form page is not built for that."""
    assert app.case is not None
    pages = steps_of(app)
    return PageView(
        app.case.id, app.case.record, page, {}, (), tuple(pages), (), follow or _following(pages, page)
    )


def steps_of(app: Application) -> list[tuple[str, Text, bool]]:
    """(key, title, whether it is filled in) of every page to go through."""
    wrong = {p.path.split(".")[0] for p in app.judged.problems} | set(app.unread)
    found = []
    for page in app.form.asked_pages(app.env):
        keys = {item.key for item in page.items()}
        found.append((page.key, page.title, not keys & wrong))
    if any(spared_note(m) is None for m in app.materials):
        found.append((MATERIALS, TITLES[MATERIALS], not material_problems(app)))
    return found


def slots_of(app: Application) -> list[SlotView]:
    """The materials this application calls for, each with what can be used instead of an upload."""
    return [_slot(app, material, app.given.get(material.key)) for material in app.materials]


def _with_errors(slots: list[SlotView], problems: list[FieldProblem] | None) -> tuple[SlotView, ...]:
    """The slots, each with what was wrong with what was just given for it."""
    said = {p.path.partition(".")[2]: p.message for p in problems or [] if "." in p.path}
    return tuple(replace(slot, error=said[slot.key]) if slot.key in said else slot for slot in slots)


def _slot(app: Application, material: Material, record: Any) -> SlotView:
    assert app.case is not None
    held: tuple[dict[str, Any], ...] = ()
    if material.certificate and app.case.record.subject_id:
        held = tuple(_offer(c) for c in certificates.usable(app.case.record.subject_id, material.certificate))
    source = record.source if record else ""
    state = record.state if record else "missing"
    return SlotView(
        key=material.key,
        name=material.name,
        required=material.required,
        tolerable=material.tolerable,
        state=state,
        notes=material.notes,
        issuer=material.issuer,
        spared=spared_note(material),
        certificates=held,
        presented=record.reference if record and source == "certificate" else "",
        promise=material.substitute == "promise",
        promised=source == "promise",
        files=tuple(_file(app, a) for a in (record.attachments if record else ())),
        accept=",".join(f".{ext}" for ext in material.accept),
        max_files=material.max_files,
        blank_href=_href(app, material, "blank"),
        sample_href=_href(app, material, "sample"),
        wanted_note=record.note if record and state == "wanted" else "",
        paper=source == "paper",
    )


def _offer(certificate: Any) -> dict[str, Any]:
    until = f"（{certificate.valid_to.isoformat()}）" if certificate.valid_to else ""
    name = Text.model_validate(certificate.name)
    return {"value": str(certificate.id), "label": f"{name.say()} {certificate.number}{until}"}


def _file(app: Application, attachment: Any) -> dict[str, Any]:
    assert app.case is not None
    try:
        href = reverse("cases:attachment", args=[app.case.id, attachment.id])
    except NoReverseMatch:
        href = ""
    return {"name": attachment.name, "size": attachment.size, "href": href, "remove": str(attachment.id)}


def _href(app: Application, material: Material, which: str) -> str:
    """Address of a blank or sample: a file of the pack; a generated blank has none."""
    name = getattr(material, which) or ""
    key = owner_of(app, material)
    return (
        reverse("matters:file", args=[key, material.key, which]) if name.startswith("files/") and key else ""
    )


def owner_of(app: Application, material: Material) -> str:
    """The matter a material belongs to (of a bundle: the child's)."""
    if isinstance(app.view.document, MatterDocument):
        return app.view.key
    for child in app.view.children:
        if isinstance(child.document, MatterDocument) and any(
            m is material for m in child.document.materials
        ):
            return child.key
    return ""


def missing_materials(app: Application) -> list[Any]:
    """Required materials that are not there: neither given, drawn, promised nor spared."""
    found = []
    for material in app.materials:
        if not material.required or spared_note(material) is not None:
            continue
        record = app.given.get(material.key)
        if record is None or not (record.state in ("given", "waived") or record.source == "promise"):
            found.append(material)
    return found


def material_problems(app: Application) -> list[FieldProblem]:
    """Missing materials that stand in the way of submitting.

    What may be tolerated (容缺) does not: the officer accepts with items missing, or asks once.
    """
    return [
        cases.forms.problem(f"material.{material.key}", "required_material", material.name)
        for material in missing_materials(app)
        if not material.tolerable
    ]


def review(actor: Actor, case_id: UUID) -> ReviewView:
    """Check your answers: every asked question, every material, and what still stands in the way."""
    return review_of(application_of(actor, case_id), actor)


def problems_of(app: Application) -> list[FieldProblem]:
    """Everything that stands in the way of submitting: answers, materials, and of a bundle what a child refuses."""
    problems = [*_answers_of(app).problems, *material_problems(app)]
    if not isinstance(app.view.document, MatterDocument):
        told = {p.path for p in problems}
        for child in app.children:
            found = _child_problems(child, told)
            problems += found
            told |= {p.path for p in found}
    return problems


def _answers_of(app: Application) -> cases.forms.Answers:
    """What was typed and not understood is judged as typed."""
    if not app.unread:
        return app.judged
    return cases.forms.check(app.form, {**app.plain, **app.unread}, given=app.answers)


def review_of(app: Application, actor: Actor | None = None) -> ReviewView:
    """The same for an application at hand."""
    assert app.case is not None
    answers = _answers_of(app)
    problems = problems_of(app)
    children = []
    if not isinstance(app.view.document, MatterDocument):
        children = entries_of([("matter", p.view.key) for p in app.children])
    return ReviewView(
        case_id=app.case.id,
        record=app.case.record,
        form_title=app.form.title,
        pages=tuple(
            cases.forms.review_view(
                app.form,
                data={**app.plain, **app.unread},
                given=app.answers,
                provenance=app.provenance,
                problems=answers.problems,
            )
        ),
        slots=tuple(slots_of(app) if actor else ()),
        problems=tuple(problems),
        declaration=app.form.declaration,
        children=tuple(children),
    )


def _child_problems(child: Any, told: set[str]) -> list[FieldProblem]:
    """Answers that a child matter's own form would refuse. What the one form does not ask is not held against it:
    it may come from an earlier child's result, and the pack's author decides what one form asks."""
    found = []
    for problem in child.problems:
        if problem.path in told or problem.code in LEFT_OUT:
            continue
        name = child.view.document.name
        message = Text(
            zh=f"{name.zh}：{problem.message.zh}", en=f"{name.say('en')}: {problem.message.say('en')}"
        )
        found.append(FieldProblem(problem.path, problem.code, message))  # type: ignore[arg-type]
    return found
