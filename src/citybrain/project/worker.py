"""The worker process: the rooms' recurring loops (delivery of events to subscribers is one of them).

Each loop has its own thread and database connection. A failure in one is logged and tried again with growing
pauses; it never stops the others. Stops when asked: no new work is begun, what
runs is finished, and what is killed half-way is done again by the next worker (subscribers are idempotent).
"""

import logging
import os
import signal
import threading
import time
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.conf import settings

from citybrain.kernel import loops

logger = logging.getLogger(__name__)
BEAT_SECONDS = 5.0
FINISH_SECONDS = 8


class Beat(threading.Thread):
    """Touches a file every few seconds so that the launcher and the doctor see that we live."""

    def __init__(self, stop: threading.Event) -> None:
        super().__init__(name="beat", daemon=True)
        self.stopping = stop
        self.path = Path(settings.DATA_DIR) / "run" / f"{os.environ.get('CITYBRAIN_PROCESS', 'worker')}.alive"

    def run(self) -> None:
        self.path.parent.mkdir(parents=True, exist_ok=True)
        while not self.stopping.is_set():
            self.path.touch()
            self.stopping.wait(BEAT_SECONDS)


def end_late(stop: threading.Event) -> None:
    """A worker that cannot finish in time (the database is gone) ends as a crash would: nothing is lost by it."""
    stop.wait()
    time.sleep(FINISH_SECONDS + 2)
    logger.warning("not finished in time; leaving")
    os._exit(1)


def main() -> None:
    stop = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: stop.set())
    beat = Beat(stop)
    beat.start()
    threads = loops.run(stop)
    threading.Thread(target=end_late, args=(stop,), name="last-call", daemon=True).start()
    stop.wait()
    for thread in [*threads, beat]:
        thread.join(FINISH_SECONDS)


if __name__ == "__main__":
    main()
