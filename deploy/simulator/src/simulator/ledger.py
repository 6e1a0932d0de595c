"""Ledger of requests by host and path. With it, tests prove that robots.txt and page limits were obeyed."""

from collections import Counter
from dataclasses import dataclass, field

MOST_ENTRIES = 200_000


@dataclass(slots=True)
class Ledger:
    """Numbers of requests by host and path. Above `MOST_ENTRIES` entries, new ones only count as `unlisted`."""

    requests: int = 0
    unlisted: int = 0
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)

    def record(self, host: str, path: str) -> None:
        """Counts one request; `path` includes the query."""
        self.requests += 1
        if len(self.counts) < MOST_ENTRIES or (host, path) in self.counts:
            self.counts[host, path] += 1
        else:
            self.unlisted += 1

    def of(self, host: str | None = None) -> dict[str, dict[str, int]]:
        """Returns the numbers by host and path, for one host or for all."""
        hosts: dict[str, dict[str, int]] = {}
        for (asked, path), count in self.counts.items():
            if host in (None, asked):
                hosts.setdefault(asked, {})[path] = count
        return hosts

    def clear(self) -> None:
        """Deletes all entries."""
        self.requests = self.unlisted = 0
        self.counts.clear()
