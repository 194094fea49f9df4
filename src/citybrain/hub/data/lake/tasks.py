"""Upkeep of tables as long work: compaction, letting snapshots go, cleaning dead files. Queued by itself, alone per table."""

from datetime import timedelta
from functools import partial
from typing import Any

from citybrain.hub.data.jobs.actions import begin_job
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.lake.catalog import catalog
from citybrain.hub.data.lake.compaction import gather_marks, need, rewrite
from citybrain.hub.data.lake.expiry import expire, expired
from citybrain.hub.data.lake.orphans import bury, unlink
from citybrain.hub.data.lake.tables import table
from citybrain.hub.data.lake.tiers import Piece
from citybrain.hub.data.models import Job, Resource
from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.loops import every
from citybrain.kernel.text import Text

COMPACT, EXPIRE, CLEAN = "lake.compact", "lake.expire", "lake.clean"
MOST_ROUNDS = 6
CLEAN_EVERY = timedelta(days=1)
BY = Actor.system("data.lake")


@job(COMPACT, zh="整理湖表文件", en="Compact the files of a table", pausable=True)
def compact(run: Run) -> dict[str, Any]:
    """Gather the marks of deleted rows, then rewrite group after group until the table is in order.

    What is done stays when it is stopped. A large table takes more than one round: the first makes wide runs of files that
    cover everything, the next narrow ones of those.
    """
    name = run.subject
    gathered = need(table(name)).gather and gather_marks(name)
    run.step(done=0, note=Text(zh="已汇集删除标记", en="Marks of deleted rows gathered").as_dict())
    rows = done = 0
    groups: list[list[Piece]] = []
    for _ in range(MOST_ROUNDS):
        groups = need(table(name)).groups
        run.step(done=done, total=done + len(groups))
        before = rows
        for number, group in enumerate(groups, 1):
            rows += rewrite(name, group, seen=partial(so_far, run, rows))
            told(run, rows, done=done + number)
        done += len(groups)
        if rows == before:
            break  # in order, or others change these files all the time
    return {"groups": done, "rows": rows, "gathered": gathered, "snapshot": "" if groups else newest(name)}


def so_far(run: Run, before: int, written: int) -> None:
    """Called within a group."""
    told(run, before + written)


def told(run: Run, rows: int, **more: int) -> None:
    """How far it is; raises when a person asked to stop. Within a large group nothing but the rows moves."""
    run.step(note=Text(zh=f"已重写 {rows} 行", en=f"{rows} rows rewritten").as_dict(), **more)


@job(EXPIRE, zh="清理过期快照", en="Let old snapshots go")
def let_go(run: Run) -> dict[str, Any]:
    """Take the snapshots out that are older than the table keeps."""
    gone = expire(run.subject)
    run.step(done=gone, total=gone)
    return {"snapshots": gone}


@job(CLEAN, zh="清理无用文件", en="Clean dead files away")
def clean(run: Run) -> dict[str, Any]:
    """Note the files nobody names; remove those that have rested."""
    buried = bury(run.subject)
    run.step(done=1, total=2, note=Text(zh=f"登记 {buried} 个", en=f"{buried} noted").as_dict())
    files, size = unlink(run.subject)
    run.step(done=2, total=2)
    return {"buried": buried, "files": files, "bytes": size}


KINDS = {"compact": COMPACT, "expire": EXPIRE, "clean": CLEAN}


def begin(kind: str, name: str, by: Actor) -> Job:
    """Queue upkeep of a table; the open one is returned when there is one. KeyError: unknown kind."""
    owner = Resource.objects.filter(pk=name).values_list("owner", flat=True).first() or ""
    return begin_job(KINDS[kind], by=by, subject=name, organisation=owner, alone=True)


def names() -> list[str]:
    """Every table of the lake."""
    made = catalog()
    return sorted(".".join(table) for space in made.list_namespaces() for table in made.list_tables(space))


def newest(name: str) -> str:
    """The newest snapshot's id; empty for a table without any."""
    snapshot = table(name).current_snapshot()
    return str(snapshot.snapshot_id) if snapshot else ""


@every(seconds=600, name="data.compact_tables")
def compact_tables() -> None:
    """Queue compaction where it is needed; a table nobody changed since the last one is not looked at again."""
    for name in names():
        result = last_result(COMPACT, name)
        if result.get("snapshot") != newest(name) and need(table(name)):
            begin("compact", name, BY)


@every(seconds=3600, name="data.expire_snapshots")
def expire_snapshots() -> None:
    """Queue the letting go of snapshots where there are old ones."""
    for name in names():
        if expired(table(name), clock.now())[0]:
            begin("expire", name, BY)


@every(seconds=3600, name="data.clean_files")
def clean_files() -> None:
    """Queue cleaning for every table once a day."""
    since = clock.now() - CLEAN_EVERY
    recent = Job.objects.filter(kind=CLEAN, created_at__gt=since).values_list("subject", flat=True)
    for name in set(names()) - set(recent):
        begin("clean", name, BY)


def last_result(kind: str, name: str) -> dict[str, Any]:
    """What the last finished work of this kind said."""
    done = Job.objects.filter(kind=kind, subject=name, state="done").order_by("-ended_at")
    return done.values_list("result", flat=True).first() or {}
