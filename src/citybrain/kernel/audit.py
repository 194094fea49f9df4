"""The audit log: who did what, to what, by what right, from where, before and after.

Each row carries an HMAC-SM3 over its content from the moment of insertion; inserting takes no lock. The worker seals
rows in order: a sealed row has a consecutive number and an HMAC over its predecessor's seal, so an edited row, a
missing row and exchanged rows are found and named (check A42). The newest seal is also written to a file outside the
database, so cutting off the tail shows too. Refuses updates and deletes by a trigger. Keys may be rotated: every
row says which key it used.
"""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from citybrain.kernel import clock
from citybrain.kernel.actor import Actor
from citybrain.kernel.crypto import keys
from citybrain.kernel.ids import new_id

_INSERT = """
INSERT INTO kernel_auditentry (id, at, action, obj, organisation, account_id, actor, before, after, purpose,
                               key_id, mac, seal_key_id)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, '')
"""


def record(
    action: str,
    *,
    by: Actor,
    obj: str = "",
    organisation: str = "",
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    purpose: str = "",
) -> UUID:
    """Write one audit row in the running transaction; returns its id.

    ``action`` is the room's word (``cases.accept``), ``obj`` names the thing (``case:<id>``). ``before``/``after``
    hold what changed, as JSON-able values; numbers that are not whole are kept as text. Do not put unmasked
    identifiers in them.
    """
    entry = {
        "id": str(new_id()),
        "at": clock.now(),
        "action": action,
        "obj": _clean(obj)[:160],
        "organisation": organisation or by.organisation,
        "actor": plain(by.as_dict()),
        "before": plain(before),
        "after": plain(after),
        "purpose": _clean(purpose),
    }
    store = keys()
    key_id = store.current("audit")
    mac = store.hmac(key_id, canonical(entry))
    with connection.cursor() as cursor:
        cursor.execute(_INSERT, [
            entry["id"], entry["at"], action, entry["obj"], entry["organisation"], by.account_id,
            Jsonb(entry["actor"]), _json(entry["before"]), _json(entry["after"]), entry["purpose"], key_id, mac,
        ])  # fmt: skip
    return UUID(entry["id"])


def canonical(entry: Mapping[str, Any]) -> bytes:
    """The bytes the row's HMAC is over: JSON with sorted keys, the instant in UTC microseconds."""
    at = entry["at"].astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return json.dumps(
        {**entry, "id": str(entry["id"]), "at": at}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    ).encode()


def plain(value: Any) -> Any:
    """JSON that PostgreSQL gives back exactly as it got it: no floats, no NULs, no lone surrogates."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return _clean(value)
    if isinstance(value, Mapping):
        return {_clean(str(k)): plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(v) for v in value]
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, float | Decimal | UUID):
        return str(value)
    if hasattr(value, "as_dict"):
        return plain(value.as_dict())
    if hasattr(value, "model_dump"):
        return plain(value.model_dump(mode="json"))
    return _clean(str(value))


def _clean(text: str) -> str:
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _json(value: Any) -> Any:
    return None if value is None else Jsonb(value)


def verify(since: int = 0) -> Any:
    """Check every row and the chain; returns a Verdict naming the first broken row, if any."""
    from citybrain.kernel import sealing

    return sealing.verify(since)


def seal(limit: int = 2000) -> int:
    """Chain rows not sealed yet; returns how many. The worker calls it; safe to call at any time."""
    from citybrain.kernel import sealing

    return sealing.seal(limit)
