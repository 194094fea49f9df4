"""The embedded engine: DuckDB in this process, one instance, a cursor a question, bounded in memory, threads and time.

It opens files below the warehouse and nothing else, and its settings are locked, so that no SQL, however it came here,
reads other files, reaches the network or loads code.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.resources import files as resources
from pathlib import Path
from typing import Any

import duckdb
from django.conf import settings

from citybrain.hub.data.lake.catalog import local, warehouse
from citybrain.hub.data.lake.store import answered
from citybrain.kernel.errors import Unavailable

SECONDS = 30.0
_guard = threading.Lock()
_instances: dict[str, duckdb.DuckDBPyConnection] = {}


def instance() -> duckdb.DuckDBPyConnection:
    """The engine of this process, opened on first use."""
    with _guard:
        folder = local(warehouse())
        if folder not in _instances:
            _instances[folder] = opened(folder)
        return _instances[folder]


def forget() -> None:
    """Close the engine; the next question opens it again."""
    with _guard:
        for made in _instances.values():
            made.close()
        _instances.clear()


def opened(folder: str, files: Sequence[str] = ()) -> duckdb.DuckDBPyConnection:
    """A fresh engine that may open files below ``folder``, its own spill folder and exactly ``files``, nothing else."""
    spill = Path(settings.DATA_DIR) / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    made = duckdb.connect(
        ":memory:",
        config={
            "memory_limit": settings.LAKE_MEMORY,
            "threads": settings.LAKE_THREADS,
            "temp_directory": str(spill),
            "max_temp_directory_size": settings.LAKE_SPILL,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "preserve_insertion_order": "false",
            "python_enable_replacements": "false",
        },
    )
    if folder.startswith("s3://"):
        reach_store(made)
    # No file of the lake is ever written twice under a name: what is kept of one is not looked at again. Parsed footers are
    # not kept: they take seven times the memory that the engine counts for them.
    made.execute("SET GLOBAL validate_external_file_cache = 'NO_VALIDATION'")
    made.execute("SET GLOBAL TimeZone = 'Asia/Shanghai'")  # global: every question has a cursor of its own
    made.execute(f"SET allowed_directories = [{literal(folder)}, {literal(str(spill))}]")
    made.execute(f"SET allowed_paths = [{', '.join(map(literal, files))}]")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made


def reach_store(made: duckdb.DuckDBPyConnection) -> None:
    """Let the engine open an S3-compatible store with the lake's own keys."""
    store = settings.LAKE_STORE
    endpoint = str(store["s3.endpoint"])
    made.execute(f"LOAD {literal(extension('httpfs'))}")
    values = {
        "KEY_ID": store["s3.access-key-id"], "SECRET": store["s3.secret-access-key"], "REGION": store["s3.region"],
        "ENDPOINT": (endpoint.partition("://")[2] or endpoint).rstrip("/"),
        "URL_STYLE": "vhost" if store["s3.force-virtual-addressing"] == "true" else "path",
    }  # fmt: skip
    given = "".join(f", {name} {literal(str(value))}" for name, value in values.items() if value)
    plain = ", USE_SSL false" if endpoint.startswith("http://") else ""
    made.execute("SET GLOBAL enable_http_metadata_cache = true")
    made.execute(f"CREATE SECRET lake (TYPE s3{given}{plain})")


def extension(name: str) -> str:
    """The file of an extension of the engine, as its package brings it; nothing is ever downloaded."""
    folder = resources(f"duckdb_extension_{name}") / "extensions" / f"v{duckdb.__version__}"
    return str(folder / f"{name}.duckdb_extension")


def literal(text: str) -> str:
    """A text of ours as SQL; the engine takes no parameters where files and settings are named."""
    return "'" + text.replace("'", "''") + "'"


@contextmanager
def cursor(
    seconds: float = SECONDS, of: duckdb.DuckDBPyConnection | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """A cursor that is interrupted after ``seconds``; Unavailable then, and when memory runs out."""
    made = (of or instance()).cursor()
    alarm = threading.Timer(seconds, made.interrupt)
    alarm.daemon = True
    alarm.start()
    try:
        with answered():
            yield made
    except duckdb.InterruptException as error:
        raise Unavailable(
            "the question takes too long / 查询超时", code="too_slow", retry_after=10
        ) from error
    except duckdb.OutOfMemoryException as error:
        raise Unavailable(
            "the question needs too much memory / 查询占用内存过大", code="too_large"
        ) from error
    finally:
        alarm.cancel()
        made.close()


def rows(
    sql: str, params: Sequence[Any] | dict[str, Any] = (), *, seconds: float = SECONDS
) -> list[tuple[Any, ...]]:
    """All rows of a statement of our own over nothing but values and files."""
    with cursor(seconds) as engine:
        return engine.execute(sql, params or None).fetchall()
