"""Publishing and withdrawing resources. Publishing is refused with everything that stands against it, at once."""

from django.db import connection, transaction

from citybrain.hub.data.catalogue.actions.classify import give_code
from citybrain.hub.data.catalogue.actions.editions import begin_edition, keep_edition
from citybrain.hub.data.catalogue.domain.checks import problems_of
from citybrain.hub.data.catalogue.domain.description import CatalogueProblem
from citybrain.hub.data.catalogue.queries.described import described
from citybrain.hub.data.catalogue.queries.known import known_of
from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.data import ResourcePublished, ResourceWithdrawn
from citybrain.hub.data.models import Edition, Resource
from citybrain.kernel import audit, clock, events
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

ONE_SOURCE_LOCK = 0x0C17_0018


def publish_problems(row: Resource, *, complete: bool = True) -> list[CatalogueProblem]:
    """Everything that stands against publishing a resource as it is described now."""
    body = described(row)
    return problems_of(body, known_of(row.pk, body), complete=complete)


def refuse_unlawful(row: Resource, *, complete: bool) -> None:
    """Invalid with all problems, when there are any. Two resources cannot pass as the one source at the same moment."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_SOURCE_LOCK])
    found = publish_problems(row, complete=complete)
    if found:
        raise Invalid([FieldProblem(p.path, p.code, p.message.say()) for p in found], code="not_publishable")


@transaction.atomic
def publish_resource(key: str, *, by: Actor, complete: bool = False) -> Resource:
    """Make a resource readable for those who may. Invalid with every problem at once (A18, A19, A22, grade matrix).

    ``complete`` asks for the whole core metadata too: so people and packs publish; tables that the product builds
    for itself are published by the rules alone. Publishing again is an announcement of the version in force.
    """
    row = Resource.objects.select_for_update().get(pk=resource_row(key).pk)
    begin_edition(row, by=by)
    refuse_unlawful(row, complete=complete)
    give_code(row)
    before = row.state
    row.state, row.published_at = "published", clock.now()
    row.save(update_fields=["state", "published_at"])
    if keep_edition(row, act="publish", by=by) is None:
        Edition.objects.filter(resource=row, number=row.version).update(state="published")
    event = ResourcePublished(resource=key, version=row.version)
    events.publish(event, aggregate=f"dataset:{key}", by=by)
    audit.record(
        "data.publish_resource", by=by, obj=f"dataset:{key}", before={"state": before},
        after={"state": "published", "version": row.version},
    )  # fmt: skip
    return row


@transaction.atomic
def withdraw_resource(key: str, *, reason: str, by: Actor) -> Resource:
    """Take a published resource back: nobody reads it any more, its users are told why. Conflict when it is not published."""
    row = Resource.objects.select_for_update().get(pk=resource_row(key).pk)
    if row.state != "published" or row.kind == "operational":
        raise Conflict(f"{key} is not published by people / 该资源不能撤回", code="not_published")
    if not reason.strip():
        raise Invalid([FieldProblem("reason", "required", "写明撤回理由 / say why it is withdrawn")])
    row.state = "withdrawn"
    row.save(update_fields=["state"])
    event = ResourceWithdrawn(resource=key, reason=reason.strip()[:300])
    events.publish(event, aggregate=f"dataset:{key}", by=by)
    audit.record(
        "data.withdraw_resource", by=by, obj=f"dataset:{key}", before={"state": "published"},
        after={"state": "withdrawn", "reason": reason.strip()[:300]},
    )  # fmt: skip
    return row
