"""Moving a running case to another version of its machine: explicit, audited, one case at a time."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.cases.data import CaseRecord, Refused
from citybrain.hub.cases.domain.machine import Machine
from citybrain.hub.cases.models import Case, Clock, MachineVersion, Transition
from citybrain.hub.cases.queries.access import row_for
from citybrain.hub.cases.queries.records import record
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor


@transaction.atomic
def migrate_case(
    case_id: UUID, *, version: int, by: Actor, reason: str, states: dict[str, str] | None = None
) -> CaseRecord:
    """Move a case to ``version`` of its type. ``states`` maps its present state when the new version lacks it.

    Needs ``cases.migrate`` for the case's unit. Refused when the state or a running clock has no counterpart.
    """
    case = row_for(by, case_id, lock=True)
    identity.require(
        by, "cases.migrate", organisation=case.organisation, matter=case.matter, obj=f"case:{case_id}"
    )
    row = MachineVersion.objects.filter(key=case.case_type, version=version).first()
    if row is None:
        raise Refused(_("There is no such version."), code="no_version")
    machine = Machine.model_validate(row.definition)
    target = (states or {}).get(case.state, case.state)
    if target not in machine.states or case.finished:
        raise Refused(_("The new version has no state for this case."), code="no_state")
    running = Clock.objects.filter(case=case).exclude(state="stopped").values_list("name", flat=True)
    if lost := [name for name in running if name not in machine.clocks]:
        raise Refused(
            _("The new version lacks a running clock: %(names)s.") % {"names": ", ".join(lost)},
            code="no_clock",
        )
    before = {"machine": str(case.machine_id), "state": case.state}
    _move(case, row, target, by, reason)
    audit.record(
        "cases.migrate", by=by, obj=f"case:{case.pk}", organisation=case.organisation, before=before,
        after={"machine": str(row.pk), "version": version, "state": target}, purpose=reason,
    )  # fmt: skip
    return record(case, machine)


def _move(case: Case, row: MachineVersion, target: str, by: Actor, reason: str) -> None:
    now = clock.now()
    if row.used_at is None:
        MachineVersion.objects.filter(pk=row.pk).update(used_at=now)
    Transition.objects.create(
        case=case, seq=case.revision + 1, at=now, action="migrate", name={"zh": "迁移流程版本", "en": "Moved to another version"},
        from_state=case.state, to_state=target, role="system", actor=by.as_dict(), account_id=by.account_id,
        organisation=by.organisation, comment=reason, data={}, effects=[], public=False,
    )  # fmt: skip
    case.machine_id, case.state, case.revision, case.updated_at = row.pk, target, case.revision + 1, now
    case.save(update_fields=["machine", "state", "revision", "updated_at"])
    case.tasks.filter(closed_at=None, branch="").update(state=target)
