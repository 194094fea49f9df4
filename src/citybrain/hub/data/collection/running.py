"""One run of a collection, as long work: bring, look for drift, then batch by batch read → check → keep rejected → land →
commit; at the end make it known.

A batch is committed (its row, the counts, the checkpoint) in one transaction after its rows are in the lake under their
own name. Killed anywhere, the next process does the last uncommitted batch again, and the lake takes it once.
"""

from collections import Counter
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from typing import Any, TypeVar

import pyarrow as pa
import pyarrow.compute as pc
from django.db import transaction
from django.db.models import F

from citybrain.hub.data.catalogue.actions.declare import note_delivery
from citybrain.hub.data.collection import landing, rejects, staging
from citybrain.hub.data.collection.checking import Checked, checked
from citybrain.hub.data.collection.connectors.folder import NothingNew
from citybrain.hub.data.collection.domain.checks import Mapped
from citybrain.hub.data.collection.domain.drift import drifted
from citybrain.hub.data.collection.domain.shape import Shape
from citybrain.hub.data.collection.ports import Staged, Wish
from citybrain.hub.data.collection.queries.versions import as_settled
from citybrain.hub.data.collection.reading import Batch, Reader, open_reader
from citybrain.hub.data.collection.reading.batch import BATCH
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.models import Collection, CollectionRun, Receipt, RunBatch
from citybrain.kernel.errors import Conflict
from citybrain.kernel.text import Text

KIND = "collect"
T = TypeVar("T")
# What csv_text puts before cells that a spreadsheet would run; taken off again when rows come back corrected.
QUOTED_CELL = r"^'(\s*[=+\-@\t\r\n＝＋－＠])"
MOST_REASONS = 200


@job(KIND, zh="汇聚数据", en="Collect data", pausable=True)
def collect(work: Run) -> dict[str, Any]:
    """The whole run, from its checkpoint on; the result says what came in."""
    if "result" in work.checkpoint:  # everything was done when the process ended
        staging.forget(work.arguments["run"])
        return work.checkpoint["result"]
    run = CollectionRun.objects.select_related("collection__source", "job").get(pk=work.arguments["run"])
    as_settled(run)
    mapping = [Mapped.from_dict(m) for m in run.collection.mapping]
    try:
        staged = brought(run, work)
    except NothingNew:
        staging.forget(run.pk)
        return {"nothing": True, "collected": 0}
    assert staged.shape is not None
    reader = open_reader(staged.path, staged.shape)
    refuse_drift(run, reader, mapping)
    take_batches(run, work, reader, mapping)
    work.look()
    landing.complete(run, mapping)
    return finished(run, work, staged)


def brought(run: CollectionRun, work: Run) -> Staged:
    """The staged file: brought now, or found again after a crash."""
    known = work.checkpoint.get("staged")
    found = staging.again(run.pk, known) if known else None
    if found is not None:
        return found
    work.step(note=Text(zh="正在读取来源", en="Reading the source").as_dict())
    staged = staging.bring(run.collection.source, wish_of(run), staging.folder_of(run.pk), settled_shape(run))
    if known and work.checkpoint.get("batch"):
        staging.same(staged.path, known)
        if landing.mode_of(run) != "append":
            raise Conflict("the parts of this run lie on another machine; begin a new run / 本次运行的中间数据在另一台机器上,请重新运行", code="parts")  # fmt: skip
    work.step(staged=staging.kept(run.pk, staged))
    return staged


def wish_of(run: CollectionRun) -> Wish:
    """What the run asks of its source; a file that was uploaded for it comes first."""
    made = run.collection
    return Wish(made.thing, run.position_before, made.follow, run.pk, sample=run.file or made.sample)


def settled_shape(run: CollectionRun) -> Shape | None:
    """How the file is to be read, as a person settled it for the run or the collection."""
    given = run.shape or run.collection.shape
    return Shape(**given) if given else None


def refuse_drift(run: CollectionRun, reader: Reader, mapping: Sequence[Mapped]) -> None:
    """Conflict with a plain sentence when the source changed its shape and nobody said to go on."""
    seen = {column["name"]: column.get("kind", "") for column in run.collection.columns}
    found = drifted(
        seen, {name: reader.kinds.get(name, "") for name in reader.names}, [m.column for m in mapping]
    )
    if run.kind == "correction":
        found = [change for change in found if change.kind == "missing" and change.mapped]
    elif run.collection.drift == "continue":
        return
    if found:
        raise Conflict(f"{'; '.join(c.text.en for c in found)}. Nothing was taken / {'；'.join(c.text.zh for c in found)}。未导入任何数据", code="drift")  # fmt: skip


def take_batches(run: CollectionRun, work: Run, reader: Reader, mapping: Sequence[Mapped]) -> None:
    """Every batch behind the checkpoint."""
    number = work.checkpoint.get("batch", 0)
    done = run.collected
    after = work.checkpoint.get("after", {})
    with closing(one_ahead(checked_batches(run, reader, mapping, after))) as batches:
        for answer, after in batches:
            number += 1
            rejects.save(run.pk, number, answer.rejected)
            landing.land(run, number, answer.accepted)
            done += answer.collected
            share = max(reader.share(after), 1e-9)
            commit_batch(run, work, number, answer, after, done, max(done, round(done / share)))
            work.look()


def checked_batches(
    run: CollectionRun, reader: Reader, mapping: Sequence[Mapped], after: dict[str, Any]
) -> Iterator[tuple[Checked, dict[str, Any]]]:
    """Every batch behind a position, checked, and the position behind it; asks no database."""
    for batch in reader.batches(after, BATCH):
        yield checked(without_quotes(batch) if run.kind == "correction" else batch, mapping), batch.after


def one_ahead(given: Iterator[T]) -> Generator[T, None, None]:
    """The same, the next one being made in a thread of its own while the last one is used; never more than that."""
    with ThreadPoolExecutor(1, "ahead") as pool:
        coming = pool.submit(next, given, None)
        while (found := coming.result()) is not None:
            coming = pool.submit(next, given, None)
            yield found


def without_quotes(batch: Batch) -> Batch:
    """The batch without the apostrophes that our own download put before dangerous cells."""
    columns = [pc.replace_substring_regex(c, QUOTED_CELL, r"\1") for c in batch.rows.columns]
    return Batch(
        batch.names,
        pa.table(columns, names=batch.rows.column_names),
        batch.numbers,
        batch.after,
        batch.unreadable,
    )


@transaction.atomic
def commit_batch(
    run: CollectionRun, work: Run, number: int, answer: Checked, after: dict[str, Any], done: int, total: int
) -> None:
    """One batch is done: its row, the run's counts and the checkpoint together, or none of them."""
    accepted, wrong = answer.accepted.num_rows, len(answer.rejected)
    RunBatch.objects.create(
        run=run, number=number, collected=answer.collected, accepted=accepted, rejected=wrong, after=after
    )
    row = CollectionRun.objects.select_for_update().get(pk=run.pk)
    reasons = Counter(row.reasons) + answer.reasons
    CollectionRun.objects.filter(pk=run.pk).update(
        collected=F("collected") + answer.collected, accepted=F("accepted") + accepted, rejected=F("rejected") + wrong,
        reasons=dict(reasons.most_common(MOST_REASONS)),
    )  # fmt: skip
    note = Text(zh=f"已完成第 {number} 批", en=f"Batch {number} done").as_dict()
    work.step(done=done, total=total, note=note, batch=number, after=after)


@transaction.atomic
def finished(run: CollectionRun, work: Run, staged: Staged) -> dict[str, Any]:
    """Keep the position, tell the catalogue and the rooms, tidy up."""
    run.refresh_from_db(fields=["collected", "accepted", "rejected", "reasons"])
    made = Collection.objects.select_for_update().get(pk=run.collection_id)
    if run.kind != "correction":
        made.position = staged.position
        made.sample, made.sample_name = run.file or made.sample, run.file_name or made.sample_name
        made.save(update_fields=["position", "sample", "sample_name"])
        run.position_after = staged.position
    run.file_name = run.file_name or staged.name[:200]
    run.save(update_fields=["position_after", "file_name"])
    if run.accepted:
        note_delivery(made.resource, batch=str(run.pk), rows=run.accepted, by=work.by)
    Receipt.objects.filter(run_id=run.pk).update(body="")  # the keys stay: they refuse repeats
    result = {"collected": run.collected, "accepted": run.accepted, "rejected": run.rejected}
    work.step(done=run.collected, total=run.collected, result=result)
    transaction.on_commit(lambda: staging.forget(run.pk))
    return result
