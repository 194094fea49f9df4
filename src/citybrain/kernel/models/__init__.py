"""Tables of the kernel."""

from citybrain.kernel.models.audit import AuditEntry
from citybrain.kernel.models.holiday import Holiday, HolidayYear
from citybrain.kernel.models.live import LiveEvent
from citybrain.kernel.models.outbox import Consumption, Delivery, OutboxEvent
from citybrain.kernel.models.throttle import KeptResult

__all__ = [
    "AuditEntry",
    "Consumption",
    "Delivery",
    "Holiday",
    "HolidayYear",
    "KeptResult",
    "LiveEvent",
    "OutboxEvent",
]
