"""The printer process: makes the sealed PDFs of new certificates with what the other processes leave over.

Printing is some fifty milliseconds of work each and nobody waits for it: who opens a certificate that has no file yet
gets it made at once. So this process runs at the lowest priority and in nobody's interpreter. Killed half-way it
leaves nothing half done: the certificate still waits and is printed by the next one.
"""

import contextlib
import logging
import os
import signal
import threading
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.conf import settings
from django.db import close_old_connections, connections

from citybrain.hub.certificates.api import render_next

logger = logging.getLogger(__name__)
LOOK_SECONDS = 2.0
PAUSE_LONGEST = 30.0
NICE = 19


def step_back() -> None:
    """The lowest priority. Linux weighs sessions first (autogroup), and our launcher gives every child its own."""
    os.nice(NICE)
    with contextlib.suppress(OSError):  # a kernel without autogroups
        Path("/proc/self/autogroup").write_text(str(NICE))


def main() -> None:
    stop = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: stop.set())
    step_back()
    alive = Path(settings.DATA_DIR) / "run" / f"{os.environ.get('CITYBRAIN_PROCESS', 'printer')}.alive"
    alive.parent.mkdir(parents=True, exist_ok=True)
    pause = LOOK_SECONDS
    while not stop.is_set():
        alive.touch()
        try:
            close_old_connections()
            if render_next():
                continue
            pause = LOOK_SECONDS
        except Exception:
            logger.exception("looking for certificates to print failed")
            connections.close_all()
            pause = min(pause * 2, PAUSE_LONGEST)
        stop.wait(pause)


if __name__ == "__main__":
    main()
