"""The certificate that follows a decision: asked of the certificates room inside the act's transaction.

The matter says in ``context.certificate``: ``{type, valid_years | valid_months | valid_days, data: {item: form
element}, change: issue | update | extend | cancel | none, previous: certificate id}``. A matter without it has no
certificate, and the act goes on.
"""

from __future__ import annotations

import calendar
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from citybrain.hub.cases.models import Case
from citybrain.hub.cases.queries.reading import PERSONAL
from citybrain.kernel import clock

if TYPE_CHECKING:
    from citybrain.hub.cases.actions.run import Run, Step


def issue_for(run: Run, step: Step, args: dict[str, Any]) -> dict[str, Any] | None:
    """Issue, change, renew or cancel what the matter (or the effect's own arguments) names; None when it names none."""
    wanted = {**(run.case.context.get("certificate") or {}), **args}
    if not wanted.get("type") or wanted.get("change") == "none":
        return None
    done = _perform(run, step, wanted)
    found = {
        "id": str(done.id),
        "number": done.number,
        "type": wanted["type"],
        "change": wanted.get("change") or "issue",
    }
    run.put(context={**run.case.context, "certificates": [*run.case.context.get("certificates", []), found]})
    return {"certificate": found["id"], "number": found["number"], "type": wanted["type"]}


def _perform(run: Run, step: Step, wanted: dict[str, Any]) -> Any:
    from citybrain.hub.certificates import api as certificates

    run.rows.read(fields=PERSONAL)  # read already when the act is one that certifies
    case = run.case
    today, how, previous = clock.local(run.at).date(), wanted.get("change") or "issue", wanted.get("previous")
    items = _items(wanted.get("data") or {}, case.data)
    if previous and how == "cancel":
        return certificates.cancel(UUID(str(previous)), by=step.by, reason=_reason(run), case_id=run.case.pk)
    if previous and how in ("update", "extend"):
        return certificates.change(
            UUID(str(previous)), by=step.by, data=items, reason=_reason(run), case_id=run.case.pk,
            renew=how == "extend", valid_to=_until(today, wanted) if how == "extend" else None,
        )  # fmt: skip
    return certificates.issue(
        type_key=wanted["type"], holder=_holder(run, case, wanted), issuer_org=run.case.organisation, data=items,
        case_id=run.case.pk, by=step.by, valid_from=today, valid_to=_until(today, wanted), demo=run.case.demo,
        matter=run.case.matter,
    )  # fmt: skip


def _reason(run: Run) -> str:
    return str((run.case.matter_name or {}).get("zh") or run.case.case_no or "")[:200]


def _holder(run: Run, case: Case, wanted: dict[str, Any]) -> Any:
    from citybrain.hub.identity.api import Subject

    firm = run.case.subject_kind == "legal_person"
    return Subject(
        kind=run.case.subject_kind, id=run.case.subject_id, name=case.subject_name,  # type: ignore[arg-type]
        id_type=str(wanted.get("id_type") or run.case.context.get("id_type") or ("001" if firm else "111")),
        id_number=case.subject_number, phone=case.subject_phone,
    )  # fmt: skip


def _items(mapping: dict[str, Any], form: dict[str, Any]) -> dict[str, Any]:
    """Certificate items: ``item: element`` copies from the form, ``item: {value: …}`` is fixed."""
    if not mapping:
        return dict(form)
    found = {}
    for item, source in mapping.items():
        found[item] = source.get("value") if isinstance(source, dict) else form.get(source, "")
    return found


def _until(start: date, wanted: dict[str, Any]) -> date | None:
    """The last valid day: the day before the same date some years or months later."""
    months = int(wanted.get("valid_years") or 0) * 12 + int(wanted.get("valid_months") or 0)
    if months:
        year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
        last_day = calendar.monthrange(year, month + 1)[1]
        return date(year, month + 1, min(start.day, last_day)) - timedelta(days=1)
    return start + timedelta(days=int(wanted["valid_days"]) - 1) if wanted.get("valid_days") else None
