"""Filling in: a draft (or a case sent back for correction) takes a new form, facts and materials without a transition."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import transaction

from citybrain.hub.cases.actions.filling import filling
from citybrain.hub.cases.data import CaseRecord
from citybrain.kernel.actor import Actor


def update_draft(case_id: UUID, *, by: Actor, **changes: Any) -> CaseRecord:
    """Save what was filled in. Only while it is the applicant's turn (or by a receiver before the decision).

    ``changes``: data, context (merged into the facts), materials, title, organisation, division, limits,
    matter_version, revision; see ``Filling.save``.
    """
    with transaction.atomic():
        work = filling(case_id, by=by)
        work.save(**changes)
        return work.write()


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
