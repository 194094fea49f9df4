"""Keep the newest happenings for the stream, few enough to cost nothing.

A busy city decides hundreds of cases a second and nobody reads more than a few lines: at most four a second are
kept, and old ones go.
"""

import time
from datetime import datetime
from uuid import UUID

from citybrain.apps.cockpit.models import Happening

MOST_A_SECOND = 4
KEPT = 200
_last = 0.0
_since_clearing = 0


def keep_happening(
    *, event: UUID, at: datetime, matter: dict[str, str], place: str, state: dict[str, str]
) -> bool:
    """Keep one happening unless four were kept this second; True when kept. Safe to repeat."""
    global _last, _since_clearing
    now = time.monotonic()
    if now - _last < 1 / MOST_A_SECOND:
        return False
    _last = now
    Happening.objects.bulk_create(
        [Happening(id=event, at=at, matter=matter, place=place, state=state)], ignore_conflicts=True
    )
    _since_clearing += 1
    if _since_clearing >= KEPT // 4:
        _since_clearing = 0
        clear_old()
    return True


def clear_old() -> None:
    """Forget all but the newest."""
    newest = Happening.objects.values_list("at", flat=True)[KEPT - 1 : KEPT]
    for limit in newest:
        Happening.objects.filter(at__lt=limit).delete()
