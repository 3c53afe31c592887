"""Counters of the service, in Prometheus' text format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping


class Metrics:
    """Counts by name. Each count is changed by one thread only."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()

    def add(self, name: str, amount: int = 1) -> None:
        """Adds `amount` to the counter `name`."""
        self._counts[name] += amount

    def text(self, gauges: Mapping[str, float]) -> str:
        """Every counter, then `gauges`, each with its type."""
        lines: list[str] = []
        for name, count in sorted(self._counts.items()):
            lines += [f"# TYPE {name} counter", f"{name} {count}"]
        for name, value in gauges.items():
            lines += [f"# TYPE {name} gauge", f"{name} {value:g}"]
        return "\n".join(lines) + "\n"
