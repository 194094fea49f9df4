"""A store that does not answer, as a refusal that says so and when to try again."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from citybrain.kernel.errors import Unavailable


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
