"""A real-name provider vouched for somebody: find or make the person and the account, follow who they may represent."""

from uuid import UUID

from django.db import transaction
from django.db.models import Q

from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Invalid

from ..domain import identifiers
from ..models import Account, LegalPerson, Person, Representation
from ..ports import RealNameClaims, RealNameRefused
from .people import appoint_representative, end_representation, register_legal_person, register_person

SOURCE = "realname"
SYSTEM = Actor.system("identity.real_name")


@transaction.atomic
def admit(claims: RealNameClaims) -> Account:
    """The citizen's account. One person, one account: found by the blind index of the number, never by name."""
    try:
        person_id = register_person(
            name=claims.name, id_number=claims.id_number, id_type=claims.id_type, phone=claims.phone,
            level=claims.level, source=SOURCE, by=SYSTEM,
        )  # fmt: skip
    except Invalid as error:
        raise RealNameRefused("incomplete") from error
    person = Person.objects.get(pk=person_id)
    if person.name != claims.name:  # a weaker check must not open the account of somebody better known
        raise RealNameRefused("mismatch")
    account = Account.objects.filter(kind=Account.Kind.CITIZEN, person=person_id).first()
    if account is None:
        account = Account(kind=Account.Kind.CITIZEN, username=f"citizen:{person_id}", person_id=person_id)
        account.set_unusable_password()
    elif not account.is_active:
        raise RealNameRefused("disabled")
    account.name = person.name
    account.save()
    _follow_representations(person_id, claims)
    return account


def _follow_representations(person_id: UUID, claims: RealNameClaims) -> None:
    told: set[tuple[UUID, str]] = set()
    for firm in claims.legal_persons:
        if not identifiers.is_sound(identifiers.check_uscc(firm.uscc)):
            continue
        known = LegalPerson.objects.filter(uscc=firm.uscc).values_list("id", flat=True).first()
        firm_id = known or register_legal_person(
            name=firm.name, uscc=firm.uscc, kind=firm.kind, source=SOURCE, by=SYSTEM
        )
        appoint_representative(
            legal_person=firm_id, person=person_id, role=firm.role, by=SYSTEM, source=SOURCE
        )
        told.add((firm_id, firm.role))
    live = Representation.objects.filter(
        Q(until=None) | Q(until__gt=clock.now()), person=person_id, source=SOURCE
    )
    for row in live:
        if (row.legal_person_id, row.role) not in told:
            end_representation(legal_person=row.legal_person_id, person=person_id, role=row.role, by=SYSTEM)
