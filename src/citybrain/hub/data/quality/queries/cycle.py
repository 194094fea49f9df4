"""When a table is late, and since when its rows are of the last cycle."""

from datetime import datetime, time, timedelta

from citybrain.hub.data.data import CYCLE_DAYS, ResourceRecord
from citybrain.hub.data.quality.domain.rule import Rule
from citybrain.kernel import clock, workdays


def fresh_since(record: ResourceRecord) -> datetime | None:
    """The beginning of the last cycle: a row received since then is of it. None when the resource has no cycle."""
    days = CYCLE_DAYS.get(record.cycle)
    if days is None:
        return None
    return datetime.combine(clock.today() - timedelta(days=days), time(0), clock.CITY_ZONE)


def on_time(rule: Rule, record: ResourceRecord) -> bool | None:
    """Whether the last delivery is recent enough for a ``timely`` rule; None without a cycle or limit.

    ``within`` days or working days, else the days of the cycle. MissingYear when the holiday table lacks a year.
    """
    within = int(rule.text("within") or CYCLE_DAYS.get(record.cycle, 0))
    if not within:
        return None
    if record.received_at is None:
        return False
    limit = workdays.Limit(within, "workday" if rule.text("unit") == "workday" else "day")
    if limit.unit == "day":
        return clock.local(record.received_at).date() >= clock.today() - timedelta(days=within)
    return clock.now() <= workdays.due(record.received_at, limit)
