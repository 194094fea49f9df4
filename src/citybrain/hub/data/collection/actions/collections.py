"""Collections: draft, change step by step, activate, pause."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.actions.declare import declare_resource
from citybrain.hub.data.catalogue.actions.lineage import renew_lineage
from citybrain.hub.data.collection.actions.revisions import keep_first_version, keep_version, taken_over
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.cycle import Cycle, next_due
from citybrain.hub.data.models import Collection, Item, Resource, Source
from citybrain.kernel import audit, clock, workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

NAMED = 60  # characters of a column's name that the lineage keeps
CYCLE_WORDS = {
    "minutes": "live",
    "daily": "daily",
    "weekly": "weekly",
    "monthly": "monthly",
    "manual": "irregular",
}


@transaction.atomic
def draft_collection(
    *, title: str, source: Source, thing: str = "", sample: str = "", sample_name: str = "", by: Actor
) -> Collection:
    """A draft that the wizard fills."""
    made = Collection.objects.create(
        title=title, source=source, organisation=source.organisation, thing=thing, sample=sample,
        sample_name=sample_name, step=2, by=by.as_dict(), created_at=clock.now(), cycle=Cycle().as_dict(),
    )  # fmt: skip
    audit.record("data.draft_collection", by=by, obj=f"collection:{made.pk}", organisation=made.organisation)
    return made


@transaction.atomic
def save_step(collection: Collection, *, step: int, by: Actor, **values: Any) -> Collection:
    """Keep what a step of the wizard settled; ``step`` is the one that comes next. Conflict once it is active."""
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    if row.state != "draft":
        raise Conflict(_("This collection is in use; change it from its own page."), code="in_use")
    for name, value in values.items():
        setattr(row, name, value)
    row.step = max(row.step, step)
    row.save()
    audit.record(
        "data.save_collection",
        by=by,
        obj=f"collection:{row.pk}",
        organisation=row.organisation,
        after={"step": step},
    )
    return row


@transaction.atomic
def activate_collection(collection: Collection, *, by: Actor, reason: str = "") -> Collection:
    """Make or renew the resource, and let the collection run; a draft that changes a collection becomes its next version.

    Returns what runs. Invalid when something is not settled yet, or changed that may not be.
    """
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    mapping = [Mapped.from_dict(m) for m in row.mapping]
    refuse_unsettled(row, mapping)
    refuse_other_types(row, mapping)
    if row.revises_id:
        return change_collection(row, mapping, by=by, reason=reason)
    make_resource(row, mapping, by=by)
    keep_lineage(row, mapping)
    row.state, row.step = "active", 6
    row.next_at = due_after(row, clock.now())
    keep_version(row, [], by=by, reason=reason)
    row.save()
    audit.record("data.activate_collection", by=by, obj=f"collection:{row.pk}", organisation=row.organisation, after={"resource": row.resource, "mode": row.mode, "version": row.version})  # fmt: skip
    return row


def change_collection(draft: Collection, mapping: Sequence[Mapped], *, by: Actor, reason: str) -> Collection:
    """The collection a draft changes, as it is from now on; a paused one stays paused, runs that have begun go on as before."""
    row = Collection.objects.select_for_update(of=("self",)).select_related("source").get(pk=draft.revises_id)
    keep_first_version(row)
    changed = taken_over(row, draft)
    if changed:
        make_resource(row, mapping, by=by)
        keep_lineage(row, mapping)
        keep_version(row, changed, by=by, reason=reason)
    row.next_at = due_after(row, clock.now()) if row.state == "active" else None
    row.save()
    draft.delete()
    audit.record("data.change_collection", by=by, obj=f"collection:{row.pk}", organisation=row.organisation, after={"version": row.version, "changed": changed}, purpose=reason[:200])  # fmt: skip
    return row


def keep_lineage(row: Collection, mapping: Sequence[Mapped]) -> None:
    """Which column of the source each item comes from."""
    edges = [(m.item, f"source:{row.pk}", m.column[:NAMED]) for m in mapping]
    renew_lineage(row.resource, edges, made_by=f"collection:{row.pk}")


def refuse_other_types(row: Collection, mapping: Sequence[Mapped]) -> None:
    """Invalid when an item is mapped as another type than its dataset has: no row of it could come in."""
    known = dict(Item.objects.filter(resource=row.resource).values_list("name", "type"))
    for m in mapping:
        if known.get(m.item, m.type) != m.type:
            message = _("The item %(item)s has the type %(type)s in the dataset.")
            raise Invalid(
                [FieldProblem("mapping", "type", message % {"item": m.item, "type": known[m.item]})]
            )


def refuse_unsettled(row: Collection, mapping: Sequence[Mapped]) -> None:
    """Invalid names the first thing that is missing."""
    if row.state == "active":
        raise Conflict(_("This collection is active already."), code="active")
    if not mapping or not row.resource:
        raise Invalid([FieldProblem("mapping", "mapping", _("Map at least one column to an item."))])
    if row.mode == "upsert" and not any(m.is_key for m in mapping):
        raise Invalid(
            [
                FieldProblem(
                    "key", "key", _("Choose the key: newest rows replace older ones with the same key.")
                )
            ]
        )
    if row.mode == "replace" and row.follow:
        raise Invalid(
            [FieldProblem("mode", "mode", _("Reading only what is new cannot replace the whole table."))]
        )


def make_resource(row: Collection, mapping: Sequence[Mapped], *, by: Actor) -> None:
    """Declare the resource with its items; an existing one keeps its words and items and gets those it lacks."""
    known = Resource.objects.filter(pk=row.resource).prefetch_related("items").first()
    if known is not None and known.owner and known.owner != row.organisation:
        raise Invalid([FieldProblem("name", "taken", _("This name is taken by another unit."))])
    items = [] if known is None else [kept_item(item) for item in known.items.all()]
    there = {item["name"] for item in items}
    items += [new_item(m) for m in mapping if m.item not in there]
    keys = [m.item for m in mapping if m.is_key]
    values: dict[str, Any] = {}
    if known is None:
        values = {
            "owner": row.organisation, "layer": "raw", "cycle": CYCLE_WORDS[row.cycle.get("every", "manual")],
            "source_system": row.source.title[:80], "key_item": keys[0] if len(keys) == 1 else "",
        }  # fmt: skip
    title = (
        known.title
        if known is not None
        else {"zh": row.resource_title or row.title, "en": row.resource_title or row.title}
    )
    declare_resource(row.resource, title=title, items=items, by=by, **values)


def kept_item(item: Any) -> dict[str, Any]:
    """An item as it was declared."""
    names = ("name", "title", "type", "length", "is_key", "required", "code_table", "identifier", "grade", "personal", "sharing", "opening", "description")  # fmt: skip
    return {name: getattr(item, name) for name in names}


def new_item(m: Mapped) -> dict[str, Any]:
    """The item a mapping declares."""
    return {
        "name": m.item, "title": m.title or {"zh": m.column, "en": m.column}, "type": m.type, "length": m.length,
        "is_key": m.is_key, "required": m.required, "identifier": m.identifier, "grade": m.grade, "personal": m.personal,
    }  # fmt: skip


@transaction.atomic
def pause_collection(collection: Collection, *, by: Actor) -> None:
    """No more runs by the clock until it is resumed; a run that goes on is stopped on its own page."""
    Collection.objects.filter(pk=collection.pk, state="active").update(state="paused", next_at=None)
    audit.record(
        "data.pause_collection",
        by=by,
        obj=f"collection:{collection.pk}",
        organisation=collection.organisation,
    )


@transaction.atomic
def resume_collection(collection: Collection, *, by: Actor) -> None:
    """By the clock again, from now on."""
    row = Collection.objects.select_for_update().get(pk=collection.pk)
    if row.state != "paused":
        raise Conflict(_("Only a paused collection is resumed."), code="state")
    row.state, row.next_at = "active", due_after(row, clock.now())
    row.save(update_fields=["state", "next_at"])
    audit.record("data.resume_collection", by=by, obj=f"collection:{row.pk}", organisation=row.organisation)


def due_after(row: Collection, moment: datetime) -> datetime | None:
    """When the collection is due next."""
    return next_due(Cycle(**row.cycle), moment, is_office_day)


def is_office_day(day: date) -> bool:
    """Whether offices work; without the year's table Monday to Friday, because no legal limit hangs on a collection."""
    try:
        return workdays.is_workday(day)
    except workdays.MissingYear:
        return day.weekday() < 5
