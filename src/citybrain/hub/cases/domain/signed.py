"""The canonical record an officer signs when deciding: one text for one act, the same whenever it is made again.

JSON with sorted keys, no spaces, UTF-8; times in UTC. It holds everything the decision says, and the id and signature of
the transition before it, so that neither a word nor the order can change unseen. Free of the database.
"""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from citybrain.kernel.crypto import sm3

FORM = 1  # raised when the record's shape changes; older forms stay readable


def record(row: Any, *, case_no: str, outcome: str, previous: Any) -> dict[str, Any]:
    """The record of a transition row; ``previous`` is the row before it in the case, or None."""
    who = row.actor
    return {
        "form": FORM, "case": str(row.case_id), "case_no": case_no, "transition": str(row.pk), "seq": row.seq,
        "action": row.action, "name": row.name, "from": row.from_state, "to": row.to_state, "outcome": outcome,
        "fields": row.data, "comment": row.comment, "at": row.at.astimezone(UTC).isoformat(),
        "officer": who.get("name", ""), "account": str(row.account_id), "post": who.get("post_id", ""),
        "role": row.role, "organisation": row.organisation,
        "previous": _previous(previous),
    }  # fmt: skip


def _previous(row: Any) -> dict[str, str]:
    if row is None:
        return {"transition": "", "signature": ""}
    return {"transition": str(row.pk), "signature": bytes(row.signature or b"").hex()}


def digest(said: dict[str, Any]) -> bytes:
    """SM3 of the canonical text."""
    text = json.dumps(
        said, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=_plain
    )
    return sm3(text.encode())


def _plain(value: Any) -> Any:
    """As the database's JSON would give it back."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value)
    raise TypeError(f"{type(value).__name__} cannot be signed")
