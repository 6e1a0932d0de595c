"""Record batches made by hand, and sent to Kafka as they are."""

import struct
from collections.abc import Callable, Sequence

from aiokafka.client import AIOKafkaClient
from aiokafka.codec import gzip_encode, lz4_encode, snappy_encode, zstd_encode
from aiokafka.protocol.produce import ProduceRequest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import calc_crc32c
from aiokafka.structs import TopicPartition

HEADER_BYTES, CHECKSUM_AT, ATTRIBUTES_AT = 61, 17, 21
_ENCODE: dict[int, Callable[[bytes], bytes]] = {1: gzip_encode, 2: snappy_encode, 3: lz4_encode, 4: zstd_encode}


def a_batch(
    count: int = 1,
    *,
    base: int = 0,
    codec: int = 0,
    key: bytes | None = b"key",
    value: bytes | None = b"value",
    headers: Sequence[tuple[str, bytes | None]] = (("name", b"content"), ("null", None)),
    timestamp: int = 1_700_000_000_000,
    spoil: Callable[[bytes], bytes] = bytes,
) -> bytes:
    """A batch of `count` equal records; `spoil` changes their bytes before they are compressed."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 2**31 - 1)
    for offset in range(count):
        builder.append(offset, timestamp, key, value, list(headers))
    batch = builder.build()
    records = spoil(bytes(batch[HEADER_BYTES:]))
    return with_checksum(batch[:HEADER_BYTES] + (_ENCODE[codec](records) if codec else records), base=base, codec=codec)


def with_checksum(batch: bytearray, *, base: int | None = None, codec: int | None = None) -> bytes:
    """The batch with its length and checksum made right; its base offset and codec set, where they are given."""
    if base is not None:
        batch[:8] = struct.pack(">q", base)
    if codec is not None:
        batch[ATTRIBUTES_AT : ATTRIBUTES_AT + 2] = struct.pack(">h", codec)
    batch[8:12] = struct.pack(">i", len(batch) - 12)
    batch[CHECKSUM_AT:ATTRIBUTES_AT] = struct.pack(">I", calc_crc32c(bytes(batch[ATTRIBUTES_AT:])))
    return bytes(batch)


async def produce(bootstrap_servers: str, topic: str, partition: int, batches: Sequence[bytes]) -> list[int]:
    """Sends each batch in a request of its own; the broker's error codes, 0 where it took the batch."""
    client = AIOKafkaClient(bootstrap_servers=bootstrap_servers)
    await client.bootstrap()
    try:
        client.add_topic(topic)
        await client.force_metadata_update()
        leader = client.cluster.leader_for_partition(TopicPartition(topic, partition))
        codes = []
        for batch in batches:
            answer = await client.send(leader, ProduceRequest(None, -1, 10_000, [(topic, [(partition, batch)])]))
            ((_, ((_, code, *_),)),) = answer.topics
            codes.append(code)
        return codes
    finally:
        await client.close()
