"""Grades L1–L4 (reference §6.6): the highest wins (就高从严), and what each grade allows."""

from collections.abc import Iterable

GRADES = ("L1", "L2", "L3", "L4")
# The matrix [D]: the highest grade that may be shared and opened in each way. L4, important and core data need a
# special approval to be shared at all and are never opened.
HIGHEST_SHARED = {"unconditional": "L2", "conditional": "L3", "none": "L4"}
HIGHEST_OPENED = {"unconditional": "L1", "conditional": "L2", "none": "L4"}


def highest(grades: Iterable[str]) -> str:
    """The strictest of some grades; L1 when there are none."""
    return max(grades, default="L1")


def may_share(grade: str, sharing: str) -> bool:
    """Whether the matrix lets data of a grade be shared in this way without a special approval."""
    return grade <= HIGHEST_SHARED.get(sharing, "L4")


def may_open(grade: str, opening: str) -> bool:
    """Whether the matrix lets data of a grade be opened in this way; ``none`` and nothing always pass."""
    return grade <= HIGHEST_OPENED.get(opening, "L4")
