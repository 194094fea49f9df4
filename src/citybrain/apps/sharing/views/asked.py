"""Words from a query string or form: bounded, without the NUL that PostgreSQL refuses."""

from collections.abc import Mapping


def asked(source: Mapping[str, str], name: str, most: int = 200) -> str:
    """The value sent under ``name``, cut to ``most`` characters; empty when nothing was sent."""
    return str(source.get(name, "")).replace("\0", "")[:most].strip()


def number(source: Mapping[str, str], name: str, otherwise: int) -> int:
    """A whole number; ``otherwise`` when nothing was sent, -1 for anything that is no number."""
    text = asked(source, name, 12)
    if not text:
        return otherwise
    return int(text) if text.isascii() and text.isdigit() else -1
