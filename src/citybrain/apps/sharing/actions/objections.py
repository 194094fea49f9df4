"""Objections as cases: opened when somebody objects, settled in the data room when the case is decided."""

from typing import Any

from citybrain.apps.sharing.models import ObjectionCase
from citybrain.apps.sharing.queries.units import authority
from citybrain.hub.cases import api as cases
from citybrain.hub.cases.data import Transitioned
from citybrain.hub.data import api as data
from citybrain.hub.data.data import ObjectionRaised
from citybrain.hub.identity import api as identity
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor

CASE_TYPE = "data_objection"
ROBOT = Actor.system("sharing.objections")


def open_for(event: ObjectionRaised) -> ObjectionCase:
    """The case of an objection; repeated delivery of the event finds the first one."""
    resource = data.resource(event.resource)
    objection = data.objection(event.objection_id)
    by_person = event.raised_by == "subject"
    parties = {"provider": event.owner} | ({} if by_person else {"consumer": objection.organisation})
    record = cases.open_case(
        case_type=CASE_TYPE, by=ROBOT, subject=subject_of(objection) if by_person else None, organisation=authority(),
        title=resource.title.zh[:200], matter_name=resource.title.as_dict(), demo=resource.demo,
        channel="online" if by_person else "internal", idempotency_key=f"objection:{event.objection_id}",
        context={"by_person": by_person, "parties": parties},
        data={
            "objection_id": event.objection_id, "resource": event.resource, "item": event.item,
            "claimed": objection.claimed, "reason": objection.reason,
        },
    )  # fmt: skip
    row, _fresh = ObjectionCase.objects.get_or_create(
        objection_id=event.objection_id,
        defaults={
            "case_id": record.id, "case_no": record.case_no, "resource": event.resource, "item": event.item,
            "resource_title": resource.title.as_dict(), "provider": event.owner, "raised_by": event.raised_by,
            "consumer": "" if by_person else objection.organisation, "state": record.state,
            "state_name": record.state_name, "opened_at": clock.now(),
        },
    )  # fmt: skip
    return row


def subject_of(objection: Any) -> identity.Subject | None:
    """The person who objected, so that the case is theirs to follow."""
    person = objection.by.get("person_id")
    return identity.person_subject(person) if person else None


def stepped(row: ObjectionCase, event: Transitioned) -> None:
    """Registering, correcting and keeping are carried out in the data room."""
    if event.action == "register":
        data.register_objection(row.objection_id, by=ROBOT)
    elif event.action == "ask_review":
        data.review_objection(row.objection_id, reason=said(event, "ground"), by=ROBOT)
    elif event.action in ("keep", "uphold"):
        data.settle_objection(row.objection_id, corrected=False, answer=said(event, "reason"), by=ROBOT)
    elif event.action == "correct":
        data.correct_record(
            row.objection_id, value=corrected_value(row), answer=said(event, "evidence"), by=ROBOT
        )
    elif event.action == "dismiss":
        data.dismiss_objection(row.objection_id, answer=said(event, "reason"), by=ROBOT)


def corrected_value(row: ObjectionCase) -> str:
    """The value the source department gave; personal, so it stands in the history and not in the event."""
    lines = [line for line in cases.timeline(ROBOT, row.case_id) if line.action == "correct"]
    return str(lines[-1].data["new_value"])


def said(event: Transitioned, name: str) -> str:
    """What was said in a field of the act."""
    return str(event.details.get(name) or "")
