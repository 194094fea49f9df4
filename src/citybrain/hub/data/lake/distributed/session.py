"""The connection to a Spark Connect server: one of this process, opened on first use. Its client library is optional."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from citybrain.kernel.errors import Unavailable
from citybrain.kernel.ids import new_id

CONNECT_SECONDS = 3.0
DEFAULT_PORT = 15002
RETRIES = 3
_guard = threading.Lock()
_sessions: dict[str, Any] = {}


def session() -> Any:
    """The session; Unavailable when the server or its client library is missing. Its clock is UTC: see ``sources``."""
    with _guard:
        address = settings.LAKE_ENGINE
        if address not in _sessions:
            _sessions[address] = opened(address)
        return _sessions[address]


def opened(address: str) -> Any:
    """A fresh session."""
    try:
        from pyspark.sql import SparkSession
        from pyspark.sql.connect.client.retries import DefaultPolicy
    except ImportError as error:
        raise Unavailable(
            "the client of the cluster is not installed (pyspark-client) / 未安装集群客户端", code="cluster"
        ) from error
    reachable(address)
    try:
        made = SparkSession.builder.remote(address).create()
        made.client.set_retry_policies([DefaultPolicy(max_retries=RETRIES, max_backoff=1000)])
        made.conf.set("spark.sql.session.timeZone", "UTC")
    except Exception as error:
        raise away() from error
    return made


def reachable(address: str) -> None:
    """Whether anybody listens; the client library itself would go on trying for ten minutes."""
    found = urlsplit(address.partition(";")[0])
    try:
        socket.create_connection((found.hostname or "", found.port or DEFAULT_PORT), CONNECT_SECONDS).close()
    except OSError as error:
        raise away() from error


def away() -> Unavailable:
    """The cluster does not answer."""
    return Unavailable("the cluster does not answer / 计算集群没有响应", code="cluster", retry_after=10)


def forget() -> None:
    """Close the connections; the next question opens them again."""
    with _guard:
        for made in _sessions.values():
            made.stop()
        _sessions.clear()


@contextmanager
def bounded(seconds: float) -> Iterator[Any]:
    """The session while one question runs; the question is interrupted after ``seconds`` (Unavailable then)."""
    found, tag, late = session(), f"lake-{new_id()}", threading.Event()

    def stop() -> None:
        late.set()
        found.interruptTag(tag)

    alarm = threading.Timer(seconds, stop)
    alarm.daemon = True
    found.addTag(tag)
    alarm.start()
    try:
        yield found
    except Exception as error:
        if late.is_set():
            raise Unavailable(
                "the question takes too long / 查询超时", code="too_slow", retry_after=10
            ) from error
        raise
    finally:
        alarm.cancel()
        found.removeTag(tag)
