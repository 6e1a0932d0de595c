"""Parses Kafka's record batches within bounds, whatever bytes they hold.

The Kafka client raises on a header name that is not UTF-8, on a wrong checksum and on a structure that makes no sense,
and never gets past that offset; and it decompresses whatever it is given. Here nothing raises: what cannot be read
comes out as an `Unreadable` with its bytes, and reading continues behind it. A batch that decompresses to more than
`BATCH_BYTES` is not opened; of one with a larger message than `MAX_MESSAGE` the compressed bytes are kept instead.

Format: https://kafka.apache.org/documentation/#recordbatch
"""

import struct
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple, TypeAlias

from aiokafka.errors import KafkaError
from aiokafka.record.default_records import DefaultRecord, DefaultRecordBatch
from aiokafka.record.util import decode_varint

from common.kafka.decompression import DecompressionFailed, decompressed

#: Bytes that a single message may have, packed as Kafka holds it; its dead letter a bit more. Kafka's default is a
#: megabyte.
MAX_MESSAGE = 2 * 1024 * 1024
#: Bytes of a batch after decompression. Ours have half a megabyte.
BATCH_BYTES = 16 * 1024 * 1024
#: A batch that decompresses to more than so many times its bytes is read record by record. JSON has some ten times.
MOST_TIMES = 50
#: Headers of a message; ours have some ten. Each takes two bytes in Kafka and a hundred here.
MAX_HEADERS = 500

#: The first header of an `Unreadable`: why it could not be read.
UNREADABLE = "unreadable"

#: Base offset, length, leader epoch, magic, checksum, attributes, last offset delta, first and greatest timestamp,
#: producer id and epoch, base sequence, number of records.
_HEADER = struct.Struct(">qiibIhiqqqhii")
_PREFIX = struct.Struct(">qi")
_MAGIC_AT, _ATTRIBUTES_AT, _CODEC = 16, 21, 0x07
_PRESENT_MAGIC = 2

_Headers: TypeAlias = Sequence[tuple[str, bytes | None]]
_FLAWS = (KafkaError, DecompressionFailed, ValueError, IndexError, OverflowError, struct.error)


class Unreadable(NamedTuple):
    """A placeholder for a record that cannot be read, with the attributes of the client's record.

    `checksum`, which the client leaves empty, is the offset that the damage is known by: a damaged batch may be handed
    out once per offset.
    """

    offset: int
    value: bytes | None
    headers: _Headers
    checksum: int
    key: bytes | None = None
    timestamp: int = -1
    timestamp_type: int = 0


class OpenBatch(NamedTuple):
    """A batch's records, parsed one by one, and the number of bytes of memory that they occupy."""

    size: int
    records: Iterator[Any]


def split(data: bytes) -> list[memoryview]:
    """Splits the bytes of a fetch into whole batches. An incomplete last one is left out."""
    view, at, found = memoryview(data), 0, []
    while at + _PREFIX.size <= len(view):
        end = at + _PREFIX.size + _PREFIX.unpack_from(view, at)[1]
        if not at + _MAGIC_AT < end <= len(view):
            break
        found.append(view[at:end])
        at = end
    return found


def offset_after(batch: memoryview, following: memoryview | None) -> int:
    """Returns the offset after a batch; that of its beginning if the batch is not credible and nothing follows.

    Kafka hands a batch out again until its true end is passed, so going on offset by offset loses nothing.
    """
    base = _first_offset(batch)
    if batch[_MAGIC_AT] == _PRESENT_MAGIC and len(batch) >= _HEADER.size:
        *_, last, _, _, _, _, _, count = _HEADER.unpack_from(batch)
        if last + 1 == count or _checksum_is_right(batch):
            return base + int(last) + 1
    return base if following is None else _first_offset(following)


def open_batch(batch: memoryview, position: int) -> OpenBatch:
    """Opens the batch's records from `position` on. Neither this nor their parsing raises."""
    try:
        opened = _opened(batch)
    except _FLAWS as flaw:
        base = _first_offset(batch)
        whole = Unreadable(max(base, position), bytes(batch), [(UNREADABLE, _said(flaw))], base)
        return OpenBatch(len(batch), iter([whole]))
    return OpenBatch(len(opened), _read(batch, opened, position))


def _opened(batch: memoryview) -> bytes:
    """Returns the batch decompressed. Raises one of `_FLAWS`."""
    if batch[_MAGIC_AT] != _PRESENT_MAGIC:
        raise ValueError(f"format {batch[_MAGIC_AT]} is not that of Kafka 0.11 and later")
    if not _checksum_is_right(batch):
        raise ValueError("the checksum is wrong")
    attributes = _HEADER.unpack_from(batch)[5]
    if not attributes & _CODEC:
        return bytes(batch)
    body = decompressed(attributes & _CODEC, batch[_HEADER.size :], BATCH_BYTES)
    plain = struct.pack(">h", attributes & ~_CODEC)
    return b"".join((batch[:_ATTRIBUTES_AT], plain, batch[_ATTRIBUTES_AT + len(plain) : _HEADER.size], body))


def _checksum_is_right(batch: memoryview) -> bool:
    return len(batch) >= _HEADER.size and DefaultRecordBatch(bytes(batch)).validate_crc()


def _first_offset(batch: memoryview) -> int:
    offset: int = _PREFIX.unpack_from(batch)[0]
    return offset


def _read(batch: memoryview, opened: bytes, position: int) -> Iterator[Any]:
    """Parses a batch with the client's parser and, from the first record that it cannot read, with a tolerant one.

    The client's parser makes an object of each header before anything can be counted, so a batch that may hold very
    many of them is read with the tolerant one: that looks at a record's length and number of headers first.
    """
    reached = position
    try:
        found = DefaultRecordBatch(opened)
        if found.is_control_batch:
            return
        if len(opened) > min(MAX_MESSAGE, len(batch) * MOST_TIMES):
            raise ValueError("it may hold very many headers")
        base, end, is_dense = found.base_offset, found.next_offset, _is_dense(opened)
        for number, record in enumerate(found):
            offset = record.offset
            if offset >= end or (is_dense and offset != base + number):
                raise ValueError(f"offset {offset} is not its own")
            if offset < position:
                continue
            if offset < reached:
                raise ValueError(f"offset {offset} was there before")
            yield record if len(record.headers) <= MAX_HEADERS else _too_large(batch, record)
            reached = offset + 1
    except _FLAWS:
        yield from _read_patiently(batch, opened, reached)


def _read_patiently(batch: memoryview, opened: bytes, reached: int) -> Iterator[Any]:
    """Parses record by record: each states its length, so an invalid one hides no other."""
    base, *_, last, first_time, _, _, _, _, count = _HEADER.unpack_from(opened)
    body, at, expected = bytearray(opened[_HEADER.size :]), 0, base
    last = -1 if _is_dense(opened) else base + last
    for _ in range(count):
        try:
            length, start = decode_varint(body, at)
            if not 0 <= length <= len(body) - start:
                raise ValueError(f"a record of {length} bytes where {len(body) - start} are left")
        except _FLAWS as flaw:
            offset = max(expected, reached)
            yield Unreadable(offset, bytes(batch), [(UNREADABLE, _said(flaw))], offset)
            return
        at = start + length
        record = _one(bytes(body[start:at]), batch, base, expected, last, first_time)
        if record.offset >= reached:
            yield record
        expected = record.offset + 1


def _is_dense(batch: bytes) -> bool:
    """Whether each offset of the batch has its record, as in all batches that no compaction has thinned out."""
    *_, last, _, _, _, _, _, count = _HEADER.unpack_from(batch)
    return bool(last + 1 == count)


def _one(record: bytes, batch: memoryview, base: int, expected: int, last: int, first_time: int) -> Any:
    """Parses a record after its length. Its offset is the expected one unless it states a later one of the batch.

    Of one that is too large the batch's bytes are kept, as they came: the record may be a thousand times as large.
    """
    data, offset, time, fits = bytearray(record), expected, -1, len(record) <= MAX_MESSAGE
    try:
        delta, at = decode_varint(data, 1)  # the first byte is attributes, of which there are none
        time = first_time + delta
        delta, at = decode_varint(data, at)
        offset = base + delta if expected <= base + delta <= last else expected
        key, at = _bytes(data, at)
        value, at = _bytes(data, at)
        count, at = decode_varint(data, at)
        if count < 0:
            raise ValueError(f"{count} headers")
        fits = fits and count <= MAX_HEADERS
        if not fits:
            raise ValueError(f"{len(data)} bytes and {count} headers are more than a message may have")
        headers, flaw = [], None
        for _ in range(count):
            name, at = _bytes(data, at)
            if name is None:
                raise ValueError("a header without a name")
            content, at = _bytes(data, at)
            try:
                headers.append((name.decode(), content))
            except UnicodeDecodeError as error:
                headers.append((name.decode(errors="backslashreplace"), content))
                flaw = f"the header name {name!r} is not UTF-8: {error.reason}"
        if at != len(data):
            raise ValueError(f"{len(data) - at} bytes more than its parts")
    except _FLAWS as error:
        kept = record if fits else bytes(batch)
        return Unreadable(offset, kept, [(UNREADABLE, _said(error))], offset, None, time)
    if flaw is None:
        return DefaultRecord(offset, time, 0, key, value, headers)
    return Unreadable(offset, value, [(UNREADABLE, _said(flaw)), *headers], offset, key, time)


def _bytes(data: bytearray, at: int) -> tuple[bytes | None, int]:
    length, at = decode_varint(data, at)
    if length < 0:
        return None, at
    if length > len(data) - at:
        raise ValueError(f"a field of {length} bytes where {len(data) - at} are left")
    return bytes(data[at : at + length]), at + length


def _size(record: Any) -> int:
    named = sum(len(name) + len(value or b"") for name, value in record.headers)
    return len(record.key or b"") + len(record.value or b"") + named


def _too_large(batch: memoryview, record: Any) -> Unreadable:
    flaw = f"{_size(record)} bytes and {len(record.headers)} headers are more than a message may have"
    return Unreadable(record.offset, bytes(batch), [(UNREADABLE, _said(flaw))], record.offset)


def _said(flaw: Exception | str) -> bytes:
    return str(flaw).encode(errors="backslashreplace")[:500]
