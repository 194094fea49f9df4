"""Identify the person or firm at a window; they become the subject of what the clerk receives.

Refuses a number with a wrong check character by the name of the fault. Every identification is audited by identity.
"""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid


def looks_like_person(number: str) -> bool:
    """A citizen number has digits up to its 17th place; a credit code begins with its registrar and has letters.

    A firm's code can be all digits too: then the one whose check character fits decides.
    """
    if not number[:17].isdecimal():
        return False
    return not identity.check_citizen_number(number) or bool(identity.check_uscc(number))


@transaction.atomic
def identify(*, number: str, name: str, phone: str, by: Actor) -> identity.Subject:
    """The subject for a citizen number (18 digits) or a unified social credit code; made when new.

    Raises Invalid with the field's problem.
    """
    number, name = number.strip().upper(), name.strip()
    if not name:
        raise Invalid([FieldProblem("name", "required", _("Enter the name as on the document."))])
    if looks_like_person(number):
        person = identity.register_person(name=name, id_number=number, phone=phone, by=by, source="window")
        return identity.person_subject(person)
    firm = identity.legal_person_by_uscc(number)
    if firm is not None:
        return identity.legal_person_subject(firm.id)
    return identity.legal_person_subject(
        identity.register_legal_person(name=name, uscc=number, phone=phone, by=by, source="window")
    )


def subject(subject_id: str, *, kind: str) -> identity.Subject:
    """The subject that was identified earlier in this session."""
    find = identity.legal_person_subject if kind == "legal_person" else identity.person_subject
    return find(UUID(subject_id))
