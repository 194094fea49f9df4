"""Changing a collection that is in use: a draft beside it goes through the wizard again while the collection goes on as it
is; when the draft is finished it becomes the next version. A run keeps the version it began under.
"""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.models import Collection, CollectionVersion
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

OPEN_STEP = 6  # all steps of the wizard may be taken again
ONE_THING_KINDS = ("folder", "sftp")  # what was taken is remembered by file name, whatever the pattern


@transaction.atomic
def revise_collection(collection: Collection, *, by: Actor) -> Collection:
    """The draft in which the collection is being changed; the open one when there is one. Conflict for a draft."""
    row = Collection.objects.select_for_update().select_related("source").get(pk=collection.pk)
    if row.state == "draft":
        raise Conflict(_("This collection is a draft still."), code="state")
    known = Collection.objects.filter(revises=row).first()
    if known is not None:
        return known
    made = Collection.objects.create(
        **settled_of(row), revises=row, source=row.source, organisation=row.organisation, sample=row.sample,
        sample_name=row.sample_name, step=OPEN_STEP, by=by.as_dict(), created_at=clock.now(),
    )  # fmt: skip
    audit.record("data.revise_collection", by=by, obj=f"collection:{row.pk}", organisation=row.organisation)
    return made


@transaction.atomic
def discard_revision(draft: Collection, *, by: Actor) -> Collection:
    """Forget a change that was not finished; the collection it was of. Conflict when it is no such draft."""
    if draft.revises is None:
        raise Conflict(_("This is no change of a collection."), code="state")
    row = draft.revises
    draft.delete()
    audit.record("data.discard_revision", by=by, obj=f"collection:{row.pk}", organisation=row.organisation)
    return row


def settled_of(row: Collection) -> dict[str, Any]:
    """What a person settled about a collection."""
    return {name: getattr(row, name) for name in Collection.SETTLED}


def taken_over(row: Collection, draft: Collection) -> list[str]:
    """Bring what a draft settled into the (locked) collection; names of what changed. Invalid: what may not be changed."""
    values = settled_of(draft)
    changed = [name for name in Collection.SETTLED if getattr(row, name) != values[name]]
    if "resource" in changed:
        message = _("A change keeps the dataset; for another one make a new collection.")
        raise Invalid([FieldProblem("mapping", "resource", message)])
    elsewhere = "thing" in changed and row.source.kind not in ONE_THING_KINDS
    if "follow" in changed and not elsewhere and "append" in (row.mode, values["mode"]):
        message = _(
            "Rows that were added would come again; for another followed column make a new collection."
        )
        raise Invalid([FieldProblem("follow", "follow", message)])
    if elsewhere or "follow" in changed:
        row.position = {}
    for name in changed:
        setattr(row, name, values[name])
    return changed


def keep_version(row: Collection, changed: Sequence[str], *, by: Actor, reason: str = "") -> None:
    """The next version of a (locked) collection; the caller saves the row."""
    row.version += 1
    CollectionVersion.objects.create(
        collection=row, number=row.version, settled=settled_of(row), changed=list(changed), reason=reason.strip()[:200],
        by=by.as_dict(), at=clock.now(),
    )  # fmt: skip


def keep_first_version(row: Collection) -> None:
    """A version of what a collection was before versions were kept; its runs began under it."""
    if row.version == 0:
        keep_version(row, [], by=Actor.from_dict(row.by))
        row.runs.filter(version=0).update(version=row.version)
