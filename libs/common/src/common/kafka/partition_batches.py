"""Packs messages of the outbox into record batches of their partitions."""

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple
from zlib import crc32

from aiokafka.producer.message_accumulator import BatchBuilder

from common.cloudevents import Headers


class Place(NamedTuple):
    """The position of a row in the outbox."""

    lane: str
    id: int


class Outgoing(NamedTuple):
    """A message of a row in the form that Kafka gets it. `at_ms` is its timestamp, by the database's clock."""

    row: Place
    at_ms: int
    key: bytes | None
    value: bytes | None
    headers: Headers


class Batch(NamedTuple):
    """A record batch that is sent as one, and its messages."""

    builder: BatchBuilder
    messages: list[Outgoing]

    def append(self, message: Outgoing) -> bool:
        """Adds a message; returns False if the batch is full. An empty batch accepts a message of any size."""
        _, at_ms, key, value, headers = message
        if self.builder.append(timestamp=at_ms, key=key, value=value, headers=headers) is None:
            return False
        self.messages.append(message)
        return True


class PartitionBatches:
    """The batches for one partition, in order."""

    __slots__ = ("_new_builder", "waiting")

    def __init__(self, new_builder: Callable[[], BatchBuilder]) -> None:
        self._new_builder = new_builder
        self.waiting: deque[Batch] = deque()

    def append(self, message: Outgoing) -> None:
        """Adds the message to the last batch. Raises the client's errors if it cannot be encoded."""
        if not self.waiting or not self.waiting[-1].append(message):
            batch = Batch(self._new_builder(), [])
            batch.append(message)
            self.waiting.append(batch)

    def split(self, batch: Batch) -> None:
        """Moves the messages of a batch back to the front, each into a batch of its own."""
        for message in reversed(batch.messages):
            alone = Batch(self._new_builder(), [])
            alone.append(message)
            self.waiting.appendleft(alone)


def partition_of(key: bytes | None, value: bytes | None, partitions: Sequence[int]) -> int:
    """Returns the partition of a message: by the CRC-32 of its key, like librdkafka's `consistent` partitioner.

    Java's murmur2 took a third of the time that sending an event takes in Python. One without a key goes by its value.
    """
    return partitions[crc32((value if key is None else key) or b"") % len(partitions)]
