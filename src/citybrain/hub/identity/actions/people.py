"""Entering natural and legal persons. Refuses unsound identifiers; never makes a second record for one number."""

from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import blind_index
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.text import Text

from ..domain import identifiers
from ..models import LegalPerson, Person, Representation
from ..queries.people import person_row

LEVELS = [Person.Level.DECLARED, Person.Level.BASIC, Person.Level.VERIFIED]


def refuse_unsound(path: str, found: list[identifiers.IdProblem]) -> None:
    """Invalid with one problem per fault; warnings pass."""
    faults = [p for p in found if p.severity == "error"]
    if faults:
        raise Invalid([FieldProblem(path, p.code, Text(zh=p.zh, en=p.en).say()) for p in faults])


@transaction.atomic
def register_person(
    *,
    name: str,
    id_number: str,
    by: Actor,
    id_type: str = "111",
    phone: str = "",
    level: str = Person.Level.DECLARED,
    facts: dict[str, Any] | None = None,
    source: str = "",
    demo: bool = False,
) -> UUID:
    """The person with this number, made or refreshed.

    A lower level of assurance never overwrites a higher one, and must agree with it on the name (``name_differs``).
    """
    if not name.strip():
        raise Invalid([FieldProblem("name", "required", Text(zh="请填写姓名", en="Name is required").say())])
    if id_type == "111":
        refuse_unsound("id_number", identifiers.check_citizen_number(id_number, today=clock.today()))
    _one_at_a_time(id_number)
    row = person_row(id_number, id_type)
    if row is not None and LEVELS.index(row.level) > LEVELS.index(level):  # type: ignore[arg-type]
        if row.name != name.strip():
            message = _("This number is registered under another name. Check the document.")
            raise Invalid([FieldProblem("name", "name_differs", message)])
        return row.id
    made = row is None
    row = row or Person(id_type=id_type, id_number=id_number)
    row.name, row.level = name.strip(), level
    row.phone = phone or row.phone
    if demo or not row.demo:
        row.source = source or row.source  # a demo person stays one, however often it signs in
    row.confirmed_at, row.demo = clock.now(), demo or row.demo
    if facts:
        row.facts = {**(row.facts or {}), **facts}
    if id_type == "111":
        row.birth_date = identifiers.birth_date(id_number)
        row.sex = identifiers.sex(id_number)
    row.save()
    verb = "identity.register_person" if made else "identity.refresh_person"
    audit.record(verb, by=by, obj=f"person:{row.id}", after={"level": level, "source": source})
    return row.id


def _one_at_a_time(number: str) -> None:
    """Two first sign-ins of one person wait for each other instead of making two records."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 1))", [blind_index(number)])


@transaction.atomic
def register_legal_person(
    *,
    name: str,
    uscc: str,
    by: Actor,
    kind: str = "enterprise",
    division: str = "",
    address: str = "",
    phone: str = "",
    facts: dict[str, Any] | None = None,
    source: str = "",
    demo: bool = False,
) -> UUID:
    """The legal person with this code, made or refreshed."""
    refuse_unsound("uscc", identifiers.check_uscc(uscc))
    _one_at_a_time(uscc)
    row = LegalPerson.objects.filter(uscc=uscc).first()
    made = row is None
    row = row or LegalPerson(uscc=uscc)
    row.name, row.kind = name.strip(), kind
    row.division, row.address = division or row.division, address or row.address
    row.phone = phone or row.phone
    row.source, row.confirmed_at, row.demo = source or row.source, clock.now(), demo or row.demo
    if facts:
        row.facts = {**(row.facts or {}), **facts}
    row.save()
    verb = "identity.register_legal_person" if made else "identity.refresh_legal_person"
    audit.record(verb, by=by, obj=f"legal_person:{row.id}", after={"uscc": uscc, "source": source})
    return row.id


@transaction.atomic
def appoint_representative(
    *, legal_person: UUID, person: UUID, role: str, by: Actor, source: str = ""
) -> None:
    """Record who may act for a legal person (法定代表人 or 经办人)."""
    row, made = Representation.objects.get_or_create(
        legal_person_id=legal_person,
        person_id=person,
        role=role,
        defaults={"granted_by": by.account_id, "source": source},
    )
    if not made and row.until is not None:
        row.until, row.since, row.source = None, clock.now(), source
        row.save(update_fields=["until", "since", "source"])
    elif not made:
        return
    audit.record(
        "identity.appoint",
        by=by,
        obj=f"legal_person:{legal_person}",
        after={"person": str(person), "role": role},
    )


@transaction.atomic
def end_representation(*, legal_person: UUID, person: UUID, role: str, by: Actor) -> bool:
    """The right to act for a legal person ends now."""
    rows = Representation.objects.filter(legal_person=legal_person, person=person, role=role, until=None)
    ended = rows.update(until=clock.now())
    if ended:
        audit.record(
            "identity.dismiss",
            by=by,
            obj=f"legal_person:{legal_person}",
            before={"person": str(person), "role": role},
        )
    return bool(ended)


@transaction.atomic
def appoint_handler(*, legal_person: UUID, agent_name: str, agent_number: str, by: Actor) -> None:
    """A legal representative lets a registered person handle the firm's affairs (经办人)."""
    own = Representation.objects.filter(
        Q(until=None) | Q(until__gt=clock.now()),
        legal_person=legal_person,
        person=by.person_id,
        role=Representation.Role.LEGAL_REPRESENTATIVE,
    )
    if by.person_id is None or not own.exists():
        raise NotFound(code="legal_person_unknown")
    person = person_row(agent_number.strip())
    if person is None or person.name != agent_name.strip():
        message = _("No registered person has this name and number.")
        raise Invalid([FieldProblem("agent_number", "agent_unknown", message)])
    appoint_representative(
        legal_person=legal_person,
        person=person.id,
        role=Representation.Role.HANDLER,
        by=by,
        source="appointed",
    )


def dismiss_handler(*, legal_person: UUID, person: UUID, by: Actor) -> bool:
    """A legal representative dismisses a handler, or a handler gives it up."""
    chiefs = Representation.objects.filter(
        Q(until=None) | Q(until__gt=clock.now()),
        legal_person=legal_person,
        person=by.person_id,
        role=Representation.Role.LEGAL_REPRESENTATIVE,
    )
    if by.person_id is None or (by.person_id != person and not chiefs.exists()):
        raise NotFound(code="legal_person_unknown")
    role = Representation.Role.HANDLER
    return end_representation(legal_person=legal_person, person=person, role=role, by=by)
