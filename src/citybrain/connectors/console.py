"""SMS and mail gateways that print to the process's output: for developers. Addresses are masked in the output."""

import sys
from collections.abc import Iterable

from citybrain.hub.messages.data import Receipt, Sent
from citybrain.kernel.masking import mask


class _Console:
    idempotent = True

    def __init__(self) -> None:
        self._seen: set[str] = set()

    def _print(self, key: str, line: str) -> Sent:
        if key not in self._seen:
            self._seen.add(key)
            sys.stdout.write(line + "\n")
            sys.stdout.flush()
        return Sent(reference=f"console:{key}", arrived=True)

    def receipts(self) -> Iterable[Receipt]:
        """None."""
        return ()

    def check(self) -> list[str]:
        """Always well."""
        return []


class ConsoleSms(_Console):
    """Short messages on the screen."""

    def send(self, *, key: str, phone: str, text: str) -> Sent:
        """Print one line."""
        return self._print(key, f"[sms {mask('phone', phone)}] {text}")


class ConsoleMail(_Console):
    """Mail on the screen."""

    def send(self, *, key: str, address: str, subject: str, text: str) -> Sent:
        """Print the mail."""
        return self._print(key, f"[mail {mask('email', address)}] {subject}\n{text}")
