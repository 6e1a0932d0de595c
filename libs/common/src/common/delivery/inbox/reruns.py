"""Events that are handled again at an operator's request: rows of their own under a replay id, on the nightly lane.

`leadgen replay --rerun` writes such rows. After `leadgen rewind --rerun` the consumer's own intake does, for the
messages between the position that was set and the one that the group had.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

import orjson

from common.cloudevents import pack_headers, unpack_headers
from common.delivery.inbox.rows import NO_TENANT, Arrival
from common.ids import NO_REPLAY, derived_id
from common.postgres import Connection

READ = """
    SELECT topic, replay_id, positions, ends, CASE WHEN afresh THEN started_at END AS afresh FROM replays
     WHERE consumer = $1 AND kind = 'rewind' AND state = 'running'
"""

#: Headers that a rerun replaces.
_SET = {"ce_lane", "ce_replayid", "ce_afresh", "replay_of"}


class Rewind(NamedTuple):
    """A rewound topic, with the first offset to handle again and the end (exclusive) for each partition."""

    replay_id: UUID
    starts: Mapping[str, int]
    ends: Mapping[str, int]
    afresh: datetime | None

    def covers(self, partition: int, offset: int) -> bool:
        """Whether the message is in the rewound part."""
        number = str(partition)
        return self.starts.get(number, 0) <= offset < self.ends.get(number, 0)

    def applied(self, arrival: Arrival) -> Arrival:
        """Turns a message in the rewound part into a rerun. Messages without an id do not change.

        The form of an event that an earlier rerun announced is handled again, too: it may be the newest. It gets a
        replay id of its own, since it has its event's id.
        """
        if not self.covers(arrival.partition, arrival.offset) or arrival.tenant_id == NO_TENANT:
            return arrival
        is_first = arrival.replay_id == NO_REPLAY
        replay_id = self.replay_id if is_first else derived_id(self.replay_id, "rewind", str(arrival.replay_id))
        return as_rerun(arrival, replay_id, self.afresh)


def as_rerun(arrival: Arrival, replay_id: UUID, afresh: datetime | None) -> Arrival:
    """Builds the row for a rerun of the same event. Its header `replay_of` keeps the place of the original."""
    headers = [(name, value) for name, value in unpack_headers(arrival.headers) if name not in _SET]
    headers += [
        ("ce_lane", b"nightly"),
        ("ce_replayid", str(replay_id).encode()),
        ("replay_of", f"{arrival.topic}/{arrival.partition}/{arrival.offset}".encode()),
    ]
    if afresh is not None:
        headers.append(("ce_afresh", afresh.isoformat().encode()))
    return arrival._replace(lane="nightly", replay_id=replay_id, headers=pack_headers(headers))


async def rewinds(tx: Connection, consumer: str) -> dict[str, Rewind]:
    """Reads the consumer's rewound topics."""
    return {
        row["topic"]: Rewind(row["replay_id"], orjson.loads(row["positions"]), orjson.loads(row["ends"]), row["afresh"])
        for row in await tx.fetch(READ, consumer)
    }
