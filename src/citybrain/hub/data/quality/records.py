"""Frozen records of quality that cross the door. No Django."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from citybrain.kernel.text import Text


@dataclass(frozen=True)
class ProblemRecord:
    """One row that broke a rule: its delivery and number in it, item → value (personal ones masked)."""

    batch: str
    row: int | None
    values: dict[str, Any]


@dataclass(frozen=True)
class Problems:
    """What the last scan found for one rule. ``rows``: a sample of at most 200."""

    resource: str
    rule: str
    title: Text
    dimension: str
    severity: str
    basis: str
    owner: str
    judged: int
    failed: int
    scan_id: str
    at: datetime
    rows: tuple[ProblemRecord, ...]


@dataclass(frozen=True)
class ScanResult:
    """One scan: rule → (judged, failed), and rules that could not be scanned with the reason."""

    id: str
    resource: str
    owner: str
    mode: str
    rows: int
    at: datetime
    counts: dict[str, tuple[int, int]]
    broken: dict[str, Text]
