"""Figures of a measurement: times by step, quantiles, tables."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager


def quantile(values: list[float], q: float) -> float:
    """The value below which a share ``q`` of the values lies; 0 for no values."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(q * len(ordered)))] if ordered else 0.0


class Times:
    """Milliseconds by step; one for each thread, merged at the end."""

    def __init__(self) -> None:
        self.steps: dict[str, list[float]] = defaultdict(list)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.steps[name].append((time.perf_counter() - began) * 1000)

    def add(self, other: Times) -> None:
        for name, values in other.steps.items():
            self.steps[name] += values

    def table(self) -> str:
        """Step, how many, p50, p95, p99."""
        lines = [f"    {'step':<26}{'count':>8}{'p50 ms':>9}{'p95 ms':>9}{'p99 ms':>9}"]
        for name, values in self.steps.items():
            p50, p95, p99 = (quantile(values, q) for q in (0.5, 0.95, 0.99))
            lines.append(f"    {name:<26}{len(values):>8}{p50:>9.1f}{p95:>9.1f}{p99:>9.1f}")
        return "\n".join(lines)

    def worst_p95(self) -> float:
        return max((quantile(v, 0.95) for v in self.steps.values()), default=0.0)


def say(text: str = "") -> None:
    print(text, flush=True)
