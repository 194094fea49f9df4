"""Which files of a table a look-up has to open: those whose statistics may hold one of the keys."""

from collections.abc import Sequence

from pyiceberg.expressions import BooleanExpression, In


def with_keys(hashes: Sequence[int]) -> BooleanExpression:
    """Rows whose lookup key (``lake.keys``) is one of these."""
    return In("_key", list(hashes))  # type: ignore[call-arg,arg-type]  # the library's stubs describe another signature
