"""Ledger of requests by host and path, by which tests prove that robots.txt and page caps were honoured."""

from collections import Counter
from dataclasses import dataclass, field

MOST_ENTRIES = 200_000


@dataclass(slots=True)
class Ledger:
    """Requests by host and path. Past `MOST_ENTRIES` different ones, new ones are only counted as `unlisted`."""

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
        """Counts by host and path, of one host or of all."""
        hosts: dict[str, dict[str, int]] = {}
        for (asked, path), count in self.counts.items():
            if host in (None, asked):
                hosts.setdefault(asked, {})[path] = count
        return hosts

    def clear(self) -> None:
        """Forgets everything."""
        self.requests = self.unlisted = 0
        self.counts.clear()
