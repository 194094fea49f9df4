"""Setting up an exchange, beginning it when its time has come, stopping it."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.exchange.files import FOLDER
from citybrain.hub.data.grants.exchange.work import WAYS
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.models import Exchange, Grant, Job
from citybrain.kernel import audit, clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import FieldProblem, Invalid, NotFound
from citybrain.kernel.text import Text

NEEDED = {
    "postgresql": ("host", "database", "user", "table"),
    "mysql": ("host", "database", "user", "table"),
    "folder": ("folder",),
    "sftp": ("host", "user", "folder", "host_key"),
}
ALLOWED = {"host", "port", "database", "user", "schema", "table", "folder", "host_key", "format"}
WORD = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{0,59}$")
HOST = re.compile(r"^[A-Za-z0-9.:_-]{1,200}$")
REMOTE_FOLDER = re.compile(r"^[A-Za-z0-9_./-]{1,200}$")


@transaction.atomic
def set_up_exchange(
    *,
    grant_id: UUID,
    kind: str,
    target: Mapping[str, Any],
    secret: str = "",
    every_hours: int = 24,
    by: Actor,
) -> Exchange:
    """An exchange of a grant that allows this way; it begins at once. Invalid names what is missing or malformed."""
    grant = Grant.objects.filter(pk=grant_id).first()
    if grant is None:
        raise NotFound(_("There is no such grant."), code="no_grant")
    problems = problems_of(grant, kind, target, every_hours)
    if problems:
        raise Invalid(problems)
    made = Exchange.objects.create(
        grant=grant, kind=kind, target=dict(target), secret=secret, every_hours=every_hours, next_at=clock.now(),
        made_at=clock.now(), by=by.as_dict(),
    )  # fmt: skip
    audit.record(
        "data.set_up_exchange", by=by, obj=f"exchange:{made.pk}", organisation=grant.consumer,
        after={"grant": str(grant.pk), "kind": kind, "target": dict(target)},
    )  # fmt: skip
    return made


def problems_of(grant: Grant, kind: str, target: Mapping[str, Any], every_hours: int) -> list[FieldProblem]:
    """What is wrong with it."""
    if kind not in WAYS or WAYS[kind] not in grant.ways:
        return [FieldProblem("kind", "way", _("The grant does not allow this way of sharing."))]
    found = [FieldProblem(n, "required", _("This is needed.")) for n in NEEDED[kind] if not target.get(n)]
    if not 1 <= every_hours <= 24 * 31:
        found.append(FieldProblem("every_hours", "range", _("Between one hour and 31 days.")))
    wrong = [name for name in target if not sound(kind, name, str(target[name] or ""))]
    return found + [FieldProblem(name, "shape", _("This is not a name we can use.")) for name in wrong]


def sound(kind: str, name: str, value: str) -> bool:
    """Whether a value of the target has the shape its name asks for."""
    if name not in ALLOWED:
        return False
    if not value:
        return True
    if name in ("table", "schema"):
        return bool(WORD.match(value))
    if name == "folder":
        return bool((REMOTE_FOLDER if kind == "sftp" else FOLDER).match(value)) and ".." not in value
    if name == "port":
        return value.isdecimal() and 0 < int(value[:6]) < 65536
    if name == "format":
        return value in ("csv", "parquet")
    return bool(HOST.match(value)) if name == "host" else len(value) <= 1000 and value.isprintable()


def begin_due_exchanges(*, by: Actor) -> int:
    """Exchanges whose time has come become jobs; one that still runs is not begun again. How many began."""
    now, begun = clock.now(), 0
    due = Exchange.objects.filter(state="on", next_at__lte=now, grant__state="active")
    for id in list(due.values_list("pk", flat=True)[:50]):
        with transaction.atomic():
            row = Exchange.objects.select_for_update(of=("self",)).select_related("grant").get(pk=id)
            if row.next_at is None or row.next_at > now:
                continue
            begin_exchange(row, by=by)
            row.next_at = now + timedelta(hours=row.every_hours)
            row.save(update_fields=["next_at"])
            begun += 1
    return begun


def begin_exchange(row: Exchange, *, by: Actor) -> Job:
    """Its job, or the one that is open already."""
    title = Text(zh=f"数据交换:{row.grant.resource_id}", en=f"Exchange of {row.grant.resource_id}")
    return begin_job(
        "exchange", by=by, subject=f"exchange:{row.pk}", title=title, organisation=row.grant.consumer, alone=True,
        arguments={"exchange": str(row.pk), "run": clock.now().strftime("%Y%m%dT%H%M%S")},
    )  # fmt: skip


@transaction.atomic
def stop_exchange(id: UUID, *, by: Actor) -> None:
    """No further run; what runs now ends its piece."""
    row = Exchange.objects.select_for_update(of=("self",)).select_related("grant").filter(pk=id).first()
    if row is None:
        raise NotFound(_("There is no such exchange."), code="no_exchange")
    row.state = "off"
    row.save(update_fields=["state"])
    audit.record("data.stop_exchange", by=by, obj=f"exchange:{id}", organisation=row.grant.consumer)
