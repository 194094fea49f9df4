"""Asking for scans: of a table, of some of its rules again, of what changed, of everything once a day."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import F, Q

from citybrain.hub.data.catalogue.queries.resources import resource_row
from citybrain.hub.data.jobs.actions import OPEN, begin_job
from citybrain.hub.data.models import Job, QualityProfile, Resource
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

SCAN, RECHECK = "quality_scan", "quality_recheck"
# A table is scanned when nothing came for so long, but at the latest so long after the first delivery.
QUIET, LATEST = timedelta(seconds=30), timedelta(minutes=10)
MOST_AT_ONCE = 20


def begin_scan(resource: str, *, mode: str = "whole", by: Actor) -> UUID:
    """Queue a scan of a table; one at a time. Conflict for a resource outside the lake. The job's id."""
    row = resource_row(resource)
    if row.kind != "lake":
        raise Conflict("only tables of the lake are scanned / 只检测湖表", code="not_lake")
    made = begin_job(
        SCAN, by=by, subject=resource, arguments={"mode": mode}, alone=True, organisation=row.owner,
        title=Text(zh=f"质量检测:{row.title['zh']}", en=f"Check quality: {row.title.get('en') or row.key}"),
    )  # fmt: skip
    return made.pk


def recheck(resource: str, rules: Sequence[str], by: Actor) -> UUID:
    """Queue a re-check of some rules of a table after a correction; the job's id. NotFound, Conflict as ``begin_scan``."""
    row = resource_row(resource)
    if row.kind != "lake":
        raise Conflict("only tables of the lake are scanned / 只检测湖表", code="not_lake")
    made = begin_job(
        RECHECK, by=by, subject=resource, arguments={"rules": sorted(set(rules))[:100]}, organisation=row.owner,
        title=Text(zh=f"质量复检:{row.title['zh']}", en=f"Re-check quality: {row.title.get('en') or row.key}"),
    )  # fmt: skip
    return made.pk


@transaction.atomic
def note_change(resource: str) -> None:
    """Rows came in: a scan is due when it has been quiet for a while."""
    now = clock.now()
    profile, _made = QualityProfile.objects.select_for_update().get_or_create(pk=resource)
    profile.due_since = profile.due_since or now
    profile.due_at = min(now + QUIET, profile.due_since + LATEST)
    profile.save(update_fields=["due_at", "due_since"])


def begin_due() -> int:
    """Queue scans of new deliveries that are due; how many. A table being scanned keeps its turn for afterwards."""
    busy = Job.objects.filter(kind=SCAN, state__in=OPEN).values("subject")
    due = QualityProfile.objects.filter(due_at__lte=clock.now()).exclude(resource__in=busy)
    count = 0
    for key in due.values_list("resource", flat=True)[:MOST_AT_ONCE]:
        with transaction.atomic():
            QualityProfile.objects.filter(pk=key).update(due_at=None, due_since=None)
            if Resource.objects.filter(pk=key, kind="lake", alive=True).exists():
                begin_scan(key, mode="incremental", by=Actor.system("data.quality"))
                count += 1
    return count


def begin_daily() -> int:
    """Queue the whole scan of every table that had none today; how many. What was withdrawn is counted again as well."""
    today = clock.today()
    busy = Job.objects.filter(kind=SCAN, state__in=OPEN).values("subject")
    tried = Job.objects.filter(kind=SCAN, created_at__gte=clock.now() - timedelta(hours=6), state="failed")
    done = QualityProfile.objects.filter(whole_on=today).values("resource")
    waiting = Resource.objects.filter(Q(kind="lake"), ~Q(pk__in=done), ~Q(pk__in=busy), alive=True)
    waiting = waiting.exclude(pk__in=tried.values("subject")).order_by(F("received_at").desc(nulls_last=True))
    keys = list(waiting.values_list("pk", flat=True)[:MOST_AT_ONCE])
    for key in keys:
        begin_scan(key, by=Actor.system("data.quality"))
    return len(keys)
