"""What colour a case has at a moment. Follows from two instants, so SQL and Python agree."""

from __future__ import annotations

from datetime import datetime

LIGHTS = ("green", "yellow", "red", "paused", "")


def light_at(now: datetime, due_at: datetime | None, yellow_at: datetime | None, paused: bool) -> str:
    """red after the due instant, yellow from the warning instant, paused while no time counts, "" without a clock."""
    if due_at is None:
        return ""
    if paused:
        return "paused"
    if now > due_at:
        return "red"
    return "yellow" if yellow_at is not None and now >= yellow_at else "green"
