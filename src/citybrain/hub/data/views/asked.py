"""Words from a query string or form: bounded, without the NUL that PostgreSQL refuses."""

from collections.abc import Mapping


def asked(source: Mapping[str, str], name: str, most: int = 80) -> str:
    """The value sent under ``name``, cut to ``most`` characters; empty when nothing was sent."""
    return str(source.get(name, "")).replace("\0", "")[:most].strip()
