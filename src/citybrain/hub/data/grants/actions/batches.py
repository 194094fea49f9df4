"""Batches of more records than one answer takes: asked for, read by a job in parts, each part logged before it is kept.

A part that was released before a crash is read again without being counted or logged twice; one that is kept is not read
again.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.data import Caller, SharedRows, Wanted
from citybrain.hub.data.grants.domain.records import normal
from citybrain.hub.data.grants.domain.values import shown
from citybrain.hub.data.grants.queries.living import living_grant
from citybrain.hub.data.grants.queries.shared import MOST_RECORDS, MOST_ROWS, shared_read
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.models import ShareBatch, ShareBatchPart
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid, NotFound, TooMany
from citybrain.kernel.text import Text

MOST = 10_000
MOST_OPEN = 5
KEPT = timedelta(days=7)
MOST_PAGES = 100


@transaction.atomic
def ask_batch(grant: UUID, *, caller: Caller, purpose: str, resource: str, wanted: Wanted) -> ShareBatch:
    """A batch of up to 10,000 records, begun as a job. Errors as ``shared_read``; TooMany: five are open already."""
    found = living_grant(grant, caller=caller, purpose=purpose, way="batch", resource=resource)
    found.with_key()
    records = list(dict.fromkeys(wanted.records))
    if not 1 <= len(records) <= MOST or any(not r.strip() or len(r) > 100 or "\0" in r for r in records):
        raise Invalid([FieldProblem("records", "range", _("Name 1 to 10,000 records, each by its key."))])
    if ShareBatch.objects.filter(consumer=caller.consumer, state="queued").count() >= MOST_OPEN:
        raise TooMany(
            _("Five batches are open already."), code="batches", retry_after=60, todo=_("Fetch them first.")
        )
    made = ShareBatch.objects.create(
        grant=found.grant, resource=resource, consumer=caller.consumer, purpose=purpose, items=list(found.chosen(wanted.items)),
        records=json.dumps(records, ensure_ascii=False), count=len(records), adverse=wanted.adverse, made_at=clock.now(),
        caller={"application": caller.application, "key_id": str(caller.key_id or ""), "address": caller.address},
    )  # fmt: skip
    begin_job(
        "share_batch", by=Actor.system("sharing of data"), subject=f"share-batch:{made.pk}", organisation=caller.consumer,
        title=Text(zh=f"批量查询:{resource}", en=f"Batch of {resource}"), arguments={"batch": str(made.pk)},
    )  # fmt: skip
    return made


@job("share_batch", zh="批量查询", en="Batch of records")
def read_batch(run: Run) -> dict[str, Any]:
    """Every part that is not there yet. A refusal (grant ended, quota used up, no evidence) ends the batch with its code."""
    row = ShareBatch.objects.get(pk=run.arguments["batch"])
    records = json.loads(row.records)
    parts = [records[at : at + MOST_RECORDS] for at in range(0, len(records), MOST_RECORDS)]
    there = set(row.parts.values_list("number", flat=True))
    try:
        for number, part in enumerate(parts, 1):
            if number not in there:
                keep_part(row, number, part)
            run.step(done=min(number * MOST_RECORDS, len(records)), total=len(records))
    except CityError as error:
        ShareBatch.objects.filter(pk=row.pk).update(
            state="failed", error=error.code[:40], done_at=clock.now()
        )
        raise
    kept = list(row.parts.values_list("rows", "withheld"))
    rows, withheld = sum(n for n, _w in kept), sum(w for _n, w in kept)
    values = {"state": "done", "rows": rows, "withheld": withheld, "done_at": clock.now()}
    ShareBatch.objects.filter(pk=row.pk).update(**values)
    return {"rows": rows}


def keep_part(row: ShareBatch, number: int, records: Sequence[str]) -> None:
    """Read the records of a part page by page, and keep them as the answer will give them."""
    said = row.caller
    caller = Caller(
        row.consumer, said["application"], UUID(said["key_id"]) if said["key_id"] else None, said["address"]
    )
    by_record: dict[str, list[dict[str, Any]]] = {}
    after, rows, withheld = "", 0, 0
    for page_number in range(MOST_PAGES):
        wanted = Wanted(
            tuple(row.items), records=tuple(records), after=after, limit=MOST_ROWS, adverse=row.adverse
        )
        page = shared_read(
            row.grant_id, caller=caller, purpose=row.purpose, way="batch", wanted=wanted, resource=row.resource,
            chunk=f"batch:{row.pk}:{number}:{page_number}",
        )  # fmt: skip
        for record, told in zip(page.records, told_rows(page), strict=True):
            by_record.setdefault(record, []).append(told)
        rows, withheld, after = rows + len(page.rows), withheld + page.withheld, page.next
        if not after:
            break
    results = [{"record": r, "rows": by_record.get(normal(r), [])} for r in records]
    content = json.dumps({"results": results, "complete": not after}, ensure_ascii=False, default=shown)
    values = {"content": content, "rows": rows, "withheld": withheld}
    ShareBatchPart.objects.get_or_create(batch=row, number=number, defaults=values)


def told_rows(page: SharedRows) -> list[dict[str, Any]]:
    """Rows as objects; one under objection says so."""
    return [
        {**row, "_under_objection": True} if disputed else row
        for row, disputed in zip(page.dicts(), page.disputed, strict=True)
    ]


def batch_of(id: UUID, *, caller: Caller, grant: UUID, purpose: str) -> ShareBatch:
    """A batch of the caller while its grant is good; NotFound for another's, NotAllowed as ``living_grant``."""
    row = ShareBatch.objects.filter(pk=id, consumer=caller.consumer, grant_id=grant).first()
    if row is None:
        raise NotFound(_("There is no such batch."), code="no_batch")
    living_grant(grant, caller=caller, purpose=purpose, way="batch", resource=row.resource)
    return row


def sweep_batches() -> int:
    """Forget batches a week after they were asked for; what left stands in the access log."""
    return ShareBatch.objects.filter(made_at__lt=clock.now() - KEPT).delete()[0]
