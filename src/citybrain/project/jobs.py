"""The job process: long work of the data room, apart from pages and events, at a lower priority.

Killed half-way, the next one goes on from the last finished step.
"""

import os
import signal
import threading
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "citybrain.project.settings")
import django

django.setup()

from django.conf import settings

from citybrain.hub.data.api import keep_doing_jobs

LANES = 2
NICE = 10
BEAT_SECONDS = 5.0


def main() -> None:
    """Do jobs in two lanes until asked to stop; what runs then goes on in the next process."""
    stop = threading.Event()
    for sig in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sig, lambda *_: stop.set())
    os.nice(NICE)
    alive = Path(settings.DATA_DIR) / "run" / f"{os.environ.get('CITYBRAIN_PROCESS', 'jobs')}.alive"
    alive.parent.mkdir(parents=True, exist_ok=True)
    for number in range(LANES):
        threading.Thread(target=keep_doing_jobs, args=(stop,), name=f"jobs-{number + 1}", daemon=True).start()
    while not stop.wait(BEAT_SECONDS):
        alive.touch()


if __name__ == "__main__":
    main()
