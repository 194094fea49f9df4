"""Who may know of a case: the one rule behind every door, list, search and export.

A citizen sees the cases of the subject acted for. An official sees cases in the scope of ``cases.work`` or
``cases.read``, and cases in which a unit of that scope has or had a task (joint handling, another party). What a citizen began online and has
not submitted is the citizen's alone. Everybody else: not found.
"""

from __future__ import annotations

from django.db.models import Q
from django.utils.translation import gettext as _

from citybrain.hub.cases.models import Case, Task
from citybrain.hub.cases.queries import reading
from citybrain.hub.cases.queries.reading import CaseRows
from citybrain.hub.identity import api as identity
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import NotFound

READING = ("cases.work", "cases.read")
OWN_CHANNELS = ("online", "kiosk")  # used by people themselves; the other channels have a clerk in them


def visible(actor: Actor) -> Q:
    """The cases an actor may know of, as a filter on Case."""
    if actor.kind == "system":
        return Q()
    if actor.kind == "citizen" and actor.subject_id is not None:
        return Q(subject_id=actor.subject_id) & _delegated(actor)
    if actor.kind != "official":
        return Q(pk__in=[])
    clause = Q(pk__in=[])
    for permission in READING:
        if actor.may(permission):
            clause |= identity.scope_q(identity.scope(actor, permission), "organisation", "matter")
    return clause & (Q(submitted_at__isnull=False) | ~Q(channel__in=OWN_CHANNELS) | Q(person_id=None))


def unsent(case: Case) -> bool:
    """Whether this is a citizen's own draft: begun without a clerk and never submitted."""
    return case.submitted_at is None and case.channel in OWN_CHANNELS and case.person_id is not None


def _delegated(actor: Actor) -> Q:
    """An agent sees the delegated matters only."""
    if not actor.authority.startswith("delegation:"):
        return Q()
    return identity.scope_q(identity.scope(actor, "cases.apply"), "organisation", "matter")


def sees(actor: Actor, case: Case) -> bool:
    """Whether the actor may know of this case."""
    if actor.kind == "system":
        return True
    if actor.kind == "citizen":
        return is_applicant(actor, case)
    if actor.kind != "official" or unsent(case):
        return False
    for permission in READING:
        if actor.may(permission) and identity.may(
            actor, permission, organisation=case.organisation, matter=case.matter
        ):
            return True
    if not actor.may("cases.work"):
        return False
    clause = identity.scope_q(identity.scope(actor, "cases.work"), "organisation", "matter")
    others = ~Q(branch="") | ~Q(organisation=case.organisation)
    return Task.objects.filter(clause, others, case=case).exists()


def is_applicant(actor: Actor, case: Case) -> bool:
    """Whether the actor acts for the applicant: oneself, one's firm, or a principal within the delegation."""
    if actor.kind != "citizen" or actor.subject_id is None or actor.subject_id != case.subject_id:
        return False
    if actor.authority.startswith("delegation:"):
        return identity.scope(actor, "cases.apply").allows("", case.matter)
    return True


def no_such_case() -> NotFound:
    """The same answer for a case that is not there and one the actor may not know of."""
    return NotFound(
        _("There is no such case, or it is not yours to see."),
        todo=_("Check the number, or open it from your own list."),
    )


def row_for(actor: Actor, case_id: object, *, lock: bool = False, fields: tuple[str, ...] = ()) -> Case:
    """The case row if the actor may know of it; NotFound otherwise. ``fields`` are read beside the light ones."""
    found = reading.lock(case_id, fields=fields) if lock else reading.read(case_id, fields=fields)
    return _cleared(actor, found).case


def rows_for(
    actor: Actor, case_id: object, *, fields: tuple[str, ...] = (), parts: tuple[str, ...] = ()
) -> CaseRows:
    """The same with parts of the case, all in one statement."""
    return _cleared(actor, reading.read(case_id, fields=fields, parts=parts))


def _cleared(actor: Actor, found: CaseRows | None) -> CaseRows:
    if found is None or not sees(actor, found.case):
        raise no_such_case()
    return found
