"""What cases hears: its own transitions, to send their notices once each after the act is committed; new holiday tables.

A notice without a template is logged, not lost silently: the worker shows it as a dead letter only for real faults.
"""

from __future__ import annotations

import logging
from typing import Any

from citybrain.hub.cases.actions.timers import reckon_case
from citybrain.hub.cases.data import Transitioned
from citybrain.hub.cases.models import Clock
from citybrain.hub.cases.quality import visit_of
from citybrain.hub.identity import api as identity
from citybrain.hub.messages import api as messages
from citybrain.hub.packs import api as packs
from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.events import Meta, subscriber

log = logging.getLogger("citybrain.cases.notices")
BY = Actor.system("cases.notices")


@subscriber(Transitioned, name="cases.send_notices")
def send_notices(event: Transitioned, meta: Meta) -> None:
    """Send every notice of a transition to the applicant or to the holders of a role."""
    for index, notice in enumerate(event.notices):
        for number, recipient in enumerate(_recipients(event, notice)):
            _send(event, notice["template"], recipient, key=f"{meta.id}:{index}:{number}")


@subscriber(workdays.YearLoaded, name="cases.reckon_clocks")
def reckon_clocks(event: workdays.YearLoaded, meta: Meta) -> None:
    """A year's holidays were published: clocks that waited for it get their due dates."""
    waiting = Clock.objects.filter(due_at=None).exclude(state="stopped").values_list("case_id", flat=True)
    for case_id in list(waiting.distinct()):
        reckon_case(case_id)


def _recipients(event: Transitioned, notice: dict[str, str]) -> list[Any]:
    if notice["to"] == "applicant":
        if event.subject_kind == "legal_person" and event.subject_id:
            return [messages.Recipient(legal_person_id=event.subject_id)]
        person = event.subject_id if event.subject_kind == "person" else event.person_id
        return [messages.Recipient(person_id=person)] if person else []
    accounts = identity.persons_holding(notice["role"], notice.get("organisation") or event.organisation)
    return [messages.Recipient(account_id=account) for account in accounts]


def _send(event: Transitioned, template: str, recipient: Any, *, key: str) -> None:
    context = {
        **event.details, "case_no": event.case_no, "matter_name": event.matter_name or event.action_name,
        "state": event.state_name, "action": event.action_name, "at": event.at.isoformat(),
        "due_at": event.due_at.isoformat() if event.due_at else "", "organisation": event.organisation,
    }  # fmt: skip
    try:
        messages.send(template=template, to=recipient, context=context, key=key, by=BY, case_id=event.case_id)
        packs.visit(visit_of(event.case_type, template))
    except NotFound:
        log.error("no notice template %r; case %s", template, event.case_id)
