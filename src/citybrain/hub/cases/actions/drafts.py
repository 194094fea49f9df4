"""Filling in: a draft (or a case sent back for correction) takes a new form, facts and materials without a transition."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases.actions.clocks import limit_dict, limit_of
from citybrain.hub.cases.actions.materials import replace_materials, require_fill
from citybrain.hub.cases.actions.open import LIMITS, search_value
from citybrain.hub.cases.data import CaseRecord
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.machines import machine_of
from citybrain.hub.cases.queries.records import record
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict

DRAFT_ONLY = {"organisation", "division", "matter_version", "limits"}


@transaction.atomic
def update_draft(
    case_id: UUID,
    *,
    by: Actor,
    data: dict[str, Any] | None = None,
    context: dict[str, Any] | None = None,
    materials: list[dict[str, Any]] | None = None,
    title: str | None = None,
    organisation: str | None = None,
    division: str | None = None,
    limits: dict[str, Any] | None = None,
    matter_version: int | None = None,
    revision: int | None = None,
) -> CaseRecord:
    """Save what was filled in. Only while it is the applicant's turn (or by a receiver before the decision).

    ``context`` is merged into the facts. Unit, place, limits and matter version change only in the start state.
    """
    case = row_for(by, case_id, lock=True, fields=("data", "subject_name"))
    require_fill(by, case)
    if revision is not None and revision != case.revision:
        raise Conflict()
    changed = {"updated_at", "revision"}
    values: dict[str, Any] = {"data": data, "title": title and title[:200]}
    if case.state == machine_of(case.machine_id).start:
        values |= {"organisation": organisation, "division": division, "matter_version": matter_version}
        if limits is not None:
            values["limits"] = {n: limit_dict(limit_of(limits.get(n))) for n in LIMITS if limits.get(n)}
    if context is not None:
        values["context"] = {**case.context, **context}
    for name, value in values.items():
        if value is not None:
            setattr(case, name, value)
            changed.add(name)
    if materials is not None:
        replace_materials(case, materials)
        changed |= {"materials_total", "materials_free"}
    case.updated_at, case.revision = clock.now(), case.revision + 1
    if "title" in changed:
        case.search = search_value(case)
        changed.add("search")
    case.save(update_fields=sorted(changed))
    audit.record("cases.save", by=by, obj=f"case:{case.pk}", organisation=case.organisation,
                 after={"fields": sorted(changed - {"updated_at", "revision", "search"})})  # fmt: skip
    return record(case)


def save_data(
    case_id: UUID,
    *,
    by: Actor,
    data: dict[str, Any],
    context: dict[str, Any] | None = None,
    materials: list[dict[str, Any]] | None = None,
    expected: int | None = None,
) -> CaseRecord:
    """``update_draft`` as the forms use it: the answers, facts and materials. ``expected`` is the revision last seen."""
    return update_draft(case_id, by=by, data=data, context=context, materials=materials, revision=expected)
