"""The audit log: who did what, to what, by what right, from where, before and after.

Each row carries an HMAC-SM3 over its content from the moment of insertion; inserting takes no lock. The worker seals
rows in order: a sealed row has a consecutive number and an HMAC over its predecessor's seal, so an edited row, a
missing row and exchanged rows are found and named (check A42). The newest seal is also written to a file outside the
database, so cutting off the tail shows too. Refuses updates and deletes by a trigger. Keys may be rotated: every
row says which key it used.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass
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
# One statement for any number of rows, so that it is prepared once; ORDER BY gives ``seq`` in the order of the list.
_INSERT_MANY = """
INSERT INTO kernel_auditentry (id, at, action, obj, organisation, account_id, actor, before, after, purpose,
                               key_id, mac, seal_key_id)
SELECT id, at, action, obj, organisation, account_id, actor, before, after, purpose, key_id, mac, ''
  FROM unnest(%s::uuid[], %s::timestamptz[], %s::text[], %s::text[], %s::text[], %s::uuid[], %s::jsonb[],
              %s::jsonb[], %s::jsonb[], %s::text[], %s::text[], %s::bytea[])
       WITH ORDINALITY AS r(id, at, action, obj, organisation, account_id, actor, before, after, purpose,
                            key_id, mac, place)
 ORDER BY place
"""


@dataclass(frozen=True)
class Entry:
    """One act to be written.

    ``action`` is the room's word (``cases.accept``), ``obj`` names the thing (``case:<id>``). ``before``/``after``
    hold what changed, as JSON-able values; numbers that are not whole are kept as text. Do not put unmasked
    identifiers in them.
    """

    action: str
    _: KW_ONLY
    by: Actor
    obj: str = ""
    organisation: str = ""
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None
    purpose: str = ""


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
    """Write one audit row in the running transaction; returns its id. The arguments are those of ``Entry``."""
    entry = Entry(
        action, by=by, obj=obj, organisation=organisation, before=before, after=after, purpose=purpose
    )
    return record_many([entry])[0]


def record_many(entries: Sequence[Entry]) -> list[UUID]:
    """Write several rows in one statement; returns their ids. They are sealed later in the order given here."""
    if not entries:
        return []
    rows = [_row(entry) for entry in entries]
    with connection.cursor() as cursor:
        if len(rows) == 1:
            cursor.execute(_INSERT, rows[0])
        else:
            cursor.execute(_INSERT_MANY, [list(column) for column in zip(*rows, strict=True)])
    return [row[0] for row in rows]


def _row(entry: Entry) -> tuple[Any, ...]:
    """The columns of one row in the order of the statements above, its HMAC included."""
    by, entry_id = entry.by, new_id()
    signed = {
        "id": str(entry_id),
        "at": clock.now(),
        "action": entry.action,
        "obj": _clean(entry.obj)[:160],
        "organisation": entry.organisation or by.organisation,
        "actor": plain(by.as_dict()),
        "before": plain(entry.before),
        "after": plain(entry.after),
        "purpose": _clean(entry.purpose),
    }
    store = keys()
    key_id = store.current("audit")
    mac = store.hmac(key_id, canonical(signed))
    return (
        entry_id, signed["at"], entry.action, signed["obj"], signed["organisation"], by.account_id,
        Jsonb(signed["actor"]), _json(signed["before"]), _json(signed["after"]), signed["purpose"], key_id, mac,
    )  # fmt: skip


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
    if text.isascii() and "\0" not in text:
        return text
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
