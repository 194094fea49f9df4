"""Materials of a case: what has to be given, what was given and how, what was spared (免提交)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.rights import role_of
from citybrain.hub.cases.models import Case, Material
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed

SOURCES = {"upload", "paper", "certificate", "data", "promise", "check"}
FREE = {"certificate", "data", "promise", "check"}  # nothing was submitted (免提交)
STATES = {"missing", "wanted", "given", "waived"}
SAID = ("name", "position", "required", "tolerable", "extra")


def material_rows(materials: list[dict[str, Any]]) -> list[Material]:
    """Rows (not saved) from ``{key, name, required, tolerable, state?, source?, reference?, extra?}``."""
    seen: set[str] = set()
    rows = []
    for position, item in enumerate(materials):
        key = str(item["key"])[:80]
        if key in seen:
            raise Invalid([FieldProblem(f"materials.{position}", "twice", _("A material is listed twice."))])
        seen.add(key)
        name = item.get("name") or key
        source = item.get("source") if item.get("source") in SOURCES else ""
        rows.append(
            Material(
                key=key,
                name=name if isinstance(name, dict) else {"zh": str(name)},
                position=position,
                required=bool(item.get("required", True)),
                tolerable=bool(item.get("tolerable", False)),
                state=item.get("state")
                if item.get("state") in STATES
                else ("given" if source else "missing"),
                source=source or "",
                reference=str(item.get("reference") or "")[:200],
                extra=item.get("extra") or {},
            )
        )
    return rows


def may_fill(by: Actor, case: Case) -> bool:
    """The applicant while it is the applicant's turn, or a receiver before the decision."""
    machine = machine_of(case.machine_id)
    state = machine.states[case.state]
    if case.finished or case.decided_at:
        return False
    if by.kind == "system":
        return True
    if role_of(by, case, machine, ["applicant"]):
        return state.kind == "start" or state.owner == "applicant"
    staff = [role for role in ("receiver", "reviewer", "handler") if role in machine.roles]
    return bool(role_of(by, case, machine, staff))


def require_fill(by: Actor, case: Case) -> None:
    """NotAllowed when the case may not be filled in now by this actor."""
    if not may_fill(by, case):
        raise NotAllowed(
            _("This case cannot be changed now."), code="not_fillable", safe=_("What was given before is kept."),
            todo=_("Wait for a notice that asks you to correct it."),
        )  # fmt: skip


def changed_rows(
    before: list[Material], wanted: list[dict[str, Any]]
) -> tuple[list[Material], list[Material], list[Material]]:
    """(rows that stay, new rows, those that stay but read otherwise) for a new list. What was given is kept."""
    held = {row.key: row for row in before}
    kept, added, changed = [], [], []
    for fresh in material_rows(wanted):
        row = held.get(fresh.key)
        if row is None:
            added.append(fresh)
            continue
        kept.append(row)
        if _take_over(row, fresh):
            changed.append(row)
    return kept, added, changed


def _take_over(row: Material, fresh: Material) -> bool:
    """What the matter says about a material; whether anything of it is new."""
    said = {name: getattr(fresh, name) for name in SAID}
    if fresh.source:  # the matter itself says how it is given: drawn from data, checked between departments
        said |= {"state": fresh.state, "source": fresh.source}
    new = {name: value for name, value in said.items() if getattr(row, name) != value}
    for name, value in new.items():
        setattr(row, name, value)
    return bool(new)


def set_materials(case_id: UUID, materials: list[dict[str, Any]], *, by: Actor) -> None:
    """Replace the list (situation changed): materials that stay keep what was given."""
    with transaction.atomic():
        work = _filling(case_id, by)
        work.save(materials=materials)
        work.write()


def give_material(
    case_id: UUID, key: str, *, by: Actor, source: str, reference: str = "", note: str = ""
) -> None:
    """Note that a material is there: uploaded, on paper, drawn from a certificate or from data, or promised.

    A promise never completes a required material (容缺 keeps it missing until it is supplied).
    """
    with transaction.atomic():
        work = _filling(case_id, by)
        work.give(key, source=source, reference=reference, note=note)
        work.write()


def take_back_material(case_id: UUID, key: str, *, by: Actor) -> None:
    """The applicant removes what was given; the material is missing again."""
    with transaction.atomic():
        work = _filling(case_id, by)
        work.take_back(key)
        work.write()


def _filling(case_id: UUID, by: Actor) -> Any:
    from citybrain.hub.cases.actions.filling import filling

    return filling(case_id, by=by)
