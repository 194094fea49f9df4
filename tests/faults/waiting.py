"""Received cases whose acceptance clock is about to run out: ``python -m tests.faults.waiting <how many>``.

Prints their ids. Nobody accepts them, so the worker's timer has to, once.
"""

import os
import sys
from datetime import timedelta

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from citybrain.hub.cases.models import Clock
from citybrain.kernel import clock

from .clerks import Clerks, until_done

LEFT = timedelta(seconds=5)


def main(how_many: int) -> None:
    clerks = until_done(Clerks)
    for number in range(how_many):
        case = until_done(lambda n=number: clerks.run(f"waiting-{n}", steps=("submit", "receive")))
        running = Clock.objects.filter(case_id=case, state="running", fires_at__isnull=False)
        assert running.update(fires_at=clock.now() + LEFT) == 1, "no timer runs after receipt"
        print(case)


if __name__ == "__main__":
    main(int(sys.argv[1]))
