"""When a resource is past its update cycle (更新周期, reference §6.2): what came last is older than the cycle allows."""

from datetime import datetime, timedelta

from citybrain.hub.data.data import CYCLE_DAYS

GRACE = 1  # a delivery by night counts for the day before


def past_cycle(cycle: str, received_at: datetime | None, now: datetime) -> bool:
    """Whether the last delivery is too old. ``irregular`` never is; a resource nothing has come for yet is."""
    days = CYCLE_DAYS.get(cycle)
    if days is None:
        return False
    return received_at is None or now - received_at > timedelta(days=days + GRACE)
