"""What journeys of packs can do with cases and ask of them.

Verbs: ``open`` (a case of a type, without a matter), ``act``, ``give`` (a material), ``comment``, ``refuse`` (an act that
must be refused with a code), ``unseen`` (somebody may not know of the case). Expectations: ``state``, ``outcome``,
``light``, ``clock``, ``notice``, ``document``, ``children``, ``certificate``, ``case_no``, ``due``, ``actions``.
A step may name a child of a bundle: ``act: {child: hygiene, action: accept}``.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from citybrain.hub.cases.actions.act import act as perform
from citybrain.hub.cases.actions.bench import comment as leave_comment
from citybrain.hub.cases.actions.materials import give_material
from citybrain.hub.cases.actions.open import open_case
from citybrain.hub.cases.actions.timers import fire_due_timers, tell_overdue
from citybrain.hub.cases.data import CaseView
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Case, Document, Link, Transition
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.views import actions_for, case_for
from citybrain.hub.identity import api as identity
from citybrain.hub.packs import api as packs
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, NotFound

SYSTEM = Actor.system("cases.journey")


def _failed(zh: str, en: str) -> packs.JourneyFailed:
    return packs.JourneyFailed(zh, en)


def case_id(world: Any, args: Any = None) -> UUID:
    """The journey's case, or the child of it that the step names."""
    if world.case is None:
        raise _failed("还没有办件", "there is no case yet")
    found = getattr(world.case, "id", world.case)
    child = args.get("child") if isinstance(args, dict) else None
    if not child:
        return found
    link = Link.objects.filter(case=found, kind="child", role=child).first()
    if link is None:
        raise _failed(f"一件事里没有“{child}”", f"the bundle has no child “{child}”")
    return link.other_id


def view(world: Any, args: Any = None) -> CaseView:
    """What the system sees of it."""
    return case_for(SYSTEM, case_id(world, args))


def actor(world: Any, args: dict[str, Any], target: UUID) -> Actor:
    """Who acts: ``as`` (a case role), else the first role the action names."""
    role = args.get("as") or _first_role(target, str(args.get("action", "")))
    if role == "system":
        return SYSTEM
    return world.actor(_identity_role(target, role))


def _machine(target: UUID) -> tuple[Case, Machine]:
    case = Case.objects.only("machine_id", "state").get(pk=target)
    return case, machine_of(case.machine_id)


def _first_role(target: UUID, action: str) -> str:
    case, machine = _machine(target)
    named = [t for t in machine.transitions if t.action == action]
    here = [t for t in named if case.state in t.from_] or named
    return here[0].by[0] if here else "applicant"


def _identity_role(target: UUID, role: str) -> str:
    """The identity role of a case role; ``reviewer@350902-gaj`` keeps its unit."""
    role, at, unit = role.partition("@")
    if role == "applicant":
        return role + at + unit
    case, machine = _machine(target)
    if role in machine.parties and not unit:
        at, unit = "@", machine.unit(role, case.organisation, case.context)
    return machine.roles.get(role, role) + at + unit


def open_verb(world: Any, args: dict[str, Any]) -> None:
    """``open: {case_type: permit, organisation: …, materials: […], context: {…}, limits: {…}}``.

    ``as: system``, or an identity role with its unit (``data_liaison@350900-mzj``) for cases between units.
    """
    who, given = args.get("as", ""), {k: v for k, v in args.items() if k != "as"}
    given.setdefault("organisation", world.given.get("organisation", ""))
    if who and who != "system":
        world.case = open_case(by=world.actor(who), subject=None, **given)
        return
    applicant = world.actor("applicant")
    world.case = open_case(by=SYSTEM if who else applicant, subject=identity.subject_of(applicant), **given)


def act_verb(world: Any, args: dict[str, Any]) -> None:
    """``act: {action: receive, as: receiver, with: {…}, comment: …}``."""
    target = case_id(world, args)
    done = perform(
        target,
        args["action"],
        by=actor(world, args, target),
        data=args.get("with") or {},
        comment=args.get("comment", ""),
    )
    if not args.get("child"):
        world.case = done


def refuse_verb(world: Any, args: dict[str, Any]) -> None:
    """``refuse: {action: request_correction, as: reviewer, with: {…}, code: once_only}``."""
    target, wanted = case_id(world, args), args.get("code")
    try:
        perform(target, args["action"], by=actor(world, args, target), data=args.get("with") or {})
    except CityError as error:
        if wanted and error.code != wanted:
            raise _failed(
                f"拒绝的原因是“{error.code}”（{error}），应是“{wanted}”",
                f"refused with “{error.code}” ({error}), not “{wanted}”",
            ) from error
        return
    raise _failed(f"“{args['action']}”没有被拒绝", f"“{args['action']}” was not refused")


def give_verb(world: Any, args: dict[str, Any]) -> None:
    """``give: {material: layout, source: upload, as: applicant}``."""
    target = case_id(world, args)
    by = world.actor(_identity_role(target, args.get("as", "applicant")))
    give_material(
        target,
        args["material"],
        by=by,
        source=args.get("source", "upload"),
        reference=args.get("reference", ""),
    )


def comment_verb(world: Any, args: Any) -> None:
    """``comment: {as: reviewer, text: …}``."""
    target = case_id(world, args)
    leave_comment(target, args["text"], by=actor(world, args, target))


def unseen_verb(world: Any, args: dict[str, Any]) -> None:
    """``unseen: {as: <role>}``: that actor gets "not found"."""
    target = case_id(world, args)
    try:
        case_for(world.actor(_identity_role(target, args["as"])), target)
    except NotFound:
        return
    raise _failed("不该看到这件办件的人看到了", "somebody sees the case who must not")


# expectations ------------------------------------------------------------------------------------------------------


def _same(what_zh: str, what_en: str, found: Any, wanted: Any) -> None:
    if found != wanted:
        raise _failed(f"{what_zh}是“{found}”，应是“{wanted}”", f"{what_en} is “{found}”, expected “{wanted}”")


def expect_state(world: Any, wanted: str) -> None:
    """``state: accepted``."""
    _same("状态", "the state", view(world).record.state, wanted)


def expect_outcome(world: Any, wanted: str) -> None:
    """``outcome: granted``."""
    _same("结果", "the outcome", view(world).record.outcome, wanted)


def expect_light(world: Any, wanted: str) -> None:
    """``light: green``; ``none`` for no running clock."""
    _same("灯", "the light", view(world).record.light or "none", wanted)


def expect_due(world: Any, wanted: Any) -> None:
    """``due: 2026-03-30``: the legal date."""
    due = view(world).record.due_at
    _same("到期日", "the due date", str(clock.local(due).date()) if due else "none", str(wanted))


def expect_clock(world: Any, wanted: dict[str, str]) -> None:
    """``clock: {main: running}``: running, paused, stopped or none."""
    found: dict[str, str] = {}
    for each in view(world).clocks:
        found[each.name] = each.state
    for name, state in wanted.items():
        _same(f"时限“{name}”", f"the clock “{name}”", found.get(name, "none"), state)


def _list(wanted: Any) -> list[str]:
    return [wanted] if isinstance(wanted, str) else list(wanted)


def expect_notice(world: Any, wanted: Any) -> None:
    """``notice: acceptance`` or a list: these were given in this case (its children included)."""
    target = case_id(world)
    ids = [target, *Link.objects.filter(case=target, kind="child").values_list("other_id", flat=True)]
    rows = Transition.objects.filter(case__in=ids).values_list("effects", flat=True)
    given = {e.get("template") for effects in rows for e in effects if e.get("effect") == "notice"}
    for template in _list(wanted):
        if template not in given:
            raise _failed(f"没有发出通知“{template}”", f"the notice “{template}” was not given")


def expect_document(world: Any, wanted: Any) -> None:
    """``document: B20`` or a list."""
    given = set(Document.objects.filter(case=case_id(world)).values_list("code", flat=True))
    for code in _list(wanted):
        if code not in given:
            raise _failed(f"没有出具文书“{code}”", f"the document “{code}” was not issued")


def expect_children(world: Any, wanted: dict[str, str]) -> None:
    """``children: {hygiene: accepted, licence: held}``."""
    found = {c.role: ("held" if c.held else c.case.state) for c in view(world).children}
    for role, state in wanted.items():
        _same(f"联办事项“{role}”", f"the child “{role}”", found.get(role, "none"), state)


def expect_certificate(world: Any, wanted: Any) -> None:
    """``certificate: food-licence`` (a type), true or false."""
    issued = view(world).record.context.get("certificates") or []
    if isinstance(wanted, dict):
        wanted = wanted.get("type", True)
    if wanted is False or wanted == "none":
        _same("证照数", "the number of certificates", len(issued), 0)
    elif wanted is True:
        if not issued:
            raise _failed("没有出证", "no certificate was issued")
    elif wanted not in {c.get("type") for c in issued}:
        raise _failed(f"没有出“{wanted}”证", f"no certificate “{wanted}” was issued")


def expect_case_no(world: Any, wanted: Any) -> None:
    """``case_no: 43`` (its length), true, or the number itself."""
    found = view(world).record.case_no
    if isinstance(wanted, bool):
        _same("是否有编号", "having a number", bool(found), wanted)
    elif isinstance(wanted, int):
        _same("编号长度", "the length of the number", len(found), wanted)
    else:
        _same("编号", "the number", found, wanted)


def expect_actions(world: Any, wanted: dict[str, Any]) -> None:
    """``actions: {decider: [approve, reject]}``: these can be done now by that role."""
    target = case_id(world)
    for role, actions in wanted.items():
        can = {a.action for a in actions_for(world.actor(_identity_role(target, role)), target) if a.possible}
        for action in _list(actions):
            if action not in can:
                raise _failed(f"“{role}”不能“{action}”", f"“{role}” cannot “{action}”")


def clockwork() -> None:
    """After time moved on: timers and overdue notices."""
    fire_due_timers()
    tell_overdue()


for _name, _run in {
    "open": open_verb, "act": act_verb, "refuse": refuse_verb, "give": give_verb, "comment": comment_verb,
    "unseen": unseen_verb,
}.items():  # fmt: skip
    packs.register_verb(_name, _run)
for _name, _ask in {
    "state": expect_state, "outcome": expect_outcome, "light": expect_light, "due": expect_due, "clock": expect_clock,
    "notice": expect_notice, "document": expect_document, "children": expect_children,
    "certificate": expect_certificate, "case_no": expect_case_no, "actions": expect_actions,
}.items():  # fmt: skip
    packs.register_expectation(_name, _ask)
packs.register_clockwork(clockwork)
