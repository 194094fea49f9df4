"""Listing other portals: added after their address was judged, stopped and gone on with."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.apps.opendata.actions.fetch import NotFetched, resolved
from citybrain.apps.opendata.domain import addresses
from citybrain.apps.opendata.models import Portal
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound


@transaction.atomic
def add_portal(said: dict[str, str], *, by: Actor) -> Portal:
    """A portal to harvest from. Invalid names what is missing, or why the address may not be asked."""
    problems = faults(said)
    if problems:
        raise Invalid(problems)
    made = Portal.objects.create(
        name=said["name"][:120], address=said["address"], format=said["format"], made_at=clock.now()
    )
    audit.record("opendata.add_portal", by=by, obj=f"portal:{made.pk}", after={"address": made.address})
    return made


def faults(said: dict[str, str]) -> list[FieldProblem]:
    """What is wrong with a new portal."""
    found = []
    if not said["name"]:
        found.append(FieldProblem("name", "required", _("Give the portal a name.")))
    if said["format"] not in ("dcat", "ckan"):
        found.append(FieldProblem("format", "choice", _("Choose one of the list.")))
    if Portal.objects.filter(address=said["address"]).exists():
        found.append(FieldProblem("address", "taken", _("This portal is listed already.")))
    try:
        _scheme, host, port = addresses.parts(said["address"])
        resolved(host, port)
    except (ValueError, NotFetched, OSError) as error:
        why = _("This address cannot be harvested: %(why)s") % {"why": error}
        found.append(FieldProblem("address", "address", why))
    return found


@transaction.atomic
def toggle_portal(portal_id: UUID, *, by: Actor) -> Portal:
    """Stop harvesting it, or go on. NotFound."""
    found = Portal.objects.select_for_update().filter(pk=portal_id).first()
    if found is None:
        raise NotFound(_("There is no such portal."))
    found.active = not found.active
    found.save(update_fields=["active"])
    audit.record("opendata.toggle_portal", by=by, obj=f"portal:{found.pk}", after={"active": found.active})
    return found
