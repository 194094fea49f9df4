"""The dates of a filter as instants."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils.translation import gettext as _

from citybrain.hub.cases.data import Filters
from citybrain.kernel import clock
from citybrain.kernel.errors import FieldProblem, Invalid


def period(filters: Filters) -> tuple[datetime | None, datetime | None]:
    """since/until as instants; dates are whole days of the city, ``until`` included."""
    since = _instant(filters.since, "since")
    until = _instant(filters.until, "until")
    return since, until + timedelta(days=1) if until else None


def _instant(value: Any, name: str) -> datetime | None:
    if not value:
        return None
    if isinstance(value, datetime):
        return value
    try:
        day = value if isinstance(value, date) else date.fromisoformat(str(value))
    except ValueError:
        raise Invalid([FieldProblem(name, "date", _("Write the date like 2026-11-23."))]) from None
    return datetime.combine(day, time(0), clock.CITY_ZONE)
