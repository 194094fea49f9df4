"""Materials of a case: what has to be given, what was given and how, what was spared (免提交)."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.actions.rights import role_of
from citybrain.hub.cases.models import Case, Material
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.kernel import audit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound

SOURCES = {"upload", "paper", "certificate", "data", "promise", "check"}
FREE = {"certificate", "data", "promise", "check"}  # nothing was submitted (免提交)
STATES = {"missing", "wanted", "given", "waived"}


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


@transaction.atomic
def set_materials(case_id: UUID, materials: list[dict[str, Any]], *, by: Actor) -> None:
    """Replace the list (situation changed): materials that stay keep what was given."""
    case = row_for(by, case_id, lock=True)
    require_fill(by, case)
    replace_materials(case, materials)
    case.save(update_fields=["materials_total", "materials_free"])


def replace_materials(case: Case, materials: list[dict[str, Any]]) -> None:
    """The same on a locked row; the caller saves the counters."""
    before = {row.key: row for row in Material.objects.filter(case=case)}
    fresh = material_rows(materials)
    for row in fresh:
        row.case = case
        old = before.get(row.key)
        if old and old.state == "given" and row.state != "given":
            row.state, row.source, row.reference, row.note = old.state, old.source, old.reference, old.note
    Material.objects.filter(case=case).delete()
    Material.objects.bulk_create(fresh)
    count(case, fresh)


def count(case: Case, rows: list[Material] | None = None) -> None:
    """Refresh the case's two counters (not saved)."""
    rows = list(Material.objects.filter(case=case)) if rows is None else rows
    case.materials_total = len(rows)
    case.materials_free = sum(1 for r in rows if r.source in FREE)


@transaction.atomic
def give_material(
    case_id: UUID, key: str, *, by: Actor, source: str, reference: str = "", note: str = ""
) -> None:
    """Note that a material is there: uploaded, on paper, drawn from a certificate or from data, or promised.

    A promise never completes a required material (容缺 keeps it missing until it is supplied).
    """
    if source not in SOURCES:
        raise Invalid([FieldProblem("source", "choice", _("Unknown way of giving a material."))])
    case = row_for(by, case_id, lock=True)
    require_fill(by, case)
    row = Material.objects.filter(case=case, key=key).first()
    if row is None:
        raise NotFound(_("This case asks for no such material."), code="no_material")
    row.source, row.reference, row.note = source, reference[:200], note[:500]
    row.state = "missing" if source == "promise" else "given"
    row.save(update_fields=["source", "reference", "note", "state"])
    count(case)
    case.save(update_fields=["materials_total", "materials_free"])
    audit.record(
        "cases.give_material", by=by, obj=f"case:{case.pk}", after={"material": key, "source": source}
    )


@transaction.atomic
def take_back_material(case_id: UUID, key: str, *, by: Actor) -> None:
    """The applicant removes what was given; the material is missing again."""
    case = row_for(by, case_id, lock=True)
    require_fill(by, case)
    Material.objects.filter(case=case, key=key).update(state="missing", source="", reference="", note="")
    count(case)
    case.save(update_fields=["materials_total", "materials_free"])
    audit.record("cases.take_back_material", by=by, obj=f"case:{case.pk}", after={"material": key})
