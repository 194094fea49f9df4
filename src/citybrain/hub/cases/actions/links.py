"""Ties between cases: merged into, follows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.cases.models import Case, Link
from citybrain.hub.cases.queries.access import row_for
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid


def tie(case: Case, case_no: str, *, kind: str, at: datetime) -> dict[str, Any]:
    """Tie ``case`` to the case with a number, within the same organisation. Invalid when there is none."""
    target = Case.objects.filter(case_no=case_no, organisation=case.organisation).only("id").first()
    if target is None or target.pk == case.pk:
        raise Invalid([FieldProblem("case_no", "unknown_case", _("There is no such case in your unit."))])
    Link.objects.get_or_create(case=target, other=case, kind=kind, defaults={"at": at})
    return {"case_no": case_no, "kind": kind}


def follow(*, case_id: object, earlier_id: object, by: Actor) -> None:
    """Note that one case follows another (变更, 延续, 复核). The actor must be allowed to know both."""
    later, earlier = row_for(by, case_id), row_for(by, earlier_id)
    Link.objects.get_or_create(case=earlier, other=later, kind="follows", defaults={"at": clock.now()})
    audit.record("cases.follow", by=by, obj=f"case:{later.pk}", after={"earlier": str(earlier.pk)})
