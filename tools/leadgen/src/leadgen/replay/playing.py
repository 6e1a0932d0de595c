"""Plays a slice into one consumer's inbox: in order, at a limited rate, resumable after a kill.

The events of a batch and the place behind it are committed together, so a replay that resumes after a kill neither
leaves out nor repeats any. No more than `WINDOW` events of it are open at a time: a rerun fills neither the inbox,
which would pause the intake of live events, nor the lane.
"""

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias
from uuid import UUID

import asyncpg
from aiokafka import ConsumerRecord

from common.delivery.inbox import NO_TENANT, Arrival
from common.delivery.inbox.intake import arrival
from common.delivery.inbox.reruns import as_rerun
from common.ids import NO_REPLAY
from leadgen.replay import inbox_rows, replays
from leadgen.replay.inbox_rows import Outcomes
from leadgen.replay.replays import Replay
from leadgen.replay.topic_reader import TopicReader

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

#: Open events of a replay at a time.
WINDOW = 2000
#: Events per transaction, at most; and seconds of the rate, so that a slow replay is not a burst now and then.
BATCH, BATCH_S = 500, 0.25
#: Events per second of a replay without a rate.
MOST_PER_S = 1_000_000
#: Seconds between looks at the open events.
POLL_S = 0.05
#: Seconds without progress after which the operator reads what the replay waits for.
STALLED_S = 10.0


@dataclass
class Player:
    """One replay in progress. `report` gets a line for the operator when the replay has to wait.

    A repeat needs to know how far the consumer has `committed` each partition.
    """

    db: Owner
    replay: Replay
    report: Callable[[str], None]
    progressed: Callable[[Replay], None]
    window: int = WINDOW
    batch: int = BATCH
    stalled_s: float = STALLED_S
    committed: Mapping[int, int] = field(default_factory=dict)

    async def play(self, reader: TopicReader, newest: Mapping[UUID, int]) -> None:
        """Plays the rest of the slice, and records that it is done. Plays only the last form of each in `newest`."""
        it, began, before = self.replay, time.monotonic(), self.replay.played
        rate = it.rate or MOST_PER_S
        size = max(1, min(self.batch, int(rate * BATCH_S)))
        async for records in reader.read(it.positions, it.ends):
            for start in range(0, len(records), size):
                part = records[start : start + size]
                await self._play(part, self._wanted(part, newest))
                due = began + (it.played - before) / rate
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.progressed(it)
        async with self.db.transaction():
            await replays.advance(self.db, it)
            await replays.end(self.db, it.replay_id, "done")

    async def settled(self, within_s: float) -> Outcomes:
        """Counts a rerun's events by state, after none is open or the time limit is over."""
        it, until = self.replay, time.monotonic() + within_s
        while True:
            if not await self._open(1) or time.monotonic() >= until:
                break
            await asyncio.sleep(POLL_S)
        return await inbox_rows.outcomes(self.db, it.consumer, it.slice.topic, it.replay_id)

    def _wanted(self, records: Sequence[Record], newest: Mapping[UUID, int]) -> list[Arrival]:
        """Selects the slice's events among these records. A rerun plays no message without an id, and none twice."""
        found = [arrival(record) for record in records if self.replay.slice.holds(record)]
        if self.replay.kind == "repeat":
            return found
        return [it for it in found if it.tenant_id != NO_TENANT and it.offset >= newest.get(it.event_id, it.offset)]

    async def _play(self, records: Sequence[Record], arrivals: Sequence[Arrival]) -> None:
        it = self.replay
        for record in records:
            it.positions[record.partition] = record.offset + 1
        if not arrivals:
            return
        recognised = await inbox_rows.known(self.db, it.consumer, arrivals) if it.kind == "repeat" else {}
        if sum(recognised.values()) < len(arrivals):
            await self._wait_for_room(len(arrivals))
        async with self.db.transaction():
            it.added += await inbox_rows.add(self.db, it.consumer, await self._rows(arrivals))
            it.played += len(arrivals)
            for state, events in recognised.items():
                it.recognised[state] = it.recognised.get(state, 0) + events
            await replays.advance(self.db, it)

    async def _rows(self, arrivals: Sequence[Arrival]) -> list[Arrival]:
        it = self.replay
        if it.kind == "repeat":
            return [inbox_rows.as_repeat(row, self.committed) for row in arrivals]
        afresh: datetime | None = it.started_at if it.afresh else None
        offsets = await inbox_rows.next_offsets(self.db, len(arrivals))
        rows = [as_rerun(row, it.replay_id, afresh) for row in arrivals]
        return [row._replace(offset=offset) for row, offset in zip(rows, offsets, strict=True)]

    async def _wait_for_room(self, events: int) -> None:
        last, changed = await self._open(self.window), time.monotonic()
        while last + events > self.window:
            await asyncio.sleep(POLL_S)
            now = await self._open(self.window)
            if now != last:
                last, changed = now, time.monotonic()
            elif time.monotonic() > changed + self.stalled_s:
                self.report(f"waiting: {now} events are open in {self.replay.consumer}'s inbox. Is it running?")
                changed = time.monotonic()

    async def _open(self, limit: int) -> int:
        it = self.replay
        replay_id = NO_REPLAY if it.kind == "repeat" else it.replay_id
        return await inbox_rows.count_open(self.db, it.consumer, it.slice.topic, replay_id, limit)
