"""Taking in what others hand in, once a key."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from typing import Any

from django.db import IntegrityError, transaction

from citybrain.hub.data.models import Receipt, Source
from citybrain.kernel import clock
from citybrain.kernel.errors import Conflict, FieldProblem, Invalid

MOST_ROWS = 10_000
LONGEST_KEY = 64


def keep_pushed(source: Source, *, key: str, rows: Sequence[Any]) -> tuple[Receipt, bool]:
    """Keep one push; (its receipt, whether it is new). The same key with other rows is a Conflict."""
    if not key or len(key) > LONGEST_KEY:
        raise Invalid(
            [FieldProblem("Idempotency-Key", "key", "send an Idempotency-Key of 1 to 64 characters")]
        )
    if not rows or len(rows) > MOST_ROWS or not all(isinstance(row, dict) for row in rows):
        raise Invalid([FieldProblem("rows", "rows", f"send 1 to {MOST_ROWS} objects")])
    body = ndjson(rows)
    digest = hashlib.sha256(body.encode()).hexdigest()
    try:
        with transaction.atomic():
            made = Receipt.objects.create(
                source=source, key=key, hash=digest, rows=len(rows), body=body, received_at=clock.now()
            )
            return made, True
    except IntegrityError:
        known = Receipt.objects.get(source=source, key=key)
    if known.hash != digest:
        raise Conflict("this Idempotency-Key was used with other rows", code="key_reused")
    return known, False


def keep_messages(source: Source, messages: Iterable[tuple[str, Any]]) -> int:
    """Keep messages of a stream as (key, object), those known already passed over; how many were offered."""
    rows = []
    for key, value in messages:
        body = ndjson([value if isinstance(value, dict) else {"value": value}])
        digest = hashlib.sha256(body.encode()).hexdigest()
        rows.append(
            Receipt(
                source=source, key=key[:LONGEST_KEY], hash=digest, rows=1, body=body, received_at=clock.now()
            )
        )
    Receipt.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


def ndjson(rows: Sequence[Any]) -> str:
    """One object a line."""
    return "".join(json.dumps(row, ensure_ascii=False, separators=(",", ":")) + "\n" for row in rows)
