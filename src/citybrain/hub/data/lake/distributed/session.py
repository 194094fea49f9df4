"""Connections to a Spark Connect server, opened on first use and used by one question at a time. Its client is optional.

Not every server interrupts a question, so each is asked in a thread of its own: whoever asked is free after the seconds
of the question, whatever the server does.
"""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.conf import settings

from citybrain.kernel.errors import CityError, Unavailable
from citybrain.kernel.ids import new_id

CONNECT_SECONDS = 3.0
DEFAULT_PORT = 15002
RETRIES = 3
_guard = threading.Lock()
_idle: dict[str, list[Any]] = {}
T = TypeVar("T")


def within(seconds: float, ask: Callable[[Any], T]) -> T:
    """What ``ask`` returns for a session; Unavailable when it takes longer, or when the cluster is away."""
    address = str(settings.LAKE_ENGINE)
    spark = take(address)
    tag, done = f"lake-{new_id()}", threading.Event()
    box: list[tuple[Any, BaseException | None]] = []

    def run() -> None:
        try:
            spark.addTag(tag)
            box.append((ask(spark), None))
            spark.removeTag(tag)
        except BaseException as error:
            box.append((None, error))
        finally:
            done.set()

    threading.Thread(target=run, name=tag, daemon=True).start()
    if not done.wait(seconds):
        threading.Thread(target=end, args=(spark, tag), daemon=True).start()
        raise Unavailable("the question takes too long / 查询超时", code="too_slow", retry_after=10)
    answer, error = box[0]
    if error is None or (isinstance(error, CityError) and not isinstance(error, Unavailable)):
        with _guard:
            _idle.setdefault(address, []).append(spark)
    if error is not None:
        raise error
    return answer


def take(address: str) -> Any:
    """A session nobody is using."""
    with _guard:
        waiting = _idle.get(address)
        if waiting:
            return waiting.pop()
    return opened(address)


def end(spark: Any, tag: str) -> None:
    """Ask the server to stop a question, and leave it."""
    with suppress(Exception):
        spark.interruptTag(tag)
    with suppress(Exception):
        spark.stop()


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
        ended = [spark for waiting in _idle.values() for spark in waiting]
        _idle.clear()
    for spark in ended:
        with suppress(Exception):
            spark.stop()
