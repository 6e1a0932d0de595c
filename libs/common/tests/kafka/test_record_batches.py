"""Record batches of any bytes: nothing raises, nothing that can be read is lost, and memory is bounded."""

import gzip
import struct
import tracemalloc

import cramjam
import pytest
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.util import encode_varint
from hypothesis import given
from hypothesis import strategies as st

from common.kafka.decompression import MOST_GZIP_MEMBERS
from common.kafka.record_batches import (
    BATCH_BYTES,
    MAX_HEADERS,
    MAX_MESSAGE,
    UNREADABLE,
    offset_after,
    open_batch,
    split,
)
from testkit.delivery.record_batches import a_batch, with_checksum

NONE, GZIP, SNAPPY, LZ4, ZSTD = range(5)
CODECS = {"none": NONE, "gzip": GZIP, "snappy": SNAPPY, "lz4": LZ4, "zstd": ZSTD}


def read(data: bytes, position: int = 0):
    """All records of what a fetch brought."""
    return [record for batch in split(data) for record in open_batch(batch, position).records]


def is_flawed(record) -> bool:
    return record.checksum is not None


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_sound_batch_is_read_as_the_client_reads_it(codec: int) -> None:
    """From the wanted offset on, whatever it is compressed with."""
    found = read(a_batch(5, codec=codec), position=2)
    assert [(r.offset, r.key, r.value, r.headers) for r in found] == [
        (n, b"key", b"value", [("name", b"content"), ("null", None)]) for n in (2, 3, 4)
    ]
    assert not any(map(is_flawed, found))


@given(data=st.data(), codec=st.sampled_from(list(CODECS.values())), is_checked=st.booleans())
def test_damage_anywhere_raises_nothing_and_hides_no_other_batch(data, codec: int, is_checked: bool) -> None:
    """Offsets rise, stay within the batch, and the batch behind is read."""
    damaged = bytearray(a_batch(3, codec=codec))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(21, len(damaged) - 1))
        damaged[at] = data.draw(st.sampled_from([0, 1, 2, 0x7F, 0x80, 0xFF]))
    first = with_checksum(damaged) if is_checked else bytes(damaged)
    head, behind = split(first + a_batch(2, base=3))
    offsets = [record.offset for record in open_batch(head, 0).records]
    assert offsets == sorted(set(offsets))
    offset_after(head, behind)
    assert [record.offset for record in open_batch(behind, 0).records] == [3, 4]


@given(data=st.binary(max_size=300))
def test_bytes_that_are_no_batch_raise_nothing(data: bytes) -> None:
    """Bytes that are no batch raise nothing, whatever a fetch brings."""
    for batch in split(data):
        list(open_batch(batch, 0).records)
        offset_after(batch, None)


@pytest.mark.parametrize("codec", CODECS.values(), ids=CODECS)
def test_a_header_name_that_is_not_utf8_spoils_its_own_message_alone(codec: int) -> None:
    """Key, value and other headers are kept, and the reason names the bytes."""

    def spoil_the_second(records: bytes) -> bytes:
        first, rest = records.split(b"name", 1)
        return first + b"name" + rest.replace(b"name", b"n\xffme", 1)

    before, bad, after = read(a_batch(3, codec=codec, spoil=spoil_the_second))
    assert not is_flawed(before)
    assert not is_flawed(after)
    assert (bad.offset, bad.key, bad.value) == (1, b"key", b"value")
    assert bad.headers[1:] == [("n\\xffme", b"content"), ("null", None)]
    name, reason = bad.headers[0]
    assert name == UNREADABLE
    assert b"n\\xffme" in reason


def test_a_batch_with_a_wrong_checksum_is_kept_whole() -> None:
    """One stand-in with all its bytes; reading goes on behind its last offset."""
    batch = bytearray(a_batch(3, base=10))
    batch[-1] ^= 1
    (found,) = read(bytes(batch))
    assert is_flawed(found)
    assert (found.offset, found.value, found.checksum) == (10, bytes(batch), 10)
    assert offset_after(split(bytes(batch))[0], None) == 13


def test_a_batch_that_lies_about_its_end_is_left_offset_by_offset() -> None:
    """Were its word taken, messages behind it would be passed over; they are known by one id meanwhile."""
    batch = bytearray(a_batch(3, base=10))
    batch[23:27] = struct.pack(">i", 999)
    (whole,) = split(bytes(batch))
    assert offset_after(whole, None) == 10
    assert offset_after(whole, split(a_batch(1, base=13))[0]) == 13
    assert [(r.offset, r.checksum) for r in open_batch(whole, 12).records] == [(12, 10)]


def test_a_record_with_an_offset_of_elsewhere_keeps_its_place() -> None:
    """Going by an offset outside of the batch, messages would be passed over."""
    builder = DefaultRecordBatchBuilder(2, 0, 0, -1, -1, 0, 10_000)
    for offset in (0, 900, 2):
        builder.append(offset, 0, b"key", str(offset).encode(), [])
    assert [(r.offset, r.value) for r in read(bytes(builder.build()))] == [(0, b"0"), (1, b"900"), (2, b"2")]


@pytest.mark.parametrize("codec", [GZIP, SNAPPY, LZ4, ZSTD], ids=["gzip", "snappy", "lz4", "zstd"])
def test_what_decompresses_to_too_much_is_not_opened(codec: int) -> None:
    """What decompresses to too much is not opened.

    Of a batch its compressed bytes are kept; so of a message that is too large in one that may be opened.
    """
    bomb = a_batch(1, codec=codec, value=bytes(BATCH_BYTES + 1))
    (found,) = read(bomb)
    assert is_flawed(found)
    assert found.value == bomb
    large = a_batch(1, codec=codec, value=bytes(MAX_MESSAGE + 1))
    (found,) = read(large)
    assert is_flawed(found)
    assert found.value == large


@pytest.mark.parametrize(("members", "is_read"), [(MOST_GZIP_MEMBERS - 1, True), (50_000, False)])
def test_a_gzip_stream_of_very_many_members_is_not_opened(members: int, is_read: bool) -> None:
    """Each costs a copy of what follows: a megabyte of them took seconds, in which the service stood still."""
    batch = bytearray(a_batch(1)[:61] + gzip.compress(a_batch(1)[61:]) + gzip.compress(b"") * members)
    (found,) = read(with_checksum(batch, codec=GZIP))
    assert is_flawed(found) is not is_read


def test_raw_snappy_is_bounded_too() -> None:
    """Not every producer frames its blocks."""
    bomb = bytes(cramjam.snappy.compress_raw(bytes(BATCH_BYTES + 1)))
    (found,) = read(with_checksum(bytearray(a_batch(1, codec=SNAPPY)[:61]) + bomb))
    assert found.headers[0][1] == f"it decompresses to more than {BATCH_BYTES} bytes".encode()


def test_a_message_of_very_many_headers_is_kept_as_it_came() -> None:
    """Two bytes each in Kafka are a hundred here."""
    batch = a_batch(1, headers=[("", None)] * (MAX_HEADERS + 1))
    (found,) = read(batch)
    assert is_flawed(found)
    assert found.value == batch


@pytest.mark.parametrize("count", [100_000, 4_000_000])
def test_headers_that_kilobytes_stand_for_are_not_made(count: int) -> None:
    """Sixteen kilobytes that stood for eight million headers took 600 MB and three seconds."""
    length, delta, null = encoded(count), encoded(0), encoded(-1)
    record = b"\0" + delta + delta + null + null + length + bytes([0, 1]) * count
    bomb = with_checksum(
        bytearray(a_batch(1)[:61]) + bytearray(gzip.compress(encoded(len(record)) + record)), codec=GZIP
    )
    tracemalloc.start()
    try:
        (found,) = read(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found.value == bomb
    assert f"{count} headers are more" in found.headers[0][1].decode()
    assert peak < 8 * len(record)


def encoded(number: int) -> bytes:
    """A number as Kafka's records hold it."""
    written = bytearray()
    encode_varint(number, written.append)
    return bytes(written)


def test_an_unknown_codec_is_a_flaw() -> None:
    """Codecs 5 to 7 do not exist."""
    batch = bytearray(a_batch(1))
    batch[22] = 5
    (found,) = read(with_checksum(batch))
    assert found.headers[0][1] == b"no codec has the number 5"


def test_control_batches_bring_nothing() -> None:
    """They mark the ends of transactions."""
    batch = bytearray(a_batch(1, base=7))
    batch[22] = 0x30
    (control,) = split(with_checksum(batch))
    assert list(open_batch(control, 0).records) == []
    assert offset_after(control, None) == 8
