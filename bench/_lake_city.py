"""A lake of its own for measuring: PostgreSQL of the launcher, Django, an empty or kept folder; no web processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from citybrain.project import cli, postgres
from citybrain.project import config as configuration

os.environ["TZ"] = (
    "Asia/Shanghai"  # as in the city's processes; the engine takes its zone when it is first loaded
)
time.tzset()


@contextlib.contextmanager
def lake_city(keep: str = "", memory: str = "2GB", threads: int = 2) -> Iterator[Path]:
    """The folder; Django is ready and the tables are migrated. ``keep`` names a folder to use and keep."""
    folder = Path(keep).resolve() if keep else Path(tempfile.mkdtemp(prefix="citybrain-lake-"))
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o755)  # PostgreSQL runs under another account when we are root
    os.environ.update(
        CITYBRAIN_DATA_DIR=str(folder), CITYBRAIN_MODE="demo", CITYBRAIN_LAKE_WAREHOUSE=str(folder / "lake"),
        CITYBRAIN_LAKE_MEMORY=memory, CITYBRAIN_LAKE_THREADS=str(threads), CITYBRAIN_LAKE_ENGINE="embedded",
        CITYBRAIN_LOG_LEVEL="ERROR",
    )  # fmt: skip
    config = replace(
        configuration.load({"CITYBRAIN_MODE": "demo"}), data_dir=folder, database_url="", db_port=postgres.free_port()
    )  # fmt: skip
    try:
        with cli.django_ready(config):
            from django.core.management import call_command

            call_command("migrate", verbosity=0)
            yield folder
            close()
    finally:
        if not keep:
            shutil.rmtree(postgres.home_for(folder), ignore_errors=True)
            shutil.rmtree(folder, ignore_errors=True)


def close() -> None:
    """Give connections and files back."""
    from citybrain.hub.data.lake import catalog, distributed, engine

    for part in (distributed, engine, catalog):
        part.forget()
