"""The job of an exchange: what the target lacks, piece by piece. The target says what it has; our checkpoint is only for people."""

from typing import Any

from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.grants.exchange.files import FileTarget, LocalStore
from citybrain.hub.data.grants.exchange.mysql import MysqlTarget
from citybrain.hub.data.grants.exchange.postgresql import PostgresTarget
from citybrain.hub.data.grants.exchange.sftp import SftpStore
from citybrain.hub.data.grants.exchange.target import Progress, Target
from citybrain.hub.data.grants.queries.living import Living, living_grant
from citybrain.hub.data.grants.queries.pieces import batches_of, numbers_left, piece_of, rows_left, shape_of
from citybrain.hub.data.jobs.kinds import job
from citybrain.hub.data.jobs.running import Run
from citybrain.hub.data.models import Exchange
from citybrain.kernel import clock

WINDOW = 200_000  # row numbers compared at once
MOST_GONE = 5_000  # rows taken back in one statement
WAYS = {"postgresql": "table", "mysql": "table", "folder": "file", "sftp": "file"}


@job("exchange", zh="数据交换", en="Exchange of data", pausable=True)
def exchange_data(run: Run) -> dict[str, Any]:
    """Deliver everything the target lacks; the grant is looked at anew before every piece."""
    row = Exchange.objects.select_related("grant").get(pk=run.arguments["exchange"])
    target = target_of(row)
    try:
        target.prepare(shape_of(living(row)))
        for batch in batches_of(living(row), run.arguments["run"]):
            deliver_batch(run, row, target, batch)
        take_back(run, row, target)
    finally:
        target.close()
    Exchange.objects.filter(pk=row.pk).update(last_at=clock.now())
    return {"rows": run.checkpoint.get("rows", 0)} | (
        {"removed": run.checkpoint["removed"]} if run.checkpoint.get("removed") else {}
    )


def deliver_batch(run: Run, row: Exchange, target: Target, batch: str) -> None:
    """One batch from where the target stands."""
    there = target.progress().get(batch, Progress([], False))
    if there.complete:
        return
    position = there.until
    caller = Caller(row.grant.consumer, application=f"exchange {row.kind}")
    while True:
        found = living(row)
        piece = piece_of(found, batch, position, way=WAYS[row.kind], exchange=row.pk, caller=caller)
        if piece is None:
            break
        target.write(piece)
        position = piece.until
        rows = run.checkpoint.get("rows", 0) + len(piece.rows)
        run.step(done=rows, rows=rows, batch=batch)
    target.finish(batch, alone=found.dataset.store != "lake")


def take_back(run: Run, row: Exchange, target: Target) -> None:
    """Rows that the source has changed or deleted, or that left the grant's row filter, go at the target as well.

    A changed row is a new one of a later delivery; its old self is known by batch and number. Done again it changes nothing.
    """
    found = living(row)
    if found.dataset.store != "lake":
        return
    left = rows_left(found)
    for batch, there in target.progress().items():
        count, last = left.get(batch, (0, 0))
        if not there.complete or target.held(batch) <= count:
            continue
        ends = max(last, int(there.until[0]) if there.until else 0) + 1
        for first in range(0, ends, WINDOW):
            gone = sorted(
                target.numbers(batch, first, first + WINDOW)
                - numbers_left(found, batch, first, first + WINDOW)
            )
            for at in range(0, len(gone), MOST_GONE):
                target.remove(batch, gone[at : at + MOST_GONE])
                run.step(removed=run.checkpoint.get("removed", 0) + len(gone[at : at + MOST_GONE]))


def living(row: Exchange) -> Living:
    """The grant of the exchange while it is good."""
    caller = Caller(row.grant.consumer)
    return living_grant(row.grant_id, caller=caller, purpose=row.grant.purpose_word, way=WAYS[row.kind])


def target_of(row: Exchange) -> Target:
    """The place of delivery, connected."""
    if row.kind == "postgresql":
        return PostgresTarget(row.pk, row.target, row.secret)
    if row.kind == "mysql":
        return MysqlTarget(row.pk, row.target, row.secret)
    store = SftpStore(row.target, row.secret) if row.kind == "sftp" else folder_of(row)
    return FileTarget(row.pk, store, row.target.get("format", "csv"))


def folder_of(row: Exchange) -> LocalStore:
    """The consumer's own folder on this machine."""
    return LocalStore(row.grant.consumer, row.target["folder"])
