"""When a figure warns and when it calms down again: with hysteresis, so that one on the border does not flicker.

Worse than ``warn`` → warn; worse than ``alarm`` → alarm. An alarm falls back to warn only when the figure is better
than ``warn``; a warning ends only when it is better than ``clear`` (default: ``warn``).
"""

from dataclasses import dataclass
from decimal import Decimal

CALM, WARN, ALARM = "calm", "warn", "alarm"


@dataclass(frozen=True)
class Lines:
    """Thresholds with their direction."""

    warn: Decimal
    alarm: Decimal | None = None
    clear: Decimal | None = None
    direction: str = "higher"  # which way is better

    def faults(self) -> list[str]:
        """What is contradictory: alarm must be worse than warn, clear must be better or equal."""
        found = []
        if self.alarm is not None and not self.worse(self.alarm, self.warn):
            found.append("alarm must lie on the bad side of warn")
        if self.clear is not None and self.worse(self.clear, self.warn):
            found.append("clear must lie on the good side of warn")
        return found

    def worse(self, value: Decimal, line: Decimal) -> bool:
        """Whether ``value`` is strictly on the bad side of ``line``."""
        return value < line if self.direction == "higher" else value > line


def next_severity(previous: str, value: Decimal, lines: Lines) -> str:
    """The severity after a new value, given the one before."""
    if lines.alarm is not None and lines.worse(value, lines.alarm):
        return ALARM
    if lines.worse(value, lines.warn):
        return ALARM if previous == ALARM else WARN
    if previous == CALM:
        return CALM
    clear = lines.warn if lines.clear is None else lines.clear
    return WARN if lines.worse(value, clear) else CALM


def crossed(severity: str, lines: Lines) -> Decimal:
    """The line whose crossing a severity stands for."""
    return lines.alarm if severity == ALARM and lines.alarm is not None else lines.warn
