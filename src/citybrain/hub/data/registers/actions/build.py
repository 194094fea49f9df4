"""Building the layers: models one after the other as one job, each run on record; a refused one stops what reads it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.models import Job, LakeModel, ModelRun
from citybrain.hub.data.registers.actions import codes, compute
from citybrain.hub.data.registers.actions.compute import Window
from citybrain.hub.data.registers.actions.put import put
from citybrain.hub.data.registers.domain.order import downstream, upstream_of
from citybrain.hub.data.registers.queries.models import build_order, model_row, read_until, upstream_map
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.errors import CityError, FieldProblem, Invalid
from citybrain.kernel.text import Text

KIND = "registers.build"
# A delivery is stamped before it is committed; reading a little again loses none, and the key makes it harmless.
OVERLAP = timedelta(hours=1)


def begin_build(
    keys: Sequence[str] = (),
    *,
    by: Actor,
    since: datetime | None = None,
    until: datetime | None = None,
    whole: bool = False,
    with_upstream: bool = False,
) -> Job:
    """Queue a build of the named models and what reads them (all when none named). NotFound: an unknown model.

    ``since`` (and ``until``): incremental models compute again what came after that moment (and not after the other one):
    a backfill. ``whole``: from nothing. Invalid when the range ends before it begins. ``with_upstream``: the models they read are built too.
    """
    for key in keys:
        model_row(key)
    if until and (since is None or until <= since):
        raise Invalid([FieldProblem("until", "range", _("The last day lies before the first."))])
    arguments = {
        "keys": list(keys), "since": since.isoformat() if since else "", "until": until.isoformat() if until else "",
        "whole": whole, "with_upstream": with_upstream,
    }  # fmt: skip
    subject = ",".join(keys)[:160] or "all"
    return begin_job(
        KIND,
        by=by,
        subject=subject,
        arguments=arguments,
        title=Text(zh="加工数据分层", en="Build the layers"),
    )


def wanted(arguments: dict[str, Any]) -> list[str]:
    """The models of a build in their order."""
    order, upstream = build_order(), upstream_map()
    keys = arguments.get("keys") or order
    chosen = set(keys).union(*(downstream(upstream, key) for key in keys))
    if arguments.get("with_upstream"):
        chosen |= upstream_of(upstream, list(keys))
    return [key for key in order if key in chosen]


def run_build(run: Any) -> dict[str, Any]:
    """The work of the job: every wanted model that is not behind a refused one; goes on at the first unfinished."""
    keys = wanted(run.arguments)
    codes.bring(codes_of(keys), by=run.by)
    finished: list[str] = list(run.checkpoint.get("finished", []))
    refused: list[str] = list(run.checkpoint.get("refused", []))
    for key in keys:
        if key in finished:
            continue
        state = build_one(key, run, behind(key, refused))
        finished.append(key)
        refused += [key] if state in ("refused", "failed", "skipped") else []
        run.step(
            done=len(finished), total=len(keys), finished=finished, refused=refused, note=said(key, state)
        )
    return {"built": len(finished) - len(refused), "refused": refused}


def codes_of(keys: Sequence[str]) -> set[str]:
    """Code tables that these models or their tests read: there before the first model looks, whatever job runs first."""
    found: set[str] = set()
    for upstream, tests in LakeModel.objects.filter(pk__in=keys).values_list("upstream", "tests"):
        found |= {*upstream, *(test.get("resource", "") for test in tests)}
    return {key for key in found if key.startswith(codes.NAMESPACE)}


def behind(key: str, refused: Sequence[str]) -> list[str]:
    """The refused models this one reads."""
    return [other for other in upstream_map().get(key, []) if other in refused]


def said(key: str, state: str) -> dict[str, str]:
    """The job's note."""
    words = {"done": "完成", "refused": "检验未通过", "failed": "失败", "skipped": "上游未通过,未运行"}
    return {"zh": f"{key} {words.get(state, state)}", "en": f"{key} {state}"}


def build_one(key: str, job: Any, stopped_by: Sequence[str]) -> str:
    """One model of a job; returns the state of its run."""
    row = model_row(key)
    window = window_of(row, job.arguments)
    record = ModelRun.objects.create(
        model=row, job_id=job.id, begun_at=clock.now(), since=window.since if window else None,
        read_to=window.until if window else None, hash=row.hash,
    )  # fmt: skip
    if stopped_by:
        return ended(record, "skipped", error=f"stopped by {', '.join(stopped_by)}")
    try:
        return made(row, record, window, job)
    except CityError as error:
        return ended(record, "failed", error=str(error))


def window_of(row: LakeModel, arguments: dict[str, Any]) -> Window | None:
    """What an incremental model reads: the backfill's range, else from where it has read to; None: everything.

    A model that was changed since it last ran reads everything.
    """
    if row.materialise != "incremental" or arguments.get("whole"):
        return None
    last = ModelRun.objects.filter(model=row, state="done").order_by("-begun_at").first()
    if last is not None and last.hash != row.hash:
        return None
    since, until = arguments.get("since"), arguments.get("until")
    if since:
        return Window(datetime.fromisoformat(since), datetime.fromisoformat(until) if until else None)
    mark = read_until(row.key)
    return Window(mark - OVERLAP) if mark else None


def mark_after(row: LakeModel, window: Window | None, at: datetime) -> datetime | None:
    """Up to when the model has read everything once this run is done; a backfill that leaves a gap moves nothing."""
    if window is None:
        return at
    before = read_until(row.key)
    if before is None or window.since > before:
        return before
    return max(before, window.until or at)


def made(row: LakeModel, record: ModelRun, window: Window | None, job: Any) -> str:
    """Compute, test, write, tell."""
    at, batch = clock.now(), f"{job.id}:{row.key}"
    told: list[dict[str, Any]] = []
    if row.kind == "links":
        from citybrain.hub.data.registers.actions.link import linked_rows

        rows = put(row.key, linked_rows(row), batch=batch, at=at, key_item=row.key_item)
    else:
        found = compute.candidate(row, window)
        told = compute.findings(found, row.tests, row.key_item)
        if any(entry["stop"] for entry in told):
            return ended(record, "refused", told=told)
        rows = compute.write(row, found, batch=batch, at=at)
    note_delivery(row.key, batch=batch, rows=rows, by=job.by, at=at)
    return ended(record, "done", told=told, rows=rows, until=mark_after(row, window, at))


def ended(
    record: ModelRun,
    state: str,
    *,
    told: Sequence[dict] = (),
    rows: int = 0,
    error: str = "",
    until: datetime | None = None,
) -> str:
    """Write the end of a run."""
    record.state, record.findings, record.rows, record.error, record.until = (
        state,
        list(told),
        rows,
        error[:2000],
        until,
    )
    record.ended_at = clock.now()
    record.save()
    return state
