"""A slice of a topic: the events of a tenant, a company, a run or a span of time. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Self

from aiokafka import ConsumerRecord

from leadgen.command_line.time_options import in_singapore
from leadgen.kafka.topics import LISTENER, Topics
from leadgen.replay.errors import ReplayRefused


@dataclass(frozen=True)
class Slice:
    """Events of a topic that pass every filter that is set. `since` is inclusive, `until` is not."""

    topic: str
    tenant: int | None = None
    company: str | None = None
    run: str | None = None
    since: datetime | None = None
    until: datetime | None = None

    def holds(self, record: "ConsumerRecord[bytes, bytes]") -> bool:
        """Whether the record belongs to the slice: by its key, its timestamp and the run in its headers."""
        if not self._is_in_time(record.timestamp):
            return False
        if self.tenant is not None or self.company is not None:
            tenant, _, company = (record.key or b"").decode(errors="replace").partition(":")
            if self.tenant is not None and tenant != str(self.tenant):
                return False
            if self.company is not None and company != self.company:
                return False
        return self.run is None or dict(record.headers).get("ce_correlationid") == self.run.encode()

    def _is_in_time(self, timestamp_ms: int) -> bool:
        if self.since is not None and timestamp_ms < self.since.timestamp() * 1000:
            return False
        return self.until is None or timestamp_ms < self.until.timestamp() * 1000

    def as_dict(self) -> dict[str, Any]:
        """Returns the filters that are set, as JSON values."""
        found: dict[str, Any] = {"tenant": self.tenant, "company": self.company, "run": self.run}
        for name, at in (("since", self.since), ("until", self.until)):
            found[name] = None if at is None else at.astimezone(UTC).isoformat()
        return {name: value for name, value in found.items() if value is not None}

    @classmethod
    def from_dict(cls, topic: str, filters: dict[str, Any]) -> Self:
        """Builds a slice from the result of `as_dict`."""
        times: dict[str, Any] = {
            name: datetime.fromisoformat(filters[name]) for name in ("since", "until") if name in filters
        }
        return cls(topic, **(filters | times))

    def __str__(self) -> str:
        shown = {**self.as_dict(), **{name: in_singapore(getattr(self, name)) for name in ("since", "until")}}
        filters = [f"{name} {shown[name]}" for name in self.as_dict()]
        return f"{self.topic}, {', '.join(filters) or 'all of it'}"


def require_consumer(topics: Topics, topic: str, consumer: str) -> None:
    """Checks that the topic exists and that the consumer handles it from an inbox. Raises ReplayRefused."""
    known = topics.topics.get(topic)
    if known is None:
        raise ReplayRefused(f"there is no topic {topic}: {', '.join(sorted(topics.topics))}")
    possible = [it for it in known.consumers if it != LISTENER]
    if consumer not in possible:
        handled_by = f"it is handled by {', '.join(possible)}" if possible else "no group handles it"
        raise ReplayRefused(f"{consumer} does not handle {topic}: {handled_by}")


def require_company_key(topics: Topics, it: Slice) -> None:
    """Checks that the topic's keys contain companies, for a slice of one company. Raises ReplayRefused."""
    if it.company is not None and topics.topics[it.topic].key == "tenant":
        raise ReplayRefused(f"{it.topic} has no companies in its keys: leave out --company")
