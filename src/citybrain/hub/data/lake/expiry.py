"""Letting old snapshots go. Those a tag or a branch names stay, and so does the state of the first day that is kept."""

from datetime import datetime, timedelta

from django.conf import settings
from pyiceberg.exceptions import CommitFailedException
from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot

from citybrain.hub.data.lake.catalog import turn
from citybrain.hub.data.lake.tables import HISTORY, KEEP_DAYS, table
from citybrain.kernel import clock

TRIES = 5


def keep_days(found: Table) -> int:
    """How many days of history a table keeps: its own setting, else the city's."""
    return int(found.properties.get(KEEP_DAYS, settings.LAKE_KEEP_DAYS))


def expired(found: Table, now: datetime) -> tuple[list[Snapshot], int]:
    """The snapshots to let go, and from when on (milliseconds) history stays whole."""
    limit = int((now - timedelta(days=keep_days(found))).timestamp() * 1000)
    old = sorted(
        (s for s in found.metadata.snapshots if s.timestamp_ms < limit), key=lambda s: s.timestamp_ms
    )
    held = {ref.snapshot_id for ref in found.metadata.refs.values()}
    if not old:
        return [], 0
    oldest_kept = old[-1]  # what the table was when the kept time began
    gone = [s for s in old[:-1] if s.snapshot_id not in held]
    return gone, oldest_kept.timestamp_ms


def expire(name: str) -> int:
    """Let the snapshots go that are older than the table keeps; how many. Their files are cleaned away later."""
    first = table(name)
    for attempt in range(TRIES):
        with turn(first.metadata.table_uuid):
            found = table(name)
            gone, since = expired(found, clock.now())
            if not gone:
                return 0
            try:
                with found.transaction() as transaction:
                    transaction.set_properties(
                        {HISTORY: str(max(since, int(found.properties.get(HISTORY, 0))))}
                    )
                    release(transaction, [snapshot.snapshot_id for snapshot in gone])
                return len(gone)
            except CommitFailedException:
                if attempt == TRIES - 1:
                    raise
    return 0


def release(transaction, ids: list[int]) -> None:
    """Take the snapshots out of the metadata, in this transaction."""
    from pyiceberg.table.update.snapshot import ExpireSnapshots

    with ExpireSnapshots(transaction) as letting_go:
        letting_go.by_ids(ids)
