"""One run: progress, rejected rows masked, their download with an error column, the way back for corrected rows."""

from typing import Any
from uuid import UUID

from django.db import transaction
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from citybrain.hub.data.collection.actions.runs import bring_corrected
from citybrain.hub.data.collection.actions.uploads import store_upload
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.permissions import COLLECT
from citybrain.hub.data.collection.queries.owned import run_for
from citybrain.hub.data.collection.rejects import rejected
from citybrain.hub.data.collection.returning import Returned, returned
from citybrain.hub.data.collection.views import words
from citybrain.hub.data.jobs.kinds import kind
from citybrain.hub.data.models import CollectionRun
from citybrain.hub.data.views.asked import asked
from citybrain.kernel import audit
from citybrain.kernel.errors import NotFound
from citybrain.kernel.guard import guard
from citybrain.kernel.masking import mask

PAGE = 20
OPEN = ("queued", "running", "paused")


@guard(COLLECT)
def run(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Counts, state, reasons and a page of rejected rows."""
    row = run_for(request.actor, run_id)
    number = asked(request.GET, "page", 8)
    page = min(max(1, int(number)) if number.isdigit() else 1, max(1, -(-row.rejected // PAGE)))
    mapping = [Mapped.from_dict(m) for m in row.collection.mapping]
    shown = [cells(entry, mapping) for entry in rejected(row, offset=(page - 1) * PAGE, limit=PAGE)]
    reasons = sorted(((reason_of(key), count) for key, count in row.reasons.items()), key=lambda r: -r[1])[
        :12
    ]
    context = {
        "run": row, "job": row.job, "made": row.collection, "mapping": mapping, "rows": shown, "reasons": reasons,
        "page": {"number": page, "pages": -(-row.rejected // PAGE), "total": row.rejected}, "open": row.job.state in OPEN,
        "pausable": kind(row.job.kind).pausable, "corrections": row.corrections.select_related("job").order_by("began_at"),
        **words.common(),
    }  # fmt: skip
    return render(request, "data/collection/run.html", context)


def reason_of(key: str) -> str:
    """``column:code`` in words."""
    column, _sign, code = key.rpartition(":")
    return words.reason_line(column, code)


def cells(entry: dict[str, Any], mapping: list[Mapped]) -> dict[str, Any]:
    """A rejected row as a person sees it on a page: mapped columns only, personal ones masked, unreadable text not at all."""
    values = entry["values"]
    shown = [
        mask(m.personal, values.get(m.column)) if m.personal else (values.get(m.column) or "")[:80]
        for m in mapping
    ]
    return {
        "number": entry["n"], "why": "; ".join(words.reason_line(c, code) for c, code in entry["why"]),
        "cells": shown if values else ["" for _m in mapping],
    }  # fmt: skip


@guard(COLLECT)
@require_POST
def download_rejected(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Rejected rows in full, as the same kind of file with an error column. Audited."""
    row = run_for(request.actor, run_id)
    if not row.rejected:
        raise NotFound("this run has no rejected rows / 本次运行没有被拒绝的行")
    with transaction.atomic():
        audit.record(
            "data.download_rejected", by=request.actor, obj=f"run:{row.pk}", organisation=row.collection.organisation,
            after={"rows": row.rejected}, purpose="correct rejected rows",
        )  # fmt: skip
    return answer(row, returned(row, words.reason_line))


def answer(row: CollectionRun, made: Returned) -> StreamingHttpResponse:
    """The download; browsers neither sniff nor keep it."""
    found = StreamingHttpResponse(made.body, content_type=made.content_type)
    found["Content-Disposition"] = f'attachment; filename="rejected-{row.began_at:%Y%m%d-%H%M}.{made.suffix}"'
    found["X-Content-Type-Options"], found["Cache-Control"] = "nosniff", "no-store"
    return found


@guard(COLLECT)
@require_POST
def upload_corrected(request: HttpRequest, run_id: UUID) -> HttpResponse:
    """Corrected rows come back with a run of their own."""
    row = run_for(request.actor, run_id)
    file, name = store_upload(request.FILES.get("file"))
    made = bring_corrected(row, file=file, file_name=name, by=request.actor)
    return redirect("data:collection_run", made.pk)
