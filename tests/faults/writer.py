"""A client under load: writes through the kernel's doors and notes what was acknowledged, until told to stop.

Run as a process: ``python -m tests.faults.writer <file> <stop file>``. Each note is a line with a number whose
audit row, event and live message were committed together. What fails is not noted and simply tried again later.
"""

import os
import sys
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.db import DatabaseError, InterfaceError, connections, transaction

from citybrain.kernel import audit, events, live
from citybrain.kernel.actor import Actor

PAUSE = (
    0.01  # about fifty writes a second: enough to be in the middle of one, little enough for slow machines
)


class Probed(events.Event):
    name = "kernel.probed"
    number: int


def write(number: int) -> None:
    by = Actor.system("probe")
    with transaction.atomic():
        audit.record("kernel.probe", by=by, obj=f"probe:{number}")
        events.publish(Probed(number=number), aggregate=f"probe:{number % 7}", by=by)
        live.push("probe", {"number": number})


def main(notes: Path, stop: Path) -> None:
    number = 0
    with open(notes, "a", encoding="ascii") as file:
        while not stop.exists():
            number += 1
            try:
                write(number)
            except (DatabaseError, InterfaceError):
                connections.close_all()
                time.sleep(0.05)
                continue
            file.write(f"{number}\n")
            file.flush()
            time.sleep(PAUSE)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
