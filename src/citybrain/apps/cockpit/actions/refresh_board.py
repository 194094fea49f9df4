"""Compute a board's picture; when it changed, keep it and tell every screen."""

import json
from datetime import datetime, timedelta

from django.db import transaction

from citybrain.apps.cockpit.models import Board, Snapshot
from citybrain.apps.cockpit.queries.boards import document
from citybrain.apps.cockpit.queries.compute import content
from citybrain.kernel import clock, live
from citybrain.kernel.crypto import sm3_hex


def channel(key: str) -> str:
    """The live channel of a board."""
    return f"cockpit.{key}"


def refresh_board(board: Board, *, only_if_older: timedelta | None = None) -> bool:
    """Recompute the snapshot; True when screens have something new. Two processes may race: the row lock decides."""
    now = clock.now()
    if only_if_older is not None and _fresh(board, now - only_if_older):
        return False
    fresh = content(document(board))
    text = json.dumps(fresh, ensure_ascii=False, sort_keys=True)
    digest = sm3_hex(f"{board.hash}:{text}".encode())
    with transaction.atomic():
        kept, _made = Snapshot.objects.select_for_update().get_or_create(
            board=board, defaults={"changed_at": now, "checked_at": now}
        )
        changed = kept.hash != digest
        kept.checked_at = now
        if changed:
            kept.content, kept.hash, kept.changed_at, kept.version = fresh, digest, now, kept.version + 1
            live.push(
                channel(board.key), {"board": board.key, "version": kept.version, "at": now.isoformat()}
            )
        kept.save()
    return changed


def _fresh(board: Board, limit: datetime) -> bool:
    return Snapshot.objects.filter(board=board, checked_at__gt=limit).exists()
