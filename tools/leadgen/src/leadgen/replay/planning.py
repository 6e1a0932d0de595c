"""Counts a slice before it is played."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from common.delivery.inbox import NO_TENANT
from common.delivery.inbox.intake import arrival
from common.ids import NO_REPLAY
from leadgen.kafka.topic_reading import time_of
from leadgen.replay.slices import Slice
from leadgen.replay.topic_reader import TopicReader


@dataclass
class Plan:
    """A counted slice: its start and end in each partition, its events, their time span and unreadable messages.

    `newest` has the offset of the last form of each event that earlier reruns announced again.
    """

    starts: dict[int, int]
    ends: dict[int, int]
    events: int = 0
    unreadable: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None
    newest: dict[UUID, int] = field(default_factory=dict)


async def count(reader: TopicReader, it: Slice, ends: Mapping[int, int] | None = None) -> Plan:
    """Reads the slice once, up to the present end of the topic, or up to `ends`."""
    starts, now_ends = await reader.bounds(it.since)
    plan = Plan(starts, dict(ends) if ends is not None else now_ends)
    first = last = None
    async for records in reader.read(plan.starts, plan.ends):
        for record in records:
            if not it.holds(record):
                continue
            plan.events += 1
            found = arrival(record)
            plan.unreadable += found.tenant_id == NO_TENANT
            if found.replay_id != NO_REPLAY:
                plan.newest[found.event_id] = record.offset
            if record.timestamp >= 0:
                first = record.timestamp if first is None else min(first, record.timestamp)
                last = record.timestamp if last is None else max(last, record.timestamp)
    plan.first_at, plan.last_at = _moment(first), _moment(last)
    return plan


def _moment(timestamp_ms: int | None) -> datetime | None:
    return None if timestamp_ms is None else time_of(timestamp_ms)
