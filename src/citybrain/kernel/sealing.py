"""Sealing and verifying the audit log (see ``kernel.audit``).

A row's seal is HMAC-SM3(key, previous seal ‖ number ‖ row mac). One sealer at a time (advisory lock).
"""

import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction

from citybrain.kernel import clock
from citybrain.kernel.audit import canonical
from citybrain.kernel.crypto import keys
from citybrain.kernel.loops import every

SEALER_LOCK = 0x63697479_0002
START = bytes(32)
_COLUMNS = (
    "seq, id, at, action, obj, organisation, account_id, actor, before, after, purpose, key_id, mac, number, "
    "seal_key_id, seal"
)
_SEAL = """
UPDATE kernel_auditentry e SET number = s.number, seal_key_id = %s, seal = s.seal
  FROM unnest(%s::bigint[], %s::bigint[], %s::bytea[]) AS s(seq, number, seal) WHERE e.seq = s.seq
"""


@dataclass(frozen=True)
class Verdict:
    """The outcome of a check. ``broken`` is the number (or seq of an unsealed row) of the first broken row."""

    ok: bool
    sealed: int
    unsealed: int
    broken: int | None = None
    entry_id: str = ""
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """The JSON form."""
        return asdict(self)


def link(key_id: str, previous: bytes, number: int, mac: bytes) -> bytes:
    """The seal of one row."""
    return keys().hmac(key_id, previous + number.to_bytes(8, "big") + mac)


def seal(limit: int = 2000) -> int:
    """Chain up to ``limit`` rows in order of insertion."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [SEALER_LOCK])
        if not cursor.fetchone()[0]:
            return 0
        cursor.execute(
            "SELECT seq, mac FROM kernel_auditentry WHERE number IS NULL ORDER BY seq LIMIT %s", [limit]
        )
        rows = cursor.fetchall()
        if not rows:
            return 0
        number, previous = _last(cursor)
        key_id = keys().current("audit")
        seqs, numbers, seals = [], [], []
        for seq, mac in rows:
            number += 1
            previous = link(key_id, previous, number, bytes(mac))
            seqs.append(seq)
            numbers.append(number)
            seals.append(previous)
        cursor.execute(_SEAL, [key_id, seqs, numbers, seals])
        transaction.on_commit(lambda: _anchor(number, previous))
    return len(rows)


def _last(cursor: Any) -> tuple[int, bytes]:
    cursor.execute(
        "SELECT number, seal FROM kernel_auditentry WHERE number IS NOT NULL ORDER BY number DESC LIMIT 1"
    )
    row = cursor.fetchone()
    return (row[0], bytes(row[1])) if row else (0, START)


def anchor_path() -> Path:
    """The file outside the database that remembers the newest seal of this database."""
    return Path(settings.DATA_DIR) / "audit" / f"anchor-{connection.settings_dict['NAME']}.json"


def _anchor(number: int, value: bytes) -> None:
    path = anchor_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    draft.write_text(json.dumps({"number": number, "seal": value.hex(), "at": clock.now().isoformat()}))
    os.replace(draft, path)


def verify(since: int = 0, *, anchor: bool = True) -> Verdict:
    """Check sealed rows in order, then the unsealed ones, then the anchor. Streams; memory does not grow.

    ``since`` skips rows up to that number, checked before. May run while others write and seal.
    """
    held = _anchored() if anchor else None  # first: sealing goes on while we read
    checked, previous = since, _seal_at(since)
    with transaction.atomic():
        for row in _rows("number > %s ORDER BY number", [since]):
            if row["number"] != checked + 1:
                return Verdict(False, checked, 0, checked + 1, "", "missing")
            reason = _row_fault(row) or _seal_fault(row, previous)
            if reason:
                return Verdict(False, checked, 0, row["number"], str(row["id"]), reason)
            checked, previous = row["number"], bytes(row["seal"])
        unsealed = 0
        for row in _rows("number IS NULL ORDER BY seq", []):
            reason = _row_fault(row)
            if reason:
                return Verdict(False, checked, unsealed, row["seq"], str(row["id"]), reason)
            unsealed += 1
    return (held and _anchor_fault(held, checked, unsealed)) or Verdict(True, checked, unsealed)


def _seal_at(number: int) -> bytes:
    if number == 0:
        return START
    with connection.cursor() as cursor:
        cursor.execute("SELECT seal FROM kernel_auditentry WHERE number = %s", [number])
        row = cursor.fetchone()
    if row is None:
        raise LookupError(f"no sealed row {number}")
    return bytes(row[0])


def _rows(where: str, params: list[Any]) -> Iterator[dict[str, Any]]:
    """Rows through a server-side cursor."""
    with connection.chunked_cursor() as cursor:
        cursor.execute(f"SELECT {_COLUMNS} FROM kernel_auditentry WHERE {where}", params)  # noqa: S608 own words
        names = [n.strip() for n in _COLUMNS.split(",")]
        while chunk := cursor.fetchmany(2000):
            for values in chunk:
                yield dict(zip(names, values, strict=True))


_SIGNED = ("id", "at", "action", "obj", "organisation", "actor", "before", "after", "purpose")
_JSON = ("actor", "before", "after")


def _row_fault(row: dict[str, Any]) -> str:
    entry = {name: _loaded(row[name]) if name in _JSON else row[name] for name in _SIGNED}
    if str(row["account_id"] or "") != (entry["actor"] or {}).get("account_id", ""):
        return "edited"
    try:
        return "" if keys().hmac(row["key_id"], canonical(entry)) == bytes(row["mac"]) else "edited"
    except KeyError:
        return "key_unknown"


def _loaded(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value  # Django hands JSONB over as text


def _seal_fault(row: dict[str, Any], previous: bytes) -> str:
    try:
        wanted = link(row["seal_key_id"], previous, row["number"], bytes(row["mac"]))
    except KeyError:
        return "key_unknown"
    return "" if wanted == bytes(row["seal"]) else "out_of_order"


def _anchored() -> dict[str, Any] | None:
    try:
        return json.loads(anchor_path().read_text())
    except FileNotFoundError:
        return None


def _anchor_fault(held: dict[str, Any], checked: int, unsealed: int) -> Verdict | None:
    if held["number"] > checked:
        return Verdict(False, checked, unsealed, checked + 1, "", "cut_off")
    if _seal_at(held["number"]).hex() != held["seal"]:
        return Verdict(False, checked, unsealed, held["number"], "", "rewritten")
    return None


@every(seconds=1, name="kernel.seal_audit")
def seal_loop() -> int:
    """The worker's loop."""
    return seal()
