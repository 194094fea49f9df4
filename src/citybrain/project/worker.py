"""The worker process: jobs, and the rooms' recurring loops (delivery of events to subscribers is one of them).

Each loop has its own thread and database connection. A failure in one is logged and tried again with growing
pauses; it never stops the others. Stops when asked: no new work is begun, what
runs is finished, and what is killed half-way is done again by the next worker (jobs and subscribers are idempotent).
"""

import asyncio
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
from procrastinate.contrib.django import app as jobs

from citybrain.kernel import loops

logger = logging.getLogger(__name__)
PAUSE_LONGEST = 30.0
BEAT_SECONDS = 5.0
STALLED_SECONDS = 60
JOBS_AT_ONCE = 2
JOBS_NICE = 10  # rendering certificates may take what pages leave over
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


async def rescue_stalled() -> None:
    """Give jobs of killed workers back to the queue."""
    for job in await jobs.job_manager.get_stalled_jobs(seconds_since_heartbeat=STALLED_SECONDS):
        logger.warning("job %s of a killed worker is queued again", job.id)
        await jobs.job_manager.retry_job(job)


async def rescue_often() -> None:
    while True:
        try:
            await rescue_stalled()
        except Exception:
            logger.exception("looking for stalled jobs failed")
        await asyncio.sleep(STALLED_SECONDS / 2)


async def run_jobs(stop: threading.Event) -> None:
    """procrastinate's worker with its own connections; started again when the database was away."""
    wait = 1.0
    while not stop.is_set():
        worker_app = jobs.with_connector(jobs.connector.get_worker_connector())  # type: ignore[attr-defined]
        try:
            async with worker_app.open_async():
                work = asyncio.create_task(
                    worker_app.run_worker_async(
                        concurrency=JOBS_AT_ONCE, install_signal_handlers=False,
                        shutdown_graceful_timeout=FINISH_SECONDS, delete_jobs="successful",
                    )
                )  # fmt: skip
                rescue = asyncio.create_task(rescue_often())
                await until_stop_or_done(stop, work)
                rescue.cancel()
                work.cancel()
                await asyncio.gather(work, rescue, return_exceptions=True)
                if work.done() and not work.cancelled() and work.exception() and not stop.is_set():
                    raise work.exception()  # type: ignore[misc]
                wait = 1.0
        except Exception:
            logger.exception("the job worker stopped; starting it again")
            await asyncio.sleep(wait)
            wait = min(wait * 2, PAUSE_LONGEST)


async def until_stop_or_done(stop: threading.Event, work: asyncio.Task) -> None:
    while not stop.is_set() and not work.done():
        await asyncio.sleep(0.1)


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
    os.nice(JOBS_NICE)  # this thread and those that jobs run in, not the loops started before
    threading.Thread(target=end_late, args=(stop,), name="last-call", daemon=True).start()
    asyncio.run(run_jobs(stop))
    for thread in [*threads, beat]:
        thread.join(FINISH_SECONDS)


if __name__ == "__main__":  # under its own name: procrastinate warns about applications made in __main__
    from citybrain.project import worker

    worker.main()
