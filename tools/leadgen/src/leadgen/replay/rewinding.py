"""Sets the committed offsets of a stopped consumer group, and records it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError, for_code

from common.errors import Unavailable
from common.ids import new_id
from common.kafka_servers import Servers, client_settings
from leadgen.database.owner_connection import connected
from leadgen.kafka.topic_reading import Range, kafka_errors, ranges_of, reading
from leadgen.kafka.topics import read_topics
from leadgen.replay import replays
from leadgen.replay.errors import ReplayRefused
from leadgen.replay.planning import Plan
from leadgen.replay.slices import Slice, require_consumer

Target: TypeAlias = Literal["earliest", "latest"] | datetime

#: States of a group without members.
STOPPED = ("Empty", "Dead")


@dataclass(frozen=True)
class Rewound:
    """A group's offsets by partition, before and after. `replay_id` is `None` in a dry run."""

    before: Mapping[int, int]
    after: Mapping[int, int]
    replay_id: str | None = None

    @property
    def again(self) -> int:
        """The number of messages that are read again."""
        return sum(max(0, self.before[number] - after) for number, after in self.after.items())

    @property
    def left_out(self) -> int:
        """The number of messages that are skipped."""
        return sum(max(0, after - self.before[number]) for number, after in self.after.items())


async def rewind(
    database_url: str,
    bootstrap_servers: Servers,
    topic: str,
    group: str,
    target: Target,
    *,
    is_rerun: bool,
    afresh: bool,
    operator: str,
    reason: str,
    dry_run: bool,
) -> Rewound:
    """Sets the offsets of all partitions.

    Raises ReplayRefused while the group has members, or has an earlier rewind's events to handle again; Unavailable.
    """
    require_consumer(read_topics(), topic, group)
    async with connected(database_url) as db:
        await replays.lock(db, topic, group)
        async with _stopped(bootstrap_servers, group) as consumer:
            kept, places = await _places(bootstrap_servers, topic, target)
            # A group that has committed nothing, or what Kafka has deleted, begins at the beginning.
            held = {place.partition: max(it.first, await consumer.committed(place) or 0) for place, it in kept.items()}
            after = {place.partition: offset for place, offset in places.items()}
            await replays.require_rewinds_read(db, topic, group, held)
            if dry_run:
                return Rewound(held, after)
            replay_id = new_id()
            since = target if isinstance(target, datetime) else None
            plan = Plan(after, held, events=Rewound(held, after).again)
            async with db.transaction():
                await replays.end_rewinds(db, topic, group)
                await replays.begin(
                    *(db, replay_id, "rewind", Slice(topic, since=since), group, plan),
                    afresh=afresh,
                    rate=None,
                    operator=operator,
                    reason=reason,
                )
                if not is_rerun:
                    await replays.end(db, replay_id, "done")
            consumer.assign(list(places))
            await consumer.commit(places)
            return Rewound(held, after, str(replay_id))


async def _places(
    bootstrap_servers: Servers, topic: str, target: Target
) -> tuple[dict[TopicPartition, Range], dict[TopicPartition, int]]:
    """Finds the range of each partition, and the offset of the target in it."""
    since = target if isinstance(target, datetime) else None
    async with reading(bootstrap_servers, [topic]) as (reader, partitions):
        kept = await ranges_of(reader, partitions)
        ranges = kept if since is None else await ranges_of(reader, partitions, since)
    return kept, {place: it.end if target == "latest" else it.first for place, it in ranges.items()}


@asynccontextmanager
async def _stopped(bootstrap_servers: Servers, group: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Opens a client that commits for the group. Raises ReplayRefused if the group has members."""
    with kafka_errors(bootstrap_servers):
        admin = AIOKafkaAdminClient(**client_settings(bootstrap_servers))
        consumer = AIOKafkaConsumer(**client_settings(bootstrap_servers), group_id=group, enable_auto_commit=False)
        try:
            await admin.start()
            await _require_stopped(admin, group)
            await consumer.start()
            yield consumer
        except ValueError as error:
            message = f"{bootstrap_servers} is not an address of Kafka, such as 127.0.0.1:9092: {error}"
            raise Unavailable(message) from error
        except KafkaError as error:
            if "UnknownMember" in type(error).__name__ or "IllegalGeneration" in type(error).__name__:
                raise ReplayRefused(f"{group} was started meanwhile: stop it, then try again") from error
            raise
        finally:
            await consumer.stop()
            await admin.close()


async def _require_stopped(admin: AIOKafkaAdminClient, group: str) -> None:
    for answer in await admin.describe_consumer_groups([group]):
        for code, _, state, _, _, members, *_ in answer.groups:
            if code:
                raise for_code(code)(group)
            if state not in STOPPED or members:
                count = f"{len(members)} members" if members else state
                raise ReplayRefused(f"{group} is running ({count}): stop all its replicas first")
