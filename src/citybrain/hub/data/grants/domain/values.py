"""Values as the interfaces write them in JSON: exact numbers as text without empty places, days and moments in ISO form."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from citybrain.kernel import clock


def shown(value: Any) -> str:
    """A value JSON has no form for; moments in the city's zone."""
    if isinstance(value, Decimal):
        return plain(value)
    if isinstance(value, datetime):
        return clock.local(value).isoformat() if value.tzinfo else value.isoformat()
    return value.isoformat() if isinstance(value, date) else str(value)


def plain(number: Decimal) -> str:
    """``12``, ``12.5``: without exponent and without empty places."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
