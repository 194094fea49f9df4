"""A throwaway city for one measurement: the launcher's own PostgreSQL (fsync on), web, live push, worker.

Everything is started by the product's launcher in a folder of its own on free ports, and is gone afterwards.
``--keep FOLDER`` uses and keeps a folder, so that set-up and preloaded cases are paid for once.
"""

from __future__ import annotations

import contextlib
import os
import platform
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from citybrain.project import config as configuration
from citybrain.project import postgres
from citybrain.project.config import Config
from citybrain.project.up import Launcher

WEB_WORKERS, WEB_THREADS = 2, 4


def configured(folder: Path) -> Config:
    """Settings of the throwaway city; an outside DATABASE_URL is never used for measuring."""
    port = postgres.free_port()
    return replace(
        configuration.load({"CITYBRAIN_MODE": "demo"}),
        host="127.0.0.1", port=port, live_port=postgres.free_port(), db_port=postgres.free_port(),
        data_dir=folder, database_url="", web_workers=WEB_WORKERS, web_threads=WEB_THREADS, workers=1,
    )  # fmt: skip


@contextlib.contextmanager
def city(keep: str = "") -> Iterator[Launcher]:
    """A served city; Django is ready in this process, on the same database."""
    folder = Path(keep).resolve() if keep else Path(tempfile.mkdtemp(prefix="citybrain-bench-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs under another account when we are root
    config = configured(folder)
    # the identity simulator is not part of what is measured: sessions are opened directly
    os.environ["CITYBRAIN_OIDC_URL"] = "http://127.0.0.1:9"
    os.environ["CITYBRAIN_WEB_THREADS"] = str(WEB_THREADS)
    os.environ["CITYBRAIN_LOG_LEVEL"] = "WARNING"
    launcher = Launcher(config)
    try:
        launcher.prepare_files()
        launcher.start_database()
        launcher.prepare_database()
        launcher.start_processes()
        ready(launcher)
        yield launcher
    finally:
        close()
        launcher.supervisor.stop()
        if launcher.server is not None:
            home = launcher.server.home
            launcher.server.release()
            if not keep:
                shutil.rmtree(home, ignore_errors=True)
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def ready(launcher: Launcher) -> None:
    """Django in this process, with the same settings as the city's own processes."""
    os.environ.update(
        {k: v for k, v in launcher.env.items() if k.startswith(("CITYBRAIN_", "DATABASE_", "DJANGO_"))}
    )
    import django

    django.setup()


def close() -> None:
    """Give our own connections back before the server stops."""
    with contextlib.suppress(Exception):
        from django.db import connections

        connections.close_all()


def machine() -> str:
    """What we measure on."""
    load = os.getloadavg()[0]
    return (
        f"{len(os.sched_getaffinity(0))} cores, Python {platform.python_version()}, {platform.system()} "
        f"{platform.machine()}, load before {load:.1f}"
    )


def cpu_seconds() -> tuple[float, float, float]:
    """CPU used so far by the city's processes, by this measuring process, and by the whole machine."""
    tick = os.sysconf("SC_CLK_TCK")
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                rest = (entry / "stat").read_text().rpartition(")")[2].split()
                parents[int(entry.name)] = int(rest[1])
                used[int(entry.name)] = sum(map(int, rest[11:15])) / tick
    mine, ours = os.getpid(), 0.0
    for pid, seconds in used.items():
        above = parents.get(pid, 0)
        while above not in (0, 1, mine):
            above = parents.get(above, 0)
        ours += seconds if above == mine else 0.0
    first = Path("/proc/stat").read_text().split("\n")[0].split()[1:]
    busy = sum(int(value) for place, value in enumerate(first[:8]) if place not in (3, 4)) / tick
    own = os.times()
    return ours, own.user + own.system, busy


def dead(launcher: Launcher) -> list[str]:
    """Names of processes that ended during the measurement (none, hopefully)."""
    return [child.name for child in launcher.supervisor.children if not child.alive()]
