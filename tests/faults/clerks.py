"""Citizens and clerks under load: cases opened, submitted, received and accepted, until told to stop.

Run as a process: ``python -m tests.faults.clerks <file> <stop file>``. Each note is the id of a case whose four steps
were acknowledged. A step that fails is repeated with the same idempotency key, as a browser or a clerk would: the
answer may have been lost although the work was done.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections

from citybrain.hub.cases import api as cases
from citybrain.hub.identity import api as identity
from citybrain.hub.identity.models import Account

ORGANISATION = "350902-scjg"
LIMITS = {"statutory": {"value": 20, "unit": "workday"}, "promised": {"value": 10, "unit": "workday"}}


def actor(username: str):
    return identity.actor_of(Account.objects.get(username=username))


class Clerks:
    """The people of the demo, doing the same four steps again and again."""

    def __init__(self) -> None:
        self.citizen, self.window, self.reviewer = (
            actor(name) for name in ("lin.xiaomei", "window", "reviewer")
        )
        self.subject = identity.subject_of(self.citizen)

    def run(self, number, steps=("submit", "receive", "accept")):
        by = {"submit": self.citizen, "receive": self.window, "accept": self.reviewer}
        case = cases.open_case(
            case_type="permit", by=self.citizen, subject=self.subject, organisation=ORGANISATION,
            division="350902000000", matter="food-licence-new", matter_name={"zh": "食品经营许可"},
            title=f"probe-{number}", data={}, limits=LIMITS, demo=True, idempotency_key=f"open-{number}",
        )  # fmt: skip
        for step in steps:
            cases.act(case.id, step, by=by[step], data={}, idempotency_key=f"{step}-{number}")
        return case.id


def until_done(work):
    """Repeat through outages of the database; any other failure is a finding."""
    while True:
        try:
            return work()
        except (DatabaseError, InterfaceError):
            connections.close_all()
            time.sleep(0.1)


def main(notes: Path, stop: Path) -> None:
    number, clerks = 0, until_done(Clerks)
    with open(notes, "a", encoding="ascii") as file:
        while not stop.exists():
            number += 1
            file.write(f"{until_done(lambda n=number: clerks.run(n))}\n")
            file.flush()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
