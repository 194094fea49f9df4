"""Letting rows go: the grant is looked at once more, the quota counted, the access log written. In that order, or not at all.

Everything stands in one transaction that is committed before the first row leaves. When the log cannot be written,
nothing is shared (evidence first).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.db import DatabaseError, connection, transaction
from django.utils.translation import gettext as _

from citybrain.hub.data.grants.data import Caller
from citybrain.hub.data.models import ShareLog
from citybrain.kernel import clock
from citybrain.kernel.errors import NotAllowed, TooMany, Unavailable

_COUNT = """
INSERT INTO data_grantuse AS u (grant_id, day, calls, used) SELECT %(grant)s, %(day)s, 1, %(n)s
 WHERE %(quota)s = 0 OR %(n)s <= %(quota)s
ON CONFLICT (grant_id, day) DO UPDATE SET calls = u.calls + 1, used = u.used + %(n)s
 WHERE %(quota)s = 0 OR u.used + %(n)s <= %(quota)s
RETURNING used
"""


@dataclass(frozen=True)
class Leaving:
    """What is about to leave. ``records`` and ``disputed`` are keyed hashes; without them the rows are too many to name."""

    grant_id: UUID
    resource: str
    purpose: str
    way: str
    items: Sequence[str]
    grade: str
    rows: int
    records: Sequence[str] = ()
    disputed: frozenset[str] = field(default_factory=frozenset)
    condition: str = ""
    chunk: str = ""


def release(leaving: Leaving, caller: Caller) -> tuple[int, int]:
    """Count and log; returns (quota, what is left of it today). 0 is a grant without a quota.

    NotAllowed: the grant ended meanwhile. TooMany ``quota``. Unavailable ``no_evidence``: the log cannot be written. A chunk
    that was released before is neither counted nor logged again.
    """
    try:
        with transaction.atomic():
            quota = quota_of_living(leaving.grant_id)
            if leaving.chunk and ShareLog.objects.filter(chunk=leaving.chunk).exists():
                return quota, 0
            used = counted(leaving, quota)
            ShareLog.objects.bulk_create(lines(leaving, caller))
            return quota, max(0, quota - used)
    except DatabaseError as error:
        raise Unavailable(
            _("The access log cannot be written, so nothing is shared."),
            code="no_evidence",
            retry_after=60,
            todo=_("Try again later. The operators have been told."),
        ) from error


def quota_of_living(grant_id: UUID) -> int:
    """The quota of a grant that is good now; its row is held so that nobody revokes it before the commit."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quota_per_day FROM data_grant WHERE id = %s AND state = 'active' AND expires_on >= %s FOR SHARE",
            [grant_id, clock.today()],
        )
        found = cursor.fetchone()
    if found is None:
        raise NotAllowed(_("The grant is not good any more."), code="grant_ended")
    return found[0]


def counted(leaving: Leaving, quota: int) -> int:
    """Add to today's use in one statement, so that calls at the same time cannot pass the quota together."""
    values = {"grant": leaving.grant_id, "day": clock.today(), "n": max(1, leaving.rows), "quota": quota}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, values)
        found = cursor.fetchone()
    if found is None:
        raise over_quota()
    return found[0]


def over_quota() -> TooMany:
    """Today's quota is used up, or what is asked for is more than is left of it."""
    now = clock.local()
    left = 86_400 - (now.hour * 3600 + now.minute * 60 + now.second)
    return TooMany(
        _("Today's quota of this grant does not cover this."),
        code="quota",
        retry_after=left,
        todo=_("Ask for fewer records, or go on tomorrow."),
    )


def lines(leaving: Leaving, caller: Caller) -> list[ShareLog]:
    """One line per class of rows: those under objection, and the others."""
    disputed = [r for r in leaving.records if r in leaving.disputed]
    clean = [r for r in leaving.records if r not in leaving.disputed]
    made = []
    if disputed:
        made.append(line(leaving, caller, disputed, len(disputed), True))
    if clean or not disputed:
        made.append(line(leaving, caller, clean, leaving.rows - len(disputed), False))
    return made


def line(leaving: Leaving, caller: Caller, records: list[str], rows: int, disputed: bool) -> ShareLog:
    """One line of the access log."""
    chunk = leaving.chunk + (":disputed" if disputed and len(records) < leaving.rows else "")
    return ShareLog(
        at=clock.now(), grant_id=leaving.grant_id, resource=leaving.resource, consumer=caller.consumer,
        purpose=leaving.purpose, way=leaving.way, items=list(leaving.items), condition=leaving.condition[:2000],
        grade=leaving.grade, disputed=disputed, rows=rows, records=sorted(set(records)),
        application=caller.application, key_id=caller.key_id, address=caller.address, actor=dict(caller.actor),
        chunk=chunk or None,
    )  # fmt: skip
