"""The S3-compatible store files may lie in: where it is, and what is said when it does not answer."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb
from django.conf import settings

from citybrain.kernel.errors import Unavailable


def place() -> dict[str, str]:
    """Address, region and style of the store, as clients of Iceberg name them, without keys; empty for a folder."""
    known = settings.LAKE_STORE
    if not known["s3.endpoint"]:
        return {}
    path_style = "false" if known["s3.force-virtual-addressing"] == "true" else "true"
    given = {name: known[name] for name in ("s3.endpoint", "s3.region", "s3.force-virtual-addressing")}
    return {**given, "client.region": known["s3.region"], "s3.path-style-access": path_style}


@contextmanager
def answered() -> Iterator[None]:
    """Unavailable (``store``) in place of what libraries raise when an S3 store is away or refuses the lake's keys."""
    try:
        yield
    except OSError as error:
        if "AWS Error" in str(error):
            raise away() from error
        raise
    except duckdb.IOException as error:  # also of its HTTP errors
        if "HTTP" in str(error):
            raise away() from error
        raise


def away() -> Unavailable:
    """The refusal."""
    return Unavailable(
        "the store of the lake does not answer / 数据湖存储没有响应", code="store", retry_after=30
    )
