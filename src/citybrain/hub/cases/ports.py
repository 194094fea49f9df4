"""What cases asks of the outside: a scanner for uploads. The default knows only the EICAR test file."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Scanner(Protocol):
    """Looks at a file before it is kept."""

    def scan(self, path: Path) -> str:
        """What is wrong with the file, "" when nothing is."""


class EicarScanner:
    """Recognises the EICAR test string only; a city plugs in its own product with ``use_scanner``."""

    def scan(self, path: Path) -> str:
        with path.open("rb") as file:
            return "EICAR" if EICAR in file.read(1 << 20) else ""


_scanner: Scanner = EicarScanner()


def scanner() -> Scanner:
    """The scanner in use."""
    return _scanner


def use_scanner(new: Scanner) -> None:
    """Put another scanner in place (a connector does this when it starts)."""
    global _scanner
    _scanner = new
