"""Identify who stands at a window; from then until the reception ends the clerk may look at that one applicant.

Refuses a number with a wrong check character by the name of the fault, a name that differs from the record, and an
agent who neither represents the firm nor shows a letter of authorisation. Every identification, every refused attempt
and every look is audited with its purpose. No search by name exists: without the document there is no way to a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.services.models import Reception
from citybrain.hub.identity import api as identity
from citybrain.kernel import audit, clock, ratelimit
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, NotAllowed, NotFound
from citybrain.kernel.masking import mask_id_number

LONGEST = timedelta(hours=2)
ATTEMPTS = (40, 600.0)
"""Identifications a clerk may try in ten minutes: more than any window serves, far fewer than guessing needs."""


@dataclass(frozen=True)
class Visitor:
    """Who is served now: the applicant, and the agent when somebody else stands at the window."""

    reception: Reception
    subject: identity.Subject
    agent: identity.Subject | None

    @property
    def id(self) -> UUID:
        return self.reception.id

    @property
    def name(self) -> str:
        return self.subject.name

    @property
    def number(self) -> str:
        """Masked: a firm's code is public."""
        firm = self.subject.kind == "legal_person"
        return self.subject.id_number if firm else mask_id_number(self.subject.id_number)

    @property
    def agent_name(self) -> str:
        return self.agent.name if self.agent else ""

    @property
    def applicant(self) -> Actor:
        """Whose own facts fill the form. Not somebody who acts: the clerk acts."""
        return identity.applicant_at_window(self.subject, agent_id=self.agent.id if self.agent else None)


def looks_like_person(number: str) -> bool:
    """A citizen number has digits up to its 17th place; a credit code begins with its registrar and has letters.

    A firm's code can be all digits too: then the one whose check character fits decides.
    """
    if not number[:17].isdecimal():
        return False
    return not identity.check_citizen_number(number) or bool(identity.check_uscc(number))


def begin(
    *,
    number: str,
    name: str,
    by: Actor,
    phone: str = "",
    agent_number: str = "",
    agent_name: str = "",
    agent_phone: str = "",
    document: str = "seen",
    authorised: bool = False,
    hall: str = "",
    window: str = "",
    ticket_id: UUID | None = None,
) -> Visitor:
    """Identify the applicant (and the agent) and begin the reception; an earlier one of this clerk ends.

    Raises Invalid with the fields' problems, TooMany after many attempts. A refused attempt is audited.
    """
    ratelimit.allow(f"services.identify:{by.account_id}", *ATTEMPTS)
    number, name = number.strip().upper(), name.strip()
    try:
        with transaction.atomic():
            subject = _subject(number, name, phone.strip(), by)
            agent = _agent(
                subject, agent_number.strip().upper(), agent_name.strip(), agent_phone.strip(), authorised, by
            )
            _end_all(by)
            row = Reception.objects.create(
                clerk_id=by.account_id, clerk_name=by.name[:80], organisation=by.organisation, hall=hall,
                window=window, ticket_id=ticket_id, subject_id=subject.id, subject_kind=subject.kind,
                agent_id=agent.id if agent else None, authorised=authorised, began_at=clock.now(),
                document=document if document in Reception.Document.values else Reception.Document.SEEN,
            )  # fmt: skip
            audit.record(
                "services.identify", by=by, obj=f"{subject.kind}:{subject.id}", purpose=f"reception:{row.id}",
                after={"document": row.document, "agent": agent.id if agent else None, "authorised": authorised},
            )  # fmt: skip
    except CityError as error:
        codes = [p.code for p in getattr(error, "problems", ())] or [error.code]
        audit.record(
            "services.identify_refused", by=by, after={"number": mask_id_number(number), "why": codes}
        )
        raise
    return Visitor(row, subject, agent)


def _subject(number: str, name: str, phone: str, by: Actor) -> identity.Subject:
    """The applicant with this number, made when new; the name must be the record's."""
    if not name:
        raise Invalid([FieldProblem("name", "required", _("Enter the name as on the document."))])
    if looks_like_person(number):
        return _person(number, name, phone, by, "")
    firm = identity.legal_person_by_uscc(number)
    if firm is None:
        return identity.legal_person_subject(_register_firm(number, name, phone, by))
    if firm.name != name:
        raise Invalid([FieldProblem("name", "name_differs", _differs())])
    return firm


def _register_firm(number: str, name: str, phone: str, by: Actor) -> UUID:
    try:
        return identity.register_legal_person(name=name, uscc=number, phone=phone, by=by, source="window")
    except Invalid as error:
        raise _at_fields(error, {"uscc": "number"}) from error


def _at_fields(error: Invalid, paths: dict[str, str]) -> Invalid:
    """The same problems at the fields of the window's form."""
    return Invalid([FieldProblem(paths.get(p.path, p.path), p.code, p.message) for p in error.problems])


def _person(number: str, name: str, phone: str, by: Actor, prefix: str) -> identity.Subject:
    known = identity.person_by_number(number)
    if known is not None:
        if known.name != name:
            raise Invalid([FieldProblem(f"{prefix}name", "name_differs", _differs())])
        return known
    try:
        made = identity.register_person(name=name, id_number=number, phone=phone, by=by, source="window")
    except Invalid as error:
        raise _at_fields(error, {"id_number": f"{prefix}number", "name": f"{prefix}name"}) from error
    return identity.person_subject(made)


def _differs() -> str:
    return _("This number is registered under another name. Check the document.")


def _agent(
    subject: identity.Subject, number: str, name: str, phone: str, authorised: bool, by: Actor
) -> identity.Subject | None:
    """Who stands at the window for a firm (always somebody) or for another person."""
    firm = subject.kind == "legal_person"
    if not number and not name:
        if firm:
            message = _("A firm sends somebody: enter the person at the window.")
            raise Invalid([FieldProblem("agent_number", "required", message)])
        return None
    if not name:
        raise Invalid([FieldProblem("agent_name", "required", _("Enter the name as on the document."))])
    agent = _person(number, name, phone, by, "agent_")
    if agent.id == subject.id:
        return None
    if not authorised and not (firm and identity.represents(agent.id, subject.id)):
        message = _(
            "This person is not recorded as acting for the applicant. A letter of authorisation is needed."
        )
        raise Invalid([FieldProblem("authorised", "not_authorised", message)])
    return agent


def visitor(reception_id: Any, *, by: Actor, case: Any = None, purpose: str = "") -> Visitor:
    """Whom this clerk serves now. With ``case``: only when it is a window case of exactly that applicant.

    Every call with a purpose is a look at the person and is audited. NotAllowed without a live identification.
    """
    row = live(reception_id, by=by)
    other = (
        row is not None and case is not None and (case.subject_id, "window") != (row.subject_id, case.channel)
    )
    if row is None or other:
        audit.record("services.look_refused", by=by, obj=f"case:{case.id}" if case else "", purpose=purpose)
        raise not_identified()
    found = _visitor_of(row)
    if purpose:
        audit.record(
            "services.look", by=by, obj=f"{row.subject_kind}:{row.subject_id}", purpose=purpose,
            after={"reception": row.id, **({"case": case.id} if case is not None else {})},
        )  # fmt: skip
    return found


def live(reception_id: Any, *, by: Actor) -> Reception | None:
    """The reception if it is this clerk's, in this unit, and not over."""
    try:
        key = UUID(str(reception_id))
    except ValueError:
        return None
    return Reception.objects.filter(
        pk=key, clerk_id=by.account_id, organisation=by.organisation, ended_at=None,
        began_at__gt=clock.now() - LONGEST,
    ).first()  # fmt: skip


def _visitor_of(row: Reception) -> Visitor:
    find = identity.legal_person_subject if row.subject_kind == "legal_person" else identity.person_subject
    try:
        return Visitor(
            row, find(row.subject_id), identity.person_subject(row.agent_id) if row.agent_id else None
        )
    except NotFound as error:
        raise not_identified() from error


def end(reception_id: Any, *, by: Actor) -> None:
    """The person leaves the window: nothing of theirs can be opened any more."""
    row = live(reception_id, by=by)
    if row is not None:
        _end_all(by)


@transaction.atomic
def _end_all(by: Actor) -> None:
    rows = Reception.objects.filter(clerk_id=by.account_id, ended_at=None)
    for row in rows.select_for_update():
        row.ended_at = clock.now()
        row.save(update_fields=["ended_at"])
        audit.record("services.end_reception", by=by, obj=f"{row.subject_kind}:{row.subject_id}",
                     purpose=f"reception:{row.id}")  # fmt: skip


def not_identified() -> NotAllowed:
    """The one answer for a person nobody has identified at this window."""
    return NotAllowed(
        _("Identify the person at the window first."), code="not_identified",
        safe=_("What was filled in is saved."), todo=_("Identify the applicant, then open the application again."),
    )  # fmt: skip
