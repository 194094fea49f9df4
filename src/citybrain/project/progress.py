"""One line per step on the terminal, so that a person sees what happens and how long it took."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from citybrain.project.config import Refusal


class Steps:
    """Prints ``✓ what  1.2 s`` for each finished step; a skipped step says why it was short."""

    def __init__(self, out: Callable[[str], None] | None = None) -> None:
        self.out = out or (lambda line: print(line, flush=True))
        self.started = time.monotonic()

    @contextmanager
    def step(self, what: str) -> Iterator[Callable[[str], None]]:
        """Run one step; call the yielded function to add a note to its line."""
        began = time.monotonic()
        notes: list[str] = []
        if sys.stdout.isatty():
            print(f"  … {what}", end="\r", flush=True)
        try:
            yield notes.append
        except Refusal:
            self.out(f"  ✗ {what}")
            raise
        note = f"  ({', '.join(notes)})" if notes else ""
        self.out(f"  ✓ {what:<34} {time.monotonic() - began:5.1f} s{note}")

    def total(self) -> float:
        return time.monotonic() - self.started
