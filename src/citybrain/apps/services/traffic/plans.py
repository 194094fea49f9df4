"""What is to become of each application the traffic makes: straight through, corrected, refused, or rated badly.

Citizens and officials of one run share it, as they share the city: who refuses does so because the plan says it.
"""

from __future__ import annotations

import random
import re
import threading
from dataclasses import dataclass, field

UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
HAPPY, CORRECTED, REFUSED, BAD, BUNDLE = "happy", "corrected", "refused", "bad", "bundle"
ROTATION = (HAPPY, CORRECTED, BUNDLE, BAD, REFUSED, HAPPY)
"""Every kind comes up soon, however short the run is."""
BAD_GRADES = (4, 5)
GOOD_GRADES = (1, 1, 1, 2, 2, 3)


def case_id(path: str) -> str:
    """The case's id in an address, "" when there is none."""
    found = UUID.search(path)
    return found.group(0) if found else ""


@dataclass
class Plans:
    """Kind of each case by id, and what has been done about it. Safe for threads."""

    kinds: dict[str, str] = field(default_factory=dict)
    rated: set[str] = field(default_factory=set)
    ended: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def note(self, path: str, kind: str) -> None:
        with self._lock:
            self.kinds[case_id(path)] = kind

    def kind(self, path: str) -> str:
        """The plan of a case; what the traffic did not make goes straight through."""
        with self._lock:
            return self.kinds.get(case_id(path), HAPPY)

    def made(self, path: str) -> bool:
        """Whether the traffic itself made this case."""
        with self._lock:
            return case_id(path) in self.kinds

    def first_time(self, which: set[str], path: str) -> bool:
        """Whether this case is not in ``which`` yet; it is afterwards."""
        with self._lock:
            found = case_id(path)
            fresh = found not in which
            which.add(found)
            return fresh

    def grade(self, path: str, rng: random.Random) -> int:
        """How the citizen rates: badly when the plan says so."""
        return rng.choice(BAD_GRADES if self.kind(path) == BAD else GOOD_GRADES)
