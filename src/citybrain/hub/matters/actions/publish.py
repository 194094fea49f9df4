"""Publish, suspend and cancel a matter: an editor's acts, audited, with the publish checks in the way."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.identity import api as identity
from citybrain.hub.matters.actions.index import set_live
from citybrain.hub.matters.models import Matter
from citybrain.hub.matters.permissions import EDIT
from citybrain.hub.matters.queries.catalogue import check_publish
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid, NotFound


def _row(key: str, by: Actor) -> Matter:
    identity.require(by, EDIT, matter=key, obj=f"matter:{key}")
    row = Matter.objects.select_for_update().filter(key=key, hidden=False).first()
    if row is None:
        raise NotFound(_("There is no such matter."))
    return row


@transaction.atomic
def publish(key: str, *, by: Actor, version: int | None = None) -> None:
    """Put a version in force. Invalid carries every broken rule G01–G16 with its element."""
    row = _row(key, by)
    wanted = version or row.current
    found = check_publish(key, version=wanted)
    if found:
        raise Invalid([FieldProblem(r.path, r.rule, r.message) for r in found])  # type: ignore[arg-type]
    before = {"state": row.state, "version": row.current}
    row.state, row.state_reason, row.current = "active", "", wanted
    row.save(update_fields=["state", "state_reason", "current", "updated_at"])
    row.versions.filter(version=wanted).update(published_at=clock.now(), published_by=by.as_dict())
    set_live("matter", key, True)
    _record("matters.publish", row, by, before)


@transaction.atomic
def suspend(key: str, *, by: Actor, reason: str) -> None:
    """Take a matter out of use for a time; running cases go on. A reason is shown to the public."""
    _move(key, "suspended", by=by, reason=reason, action="matters.suspend")


@transaction.atomic
def cancel(key: str, *, by: Actor, reason: str) -> None:
    """End a matter for good; running cases go on."""
    _move(key, "cancelled", by=by, reason=reason, action="matters.cancel")


def _move(key: str, state: str, *, by: Actor, reason: str, action: str) -> None:
    row = _row(key, by)
    reason = reason.strip()
    if not reason:
        raise Invalid([FieldProblem("reason", "required", _("Say why; the public reads it."))])
    if row.state == "cancelled":
        raise Conflict(_("This matter has been cancelled."))
    before = {"state": row.state}
    row.state, row.state_reason = state, reason[:300]
    row.save(update_fields=["state", "state_reason", "updated_at"])
    set_live("matter", key, False)
    _record(action, row, by, before)


def _record(action: str, row: Matter, by: Actor, before: dict[str, Any]) -> None:
    after = {"state": row.state, "version": row.current, "reason": row.state_reason}
    audit.record(action, by=by, obj=f"matter:{row.key}", before=before, after=after)
