"""Spans of time a measure may look at, in city time."""

from datetime import datetime, timedelta

from citybrain.kernel import clock


def since(window: str) -> datetime | None:
    """The first instant of a window that ends now; None for all time."""
    midnight = clock.local().replace(hour=0, minute=0, second=0, microsecond=0)
    return {
        "today": midnight,
        "days7": midnight - timedelta(days=6),
        "days30": midnight - timedelta(days=29),
        "month": midnight.replace(day=1),
        "year": midnight.replace(month=1, day=1),
    }.get(window)
