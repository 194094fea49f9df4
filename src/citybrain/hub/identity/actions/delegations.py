"""代办: a citizen grants and revokes. Refuses granting on another's behalf, to oneself, or without an end."""

from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotAllowed, NotFound

from ..data import DelegationEnded, DelegationGranted
from ..models import Delegation
from ..queries.people import person_row

LONGEST = timedelta(days=366)


@transaction.atomic
def grant_delegation(
    *,
    by: Actor,
    agent_name: str,
    agent_number: str,
    expires_at: datetime,
    consent: str,
    matters: list[str] | None = None,
) -> UUID:
    """The signed-in citizen lets the named agent act for some matters (empty: all) until ``expires_at``.

    The agent must be registered and the name must match the number: a typing error must not open a door to a
    stranger, and neither half alone tells whether a person is registered. Consent is kept word for word.
    """
    if by.kind != "citizen" or by.authority != "own" or by.person_id is None:
        raise NotAllowed(_("Only the person concerned can appoint an agent."))
    problems = []
    agent = person_row(agent_number.strip())
    if agent is None or agent.name != agent_name.strip():
        problems.append(
            FieldProblem("agent_number", "agent_unknown", _("No registered person has this name and number."))
        )
    elif agent.id == by.person_id:
        problems.append(FieldProblem("agent_number", "agent_self", _("You cannot appoint yourself.")))
    now = clock.now()
    if not now < expires_at <= now + LONGEST:
        problems.append(
            FieldProblem("expires_at", "expiry", _("Choose a last day within one year from today."))
        )
    if not consent.strip():
        problems.append(FieldProblem("consent", "required", _("Please confirm the consent.")))
    if problems or agent is None:
        raise Invalid(problems)
    row = Delegation.objects.create(
        principal_id=by.person_id,
        agent=agent,
        matters=sorted(set(matters or [])),
        consent=consent.strip()[:2000],
        granted_at=now,
        expires_at=expires_at,
    )
    audit.record(
        "identity.delegate",
        by=by,
        obj=f"delegation:{row.id}",
        after={"agent": str(agent.id), "matters": row.matters, "expires_at": expires_at.isoformat()},
    )
    events.publish(
        DelegationGranted(
            delegation_id=row.id, principal_id=by.person_id, agent_id=agent.id, expires_at=expires_at
        ),
        aggregate=f"delegation:{row.id}",
        by=by,
    )
    return row.id


@transaction.atomic
def revoke_delegation(*, by: Actor, delegation_id: UUID) -> None:
    """The principal takes it back, or the agent gives it up. NotFound for anybody else."""
    row = Delegation.objects.select_for_update().filter(pk=delegation_id).first()
    if row is None or by.person_id is None or by.person_id not in {row.principal_id, row.agent_id}:
        raise NotFound(code="delegation_unknown")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        row.save(update_fields=["revoked_at"])
        audit.record("identity.revoke_delegation", by=by, obj=f"delegation:{row.id}")
        event = DelegationEnded(delegation_id=row.id, principal_id=row.principal_id, agent_id=row.agent_id)
        events.publish(event, aggregate=f"delegation:{row.id}", by=by)
