"""Guarded reads of persons and legal persons. Another person's record is NotFound, not 'forbidden'."""

from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Q

from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound
from citybrain.kernel.masking import mask_id_number, mask_name, mask_phone

from ..data import LegalPersonRecord, PersonRecord, Prefill, Subject
from ..models import Delegation, LegalPerson, Person, Representation
from ..permissions import PERSONS
from .rights import may


def live_representations(person_id: UUID | None) -> Any:
    """Representations of legal persons that hold now."""
    return Representation.objects.filter(Q(until=None) | Q(until__gt=clock.now()), person=person_id)


def live_delegations(*, agent: UUID | None = None, principal: UUID | None = None) -> Any:
    """Delegations that hold now, by agent or by principal."""
    rows = Delegation.objects.filter(revoked_at=None, expires_at__gt=clock.now())
    rows = rows.filter(agent=agent) if agent else rows
    return rows.filter(principal=principal) if principal else rows


def person(actor: Actor, person_id: UUID, *, purpose: str = "") -> PersonRecord:
    """A person: oneself in full; others for officials with ``identity.persons``, masked unless a purpose is given.

    Unmasking writes an audit row. Citizens reach themselves and the principal they act for, nobody else.
    """
    own = actor.kind == "system" or (person_id and person_id in {actor.person_id, actor.subject_id})
    if not own and not may(actor, PERSONS):
        raise NotFound(code="person_unknown")
    row = Person.objects.filter(pk=person_id).first()
    if row is None:
        raise NotFound(code="person_unknown")
    full = bool(own or purpose)
    if purpose and not own:
        audit.record("identity.unmask", by=actor, obj=f"person:{person_id}", purpose=purpose)
    return _person_record(row, full)


def _person_record(row: Person, full: bool) -> PersonRecord:
    return PersonRecord(
        id=row.id,
        name=row.name if full else mask_name(row.name),
        id_type=row.id_type,
        id_number=row.id_number if full else mask_id_number(row.id_number),
        phone=row.phone if full else mask_phone(row.phone),
        sex=row.sex,
        birth_date=row.birth_date if full else None,
        level=row.level,
        demo=row.demo,
        masked=not full,
    )


def legal_person(actor: Actor, legal_person_id: UUID, *, purpose: str = "") -> LegalPersonRecord:
    """A legal person: its representatives in full, officials with ``identity.persons`` masked unless a purpose."""
    own = (
        actor.kind == "system"
        or live_representations(actor.person_id).filter(legal_person=legal_person_id).exists()
    )
    if not own and not may(actor, PERSONS):
        raise NotFound(code="legal_person_unknown")
    row = LegalPerson.objects.filter(pk=legal_person_id).first()
    if row is None:
        raise NotFound(code="legal_person_unknown")
    full = bool(own or purpose)
    if purpose and not own:
        audit.record("identity.unmask", by=actor, obj=f"legal_person:{legal_person_id}", purpose=purpose)
    name = representative_name(row.id)
    return LegalPersonRecord(
        id=row.id,
        name=row.name,
        uscc=row.uscc,
        kind=row.kind,
        division=row.division,
        address=row.address,
        representative=name if full else mask_name(name),
        phone=row.phone if full else mask_phone(row.phone),
        demo=row.demo,
        masked=not full,
    )


def representative_name(legal_person_id: UUID) -> str:
    """Name of the legal representative, empty when none is recorded."""
    found = _representative(legal_person_id)
    return found.name if found else ""


def _representative_facts(legal_person_id: UUID) -> dict[str, str]:
    found = _representative(legal_person_id)
    if found is None:
        return {}
    return {"legal_representative": found.name, "legal_representative_id": found.id_number}


def _representative(legal_person_id: UUID) -> Person | None:
    row = (
        Representation.objects.filter(
            Q(until=None) | Q(until__gt=clock.now()),
            legal_person=legal_person_id,
            role=Representation.Role.LEGAL_REPRESENTATIVE,
        )
        .select_related("person")
        .first()
    )
    return row.person if row else None


def subject_of(actor: Actor) -> Subject:
    """Whom the actor acts for, in full (the actor is that person or proven to represent it)."""
    if actor.subject_id is None:
        raise NotFound(code="subject_unknown")
    if actor.authority.startswith("legal_person:"):
        return legal_person_subject(actor.subject_id)
    return person_subject(actor.subject_id)


def person_subject(person_id: UUID) -> Subject:
    """A natural person as the subject of a case. For code that already proved the right; not for views."""
    return _person_subject(Person.objects.filter(pk=person_id).first())


def _person_subject(row: Person | None) -> Subject:
    if row is None:
        raise NotFound(code="person_unknown")
    return Subject("person", row.id, row.name, row.id_type, row.id_number, row.phone)


def legal_person_subject(legal_person_id: UUID) -> Subject:
    """A legal person as the subject of a case. For code that already proved the right; not for views."""
    return _legal_person_subject(LegalPerson.objects.filter(pk=legal_person_id).first())


def _legal_person_subject(row: LegalPerson | None) -> Subject:
    if row is None:
        raise NotFound(code="legal_person_unknown")
    return Subject("legal_person", row.id, row.name, "uscc", row.uscc, row.phone)


def person_row(id_number: str, id_type: str = "111") -> Person | None:
    """The stored person with this number, through the blind index. For this room's own actions."""
    return Person.objects.filter(id_type=id_type, id_number_index=id_number).first()


def person_by_number(id_number: str, id_type: str = "111") -> Subject | None:
    """The person with this full number as a subject. For code that already proved the right; not for views."""
    row = person_row(id_number, id_type)
    return person_subject(row.id) if row else None


def legal_person_by_uscc(uscc: str) -> Subject | None:
    """The legal person with this code as a subject. For code that already proved the right; not for views."""
    found = LegalPerson.objects.filter(uscc=uscc).values_list("id", flat=True).first()
    return legal_person_subject(found) if found else None


def applicant_at_window(subject: Subject, *, agent_id: UUID | None = None) -> Actor:
    """Who was identified at a window, as the reader of the own facts for a form. Holds no permission.

    For code that has proved the identification. It is never signed in and never written down as who acts: that is
    the clerk. An agent of a natural person gets the delegated view (no earlier cases of the principal).
    """
    person_id = agent_id or (subject.id if subject.kind == "person" else None)
    authority = "own"
    if subject.kind == "legal_person":
        authority = f"legal_person:{subject.id}"
    elif agent_id and agent_id != subject.id:
        authority = "delegation:window"
    return Actor(
        kind="citizen", person_id=person_id, subject_id=subject.id, authority=authority, terminal="window",
        name=subject.name,
    )  # fmt: skip


def represents(person_id: UUID, legal_person_id: UUID) -> bool:
    """Whether the person is recorded as representative or handler of the firm and the record holds now."""
    return bool(live_representations(person_id).filter(legal_person=legal_person_id).exists())


REAL_NAME = {"zh": "实名认证", "en": "Real-name identity"}
LEGAL_REGISTER = {"zh": "法人库", "en": "Register of legal persons"}


def prefill(actor: Actor) -> dict[str, Prefill]:
    """Facts for forms by data-element key, each with its source: of the subject, and of the person acting.

    Keys of a person: name, id_type, id_number, phone, sex, birth_date and stored facts (address, ethnic …);
    of a legal person: company_name, uscc, legal_representative, company_address, company_phone, company_kind.
    A handler or agent appears as agent_name, agent_id_number, agent_phone.
    """
    if actor.subject_id is None:
        return {}
    return _facts(actor, _subject_row(actor))


def subject_with_facts(actor: Actor) -> tuple[Subject, dict[str, Prefill]]:
    """``subject_of`` and ``prefill`` in one reading."""
    if actor.subject_id is None:
        raise NotFound(code="subject_unknown")
    row = _subject_row(actor)
    firm = actor.authority.startswith("legal_person:")
    subject = _legal_person_subject(row) if firm else _person_subject(row)
    return subject, _facts(actor, row)


def _subject_row(actor: Actor) -> Any:
    model = LegalPerson if actor.authority.startswith("legal_person:") else Person
    return model.objects.filter(pk=actor.subject_id).first()


def _facts(actor: Actor, row: Any) -> dict[str, Prefill]:
    if actor.authority.startswith("legal_person:"):
        return _legal_person_facts(row) | _agent_facts(actor)
    return _person_facts(row) | (_agent_facts(actor) if actor.authority.startswith("delegation:") else {})


def _person_facts(row: Person | None) -> dict[str, Prefill]:
    if row is None:
        return {}
    values = {
        "name": row.name, "id_type": row.id_type, "id_number": row.id_number, "phone": row.phone,
        "sex": row.sex, "birth_date": _iso(row.birth_date), **(row.facts or {}),
    }  # fmt: skip
    return {k: Prefill(v, REAL_NAME, row.confirmed_at) for k, v in values.items() if v not in ("", None)}


def _legal_person_facts(row: LegalPerson | None) -> dict[str, Prefill]:
    if row is None:
        return {}
    values = {
        "company_name": row.name,
        "uscc": row.uscc,
        "company_address": row.address,
        "company_phone": row.phone,
        "company_kind": row.kind,
        **_representative_facts(row.id),
        **(row.facts or {}),
    }
    return {k: Prefill(v, LEGAL_REGISTER, row.confirmed_at) for k, v in values.items() if v not in ("", None)}


def _agent_facts(actor: Actor) -> dict[str, Prefill]:
    row = Person.objects.filter(pk=actor.person_id).first() if actor.person_id else None
    if row is None:
        return {}
    values = {"agent_name": row.name, "agent_id_number": row.id_number, "agent_phone": row.phone}
    return {k: Prefill(v, REAL_NAME, row.confirmed_at) for k, v in values.items() if v}


def _iso(value: date | None) -> str:
    return value.isoformat() if value else ""
