"""Keyed hashes of identifiers: what rows are looked up by and files are clustered by.

The hash stands in file statistics that many may see; without the key it tells nothing. It only has to scatter and to be
the same everywhere, so the engine's own function is used with a secret prefix: a real HMAC cannot be computed by the
engine for half a million rows a second. It protects nothing by itself: rows found by it are compared with the identifier.
"""

import hashlib
from functools import cache

from citybrain.kernel import crypto


@cache
def secret() -> str:
    """The prefix, derived from the index key (which is never rotated)."""
    return crypto.blind_index("lake lookup key")


def lookup_key(value: str) -> int:
    """The number that ``key_expression`` gives for this value: 63 bits, not negative."""
    digest = hashlib.md5((secret() + normal(value)).encode(), usedforsecurity=False).digest()
    return int.from_bytes(digest[8:], "little") >> 1


def normal(value: str) -> str:
    """Identifiers are compared without blanks and in capitals."""
    return value.strip().upper()


def key_expression(column: str) -> str:
    """SQL of the engine for the same number over a column; the prefix is the parameter ``$lookup_secret``."""
    return f"CAST(md5_number_lower($lookup_secret || upper(trim(CAST({column} AS VARCHAR)))) >> 1 AS BIGINT)"
