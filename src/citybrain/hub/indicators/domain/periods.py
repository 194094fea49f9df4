"""Periods and windows in city time. A period has a key (``2026-11-23``, ``2026-W48``, ``2026-11``, ``2026Q4``, ``2026H2``, ``2026``)."""

from datetime import date, datetime, time, timedelta

from citybrain.kernel.clock import CITY_ZONE

DAYS_OF_WINDOW = {"today": 1, "7d": 7, "30d": 30}
LIVE_MINUTES = 15
# How old a figure may be before it is shown grey (A34): its frequency, and a little for the run itself.
ALLOWANCE = {
    "live": timedelta(minutes=LIVE_MINUTES),
    "daily": timedelta(days=1, hours=2),
    "weekly": timedelta(days=7, hours=12),
    "monthly": timedelta(days=31, hours=12),
    "quarterly": timedelta(days=92, hours=12),
    "half_yearly": timedelta(days=184, hours=12),
    "yearly": timedelta(days=366, hours=12),
}
# How often a figure is computed again, at most: well inside its frequency.
RENEW = {
    "daily": timedelta(hours=1),
    "weekly": timedelta(hours=6),
    "monthly": timedelta(hours=6),
    "quarterly": timedelta(hours=12),
    "half_yearly": timedelta(hours=12),
    "yearly": timedelta(hours=12),
}
MONTHS = {"monthly": 1, "quarterly": 3, "half_yearly": 6, "yearly": 12}


def start_of(day: date) -> datetime:
    """Midnight in the city at which ``day`` begins."""
    return datetime.combine(day, time(), CITY_ZONE)


def day_key(day: date) -> str:
    """Key of a day."""
    return day.isoformat()


def period_of(frequency: str, day: date) -> str:
    """Key of the period a day falls in."""
    if frequency in {"live", "daily"}:
        return day_key(day)
    if frequency == "weekly":
        year, week, _ = day.isocalendar()
        return f"{year}-W{week:02d}"
    if frequency == "monthly":
        return f"{day:%Y-%m}"
    if frequency == "quarterly":
        return f"{day.year}Q{(day.month + 2) // 3}"
    if frequency == "half_yearly":
        return f"{day.year}H{1 if day.month <= 6 else 2}"
    return str(day.year)


def bounds_of(frequency: str, day: date) -> tuple[date, date]:
    """First day of the period of ``day`` and first day of the next."""
    if frequency in {"live", "daily"}:
        return day, day + timedelta(days=1)
    if frequency == "weekly":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=7)
    months = MONTHS[frequency]
    first_month = (day.month - 1) // months * months + 1
    following = first_month + months
    return date(day.year, first_month, 1), date(day.year + (following > 12), (following - 1) % 12 + 1, 1)


def window_days(window: str, day: date) -> tuple[date, date] | None:
    """First day and day after the last of a window that ends with ``day``; None for ``now`` and ``period``."""
    if window in DAYS_OF_WINDOW:
        return day - timedelta(days=DAYS_OF_WINDOW[window] - 1), day + timedelta(days=1)
    if window == "month":
        return day.replace(day=1), day + timedelta(days=1)
    if window == "year":
        return day.replace(month=1, day=1), day + timedelta(days=1)
    return None


def is_stale(frequency: str, as_of: datetime | None, now: datetime) -> bool:
    """Whether a figure is older than its frequency allows."""
    return as_of is not None and now - as_of > ALLOWANCE[frequency]
