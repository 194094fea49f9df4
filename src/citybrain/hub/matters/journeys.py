"""What journeys of packs can do with matters and ask of them.

Verbs: ``apply`` (situation, form, materials, submit), ``correct`` (answer a correction notice and send back).
Expectations: ``materials`` (what is asked), ``missing`` (required materials not there), ``problems`` (fields that stand
in the way of submitting). Coverage: every answer of every situation question of the pack.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.application import Application, application_of
from citybrain.hub.matters.actions.apply import save_draft, start
from citybrain.hub.matters.actions.submitting import submit
from citybrain.hub.matters.domain.plan import spared_note
from citybrain.hub.matters.domain.situations import walk
from citybrain.hub.matters.models import Bundle, BundleVersion, Matter, MatterVersion
from citybrain.hub.matters.queries.applications import missing_materials, review_of
from citybrain.hub.matters.queries.guides import bundle_document, document_of, guide
from citybrain.hub.packs import api as packs
from citybrain.hub.places import api as places
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, Invalid

SYSTEM = Actor.system("matters.journey")


def _failed(zh: str, en: str) -> packs.JourneyFailed:
    return packs.JourneyFailed(zh, en)


def apply_verb(world: Any, args: dict[str, Any]) -> None:
    """``apply: {matter: …, situation: {…}, form: {…}, materials: {layout: upload}|all|none, submit: true, refused: …}``.

    ``materials`` left out gives everything asked, as uploads. Required division answers left out become a village of the
    journey's organisation. ``refused: not_this_matter`` expects that the situation ends the way.
    """
    by = world.actor(args.get("as") or "applicant")
    answers = _answers(args.get("situation") or {})
    organisation = args.get("organisation") or world.given.get("organisation", "")
    _visit(args["matter"], answers)
    try:
        record = start(
            args["matter"],
            by=by,
            answers=answers,
            organisation=organisation,
            channel=args.get("channel", "online"),
        )
    except CityError as error:
        _refused(args, error)
        return
    if args.get("refused"):
        raise _failed("申请没有被拒绝", "the application was not refused")
    world.case = record
    app = application_of(by, record.id)
    save_draft(record.id, by=by, data=_filled(app, args.get("form") or {}, organisation))
    give(record.id, by, args.get("materials", "all"))
    if args.get("submit", True):
        world.case = _submitted(record.id, by)


def _answers(given: Mapping[str, Any]) -> dict[str, str]:
    return {
        str(k): {True: "yes", False: "no"}.get(v, str(v)) if isinstance(v, bool) else str(v)
        for k, v in given.items()
    }


def _refused(args: Mapping[str, Any], error: CityError) -> None:
    wanted = args.get("refused")
    if not wanted:
        raise _failed(f"不能申请：{error}", f"cannot apply: {error}") from error
    if wanted is not True and error.code != wanted:
        raise _failed(
            f"拒绝的原因是“{error.code}”", f"refused with “{error.code}”, not “{wanted}”"
        ) from error


def _filled(app: Application, form: Mapping[str, Any], organisation: str) -> dict[str, Any]:
    """The journey's answers, with a place inside the organisation's jurisdiction where none is named."""
    data = dict(form)
    for key, field in app.form.fields().items():
        if field.type == "division" and key not in data and field.required and key not in app.plain:
            data[key] = _village(organisation, field.spec.level)
    return data


def _village(organisation: str, level: str) -> str:
    unit = identity.directory().organisations.get(organisation)
    code = unit.division if unit and unit.division else places.counties()[0].code
    for _ in range(4):
        found = places.find(code)
        below = places.children(code)
        if found is None or not below or int(found.level) >= {"county": 3, "town": 4, "village": 5}[level]:
            break
        code = below[0].code
    return code


def give(case_id: UUID, by: Actor, materials: Any) -> None:
    """Give materials: ``all`` uploads everything asked, a mapping says how each came."""
    asked = [m.key for m in application_of(by, case_id).materials if spared_note(m) is None]
    if materials in ("none", None):
        return
    wanted = dict.fromkeys(asked, "upload") if materials == "all" else dict(materials)
    unknown = sorted(set(wanted) - set(asked))
    if unknown:
        raise _failed(
            f"没有要求这些材料：{'、'.join(unknown)}",
            f"these materials are not asked for: {', '.join(unknown)}",
        )
    for key, source in wanted.items():
        cases.give_material(case_id, key, by=by, source=source)


def _submitted(case_id: UUID, by: Actor) -> cases.CaseRecord:
    try:
        return submit(case_id, by=by)
    except Invalid as error:
        said = "；".join(f"{p.path}：{p.message}" for p in error.problems)
        raise _failed(f"不能提交：{said}", f"cannot be submitted: {said}") from error


def correct_verb(world: Any, args: dict[str, Any]) -> None:
    """``correct: {form: {…}, materials: {…}}``: change answers, add materials, send the corrected case back."""
    by = world.actor(args.get("as") or "applicant")
    case_id = getattr(world.case, "id", world.case)
    if args.get("form"):
        save_draft(case_id, by=by, data=args["form"])
    if args.get("materials"):
        give(case_id, by, args["materials"])
    world.case = submit(case_id, by=by)


# expectations -----------------------------------------------------------------------------------------------------


def _application(world: Any) -> Application:
    if world.case is None:
        raise _failed("还没有办件", "there is no case yet")
    return application_of(SYSTEM, getattr(world.case, "id", world.case))


def _listed(what_zh: str, what_en: str, found: list[str], wanted: Any) -> None:
    """``[a, b]`` exactly these; ``{has: […], not: […]}`` at least, and none of."""
    if isinstance(wanted, Mapping):
        lacking = sorted(set(wanted.get("has") or []) - set(found))
        extra = sorted(set(wanted.get("not") or []) & set(found))
        if lacking or extra:
            raise _failed(
                f"{what_zh}缺少{lacking}，多出{extra}",
                f"{what_en}: lacking {lacking}, should not have {extra}",
            )
    elif sorted(found) != sorted([wanted] if isinstance(wanted, str) else wanted or []):
        raise _failed(f"{what_zh}是{sorted(found)}", f"{what_en}: {sorted(found)}, expected {wanted}")


def expect_materials(world: Any, wanted: Any) -> None:
    """``materials: [layout, …]`` or ``{has: […], not: […]}``: what the situation and answers call for."""
    _listed("要求的材料", "materials asked", [m.key for m in _application(world).materials], wanted)


def expect_missing(world: Any, wanted: Any) -> None:
    """``missing: [layout]``: required materials that are not there, whether or not they may follow later."""
    found = [material.key for material in missing_materials(_application(world))]
    _listed("缺少的材料", "missing materials", found, wanted)


def expect_problems(world: Any, wanted: Any) -> None:
    """``problems: [premises_area]``: fields (and ``material.<key>``) that stand in the way of submitting."""
    _listed("填写问题", "problems", [p.path for p in review_of(_application(world)).problems], wanted)


# coverage ---------------------------------------------------------------------------------------------------------


def _visit(key: str, answers: Mapping[str, str]) -> None:
    document = guide(key).document
    for name, value in _walked(document, answers).items():
        packs.visit(f"situations/{key}: {name} = {value}")


def _walked(document: Any, answers: Mapping[str, str]) -> dict[str, str]:
    return walk(document.situations, answers).answers


def situations_of(pack: str) -> Iterable[str]:
    """Every answer of every question of a pack's matters and bundles."""
    documents = [
        (m.key, document_of(v))
        for m in Matter.objects.filter(pack=pack, hidden=False)
        for v in MatterVersion.objects.filter(matter=m, version=m.current)
    ] + [
        (b.key, bundle_document(v.hash, str(v.pk)))
        for b in Bundle.objects.filter(pack=pack, hidden=False)
        for v in BundleVersion.objects.filter(bundle=b, version=b.current)
    ]
    for key, document in documents:
        for question in document.situations:
            for option in question.options:
                yield f"situations/{key}: {question.key} = {option.value}"


packs.register_verb("apply", apply_verb)
packs.register_verb("correct", correct_verb)
packs.register_expectation("materials", expect_materials)
packs.register_expectation("missing", expect_missing)
packs.register_expectation("problems", expect_problems)
packs.register_coverage("situations", situations_of)
