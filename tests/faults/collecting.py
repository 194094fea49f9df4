"""One collection in a process of its own, that can be told to die at any step; children of a ``Nursery``.

``begin <file> <mode>`` makes a source, a collection and a run, and prints the run's id. ``work <step>`` does jobs and
kills itself with SIGKILL just after the step named (``staged``, ``rejects-2``, ``landed-2``, ``committed-2``,
``completed`` …); without one it works to the end. ``count`` prints what is in the lake and in the run, as JSON. ``follow
<folder> <file>`` makes a collection of a folder. ``fresh`` leaves nothing collected, ``attempts`` gives back what a job may
still try.
"""

import json
import os
import signal
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connection

from citybrain.hub.data.collection import landing, rejects, staging
from citybrain.hub.data.collection import running as work
from citybrain.hub.data.collection.actions.runs import begin_run
from citybrain.hub.data.collection.domain.shape import recognised
from citybrain.hub.data.jobs import running
from citybrain.hub.data.lake import reading, tables
from citybrain.hub.data.models import CollectionRun, Job
from citybrain.hub.data.tests.collection import factories as f

BATCH = 5_000


def dying(module: Any, name: str, word: str, step: str, numbered: int | None = None) -> None:
    """Wrap a function so that the process dies right after it did its work."""
    inner = getattr(module, name)

    def wrapped(*given: Any, **named: Any) -> Any:
        answer = inner(*given, **named)
        reached = word if numbered is None else f"{word}-{given[numbered]}"
        if reached == step:
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(module, name, wrapped)


def arm(step: str) -> None:
    """Every step of a run can be the last."""
    dying(staging, "bring", "brought", step)
    dying(staging, "kept", "staged", step)
    dying(rejects, "save", "rejects", step, 1)
    dying(landing, "land", "landed", step, 1)
    dying(work, "commit_batch", "committed", step, 2)
    dying(landing, "complete", "completed", step)
    dying(work, "finished", "finished", step)


def begin(file: Path, mode: str) -> None:
    mapping = [f.Mapped("编号", "number", "integer", is_key=True), *f.FIRMS[1:]]
    made = f.collection(file.read_bytes(), mapping=mapping, mode=mode)
    print(begin_run(made, by=f.BY).pk)


def follow(folder: str, file: str) -> None:
    """A collection of a watched folder, keyed, with six rules, and its run."""
    made = f.collection(
        given=f.source("folder", path=folder, settle=0), thing=file, mode="append", shape=recognised(head(Path(folder) / file), file).as_dict(),
        mapping=[
            f.Mapped("编号", "number", "integer", is_key=True, lowest="1"), f.Mapped("名称", "name", length=40),
            f.Mapped("成立", "founded", "date", required=True, highest="2026-12-31"), f.Mapped("类别", "kind", codes=("甲", "乙")),
            f.Mapped("电话", "phone", identifier="phone"), f.Mapped("注册资本", "capital", "number", lowest="0"),
        ],
    )  # fmt: skip
    print(begin_run(made, by=f.BY).pk)


def head(path: Path) -> bytes:
    with open(path, "rb") as file:
        return file.read(staging.HEAD)


def count(run_id: str) -> None:
    run = CollectionRun.objects.get(pk=run_id)
    rows = reading.query("SELECT count(*), count(DISTINCT number) FROM scjg.firm").rows[0]
    kept = sum(1 for _row in rejects.rejected(run))
    said = {"rows": rows[0], "different": rows[1], "collected": run.collected, "accepted": run.accepted,
            "rejected": run.rejected, "kept": kept, "state": Job.objects.get(pk=run.job_id).state}  # fmt: skip
    print(json.dumps(said))


def fresh() -> None:
    """The same city with nothing collected."""
    if tables.has_table("scjg.firm"):
        tables.drop_table("scjg.firm")
    with connection.cursor() as cursor:
        cursor.execute(
            "TRUNCATE data_job, data_source, data_collection, data_collectionrun, data_runbatch, data_receipt, "
            "data_item, data_resource CASCADE"
        )


def main(what: str, *given: str) -> None:
    work.BATCH = BATCH
    if what == "begin":
        begin(Path(given[0]), given[1])
    elif what == "follow":
        follow(*given)
    elif what == "count":
        count(given[0])
    elif what == "migrate":
        call_command("migrate", interactive=False, verbosity=0)
    elif what == "fresh":
        fresh()
    elif what == "attempts":
        Job.objects.update(attempts=0)
    else:
        arm(given[0] if given else "")
        while running.do_next():
            pass
