"""May this actor perform this transition on this case? Role, scope, separation of duties; the system acts by timers."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _

from citybrain.hub.cases.data import Refused
from citybrain.hub.cases.domain.machine import Machine, Transition
from citybrain.hub.cases.models import Case
from citybrain.hub.cases.queries.access import is_applicant
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor


def role_of(actor: Actor, case: Case, machine: Machine, roles: Iterable[str]) -> str:
    """The case role in which the actor may act, "" when in none."""
    for role in roles:
        if role == "system":
            if actor.kind == "system":
                return role
        elif role == "applicant":
            if is_applicant(actor, case):
                return role
        elif actor.kind == "official" and actor.may(machine.permission(role)):
            permission = machine.permission(role)
            unit = (
                machine.unit(role, case.organisation, case.context) if machine.parties else case.organisation
            )
            if identity.may(actor, permission, organisation=unit, matter=case.matter):
                return role
    return ""


def check_separation(actor: Actor, transition: Transition, done: list[tuple[str, object]]) -> None:
    """Refused when the actor did one of the separated actions on this case (or on the bundle's common receipt)."""
    if not transition.separate_from or actor.account_id is None:
        return
    if any(action in transition.separate_from and who == actor.account_id for action, who in done):
        raise Refused(
            _("You handled an earlier step of this case, so somebody else has to do this one."),
            code="separation_of_duties", status=403, safe=_("Nothing was changed."),
            todo=_("Hand the case to a colleague."),
        )  # fmt: skip


def history(known: CaseRows) -> list[tuple[str, object]]:
    """(action, account) of every act so far."""
    return [(row.action, row.account_id) for row in known.rows("history")]
