"""Which records are under objection (异议中). Records are named by a keyed hash of resource and record key."""

from collections.abc import Collection

from citybrain.hub.data.grants.domain.records import normal
from citybrain.hub.data.models import DisputedRecord
from citybrain.kernel.crypto import blind_index


def record_hash(resource: str, record: str) -> str:
    """The keyed hash by which a record stands in the access log, 32 hex characters; empty for no record."""
    return blind_index(f"{resource}\n{normal(record)}") if record.strip() else ""


def disputed_among(resource: str, hashes: Collection[str]) -> frozenset[str]:
    """Those of the records that are under objection now."""
    if not hashes:
        return frozenset()
    rows = DisputedRecord.objects.filter(resource=resource, until=None, record_hash__in=list(hashes))
    return frozenset(rows.values_list("record_hash", flat=True))


def is_disputed(resource: str, record: str) -> bool:
    """Whether a record is under objection now: it must not carry an adverse decision alone (A21)."""
    return bool(disputed_among(resource, [record_hash(resource, record)]))
