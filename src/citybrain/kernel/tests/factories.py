"""Test data of the kernel: the published holiday tables, actors, throw-away keys."""

from functools import cache
from pathlib import Path
from uuid import UUID

import yaml

from citybrain.kernel import workdays
from citybrain.kernel.actor import Actor
from citybrain.kernel.domain.calendars import Calendar, special_days

HOLIDAYS = Path(__file__).resolve().parents[4] / "packs" / "ningde" / "holidays"


@cache
def holiday_tables() -> tuple[dict, ...]:
    """The yearly tables as published (2024–2026; 2027 is not out yet and so missing)."""
    return tuple(yaml.safe_load(path.read_text("utf-8")) for path in sorted(HOLIDAYS.glob("*.yaml")))


@cache
def published_calendar() -> Calendar:
    """A calendar of the published years, without a database."""
    return Calendar(special_days((d["date"], d["kind"]) for table in holiday_tables() for d in table["days"]))


def load_holidays() -> None:
    """Load the published years into the database."""
    for table in holiday_tables():
        workdays.load_year(table["year"], table["days"], table["source"], table.get("confirmed", True))


def clerk(*permissions: str, organisation: str = "350902-scjg", account: int = 7) -> Actor:
    """An official with the given permissions."""
    return Actor(
        kind="official", account_id=UUID(int=account), post_id=UUID(int=account + 100), organisation=organisation,
        authority="post", name="张三", permissions=frozenset(permissions),
    )  # fmt: skip


def citizen(account: int = 1) -> Actor:
    """A citizen acting for himself."""
    return Actor(
        kind="citizen", account_id=UUID(int=account), person_id=UUID(int=account + 1000), name="林小梅"
    )
