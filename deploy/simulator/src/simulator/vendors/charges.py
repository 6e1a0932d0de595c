"""The ledger of all charges by vendors. With it, a test proves that nothing was paid for twice."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

MOST_ENTRIES = 200_000


@dataclass(slots=True)
class Entry:
    """One booked call. `items` were paid for, `free` were not charged: URLs, ids, addresses or hashes.

    `answered` is false when the client was gone before the answer was ready, or an injected fault kept it back.
    """

    number: int
    at: str
    vendor: str
    key: str
    operation: str
    units: int
    items: tuple[str, ...]
    free: tuple[str, ...]
    answered: bool = False
    fault: str | None = None


@dataclass(slots=True)
class Charges:
    """Charges in the order of their booking. Above `MOST_ENTRIES` they are only counted, as `unlisted`."""

    entries: list[Entry] = field(default_factory=list)
    unlisted: int = 0
    booked: int = 0

    def book(
        self,
        vendor: str,
        key: str,
        operation: str,
        units: int,
        items: tuple[str, ...],
        free: tuple[str, ...],
        fault: str | None,
    ) -> Entry:
        """Books a charge at this moment, before its answer is sent."""
        self.booked += 1
        at = datetime.now(UTC).isoformat()
        entry = Entry(self.booked, at, vendor, key, operation, units, items, free, fault=fault)
        if len(self.entries) < MOST_ENTRIES:
            self.entries.append(entry)
        else:
            self.unlisted += 1
        return entry

    def find(
        self,
        *,
        vendor: str | None = None,
        key: str | None = None,
        operation: str | None = None,
        item: str | None = None,
        after: int = 0,
    ) -> Iterator[Entry]:
        """Yields the matching entries after the entry with number `after`."""
        for entry in self.entries[after:]:
            if (
                vendor in (None, entry.vendor)
                and key in (None, entry.key)
                and operation in (None, entry.operation)
                and (item is None or item in entry.items)
            ):
                yield entry

    def repeats(self, vendor: str | None = None) -> list[dict[str, Any]]:
        """Lists everything that one key paid for more than once in the same operation, most often first.

        `answered` says how many of those times the client got its answer: a repeat after none of them was a loss, a
        repeat after one was a waste.
        """
        entries: dict[tuple[str, str, str, str], list[Entry]] = {}
        for entry in self.find(vendor=vendor):
            for item in entry.items:
                entries.setdefault((entry.vendor, entry.key, entry.operation, item), []).append(entry)
        found = [
            {
                **dict(zip(("vendor", "key", "operation", "item"), what, strict=True)),
                "times": len(paid),
                "answered": sum(entry.answered for entry in paid),
                "numbers": [entry.number for entry in paid],
            }
            for what, paid in entries.items()
            if len(paid) > 1
        ]
        return sorted(found, key=lambda each: -int(str(each["times"])))

    def clear(self) -> None:
        """Deletes all entries."""
        self.entries.clear()
        self.unlisted = self.booked = 0


def as_json(entry: Entry) -> dict[str, Any]:
    """Returns an entry as JSON."""
    return asdict(entry)
