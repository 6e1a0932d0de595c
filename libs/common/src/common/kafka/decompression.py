"""Decompresses Kafka's record batches up to a bound: some kilobytes may expand to gigabytes."""

import struct
import zlib
from collections.abc import Callable, Mapping
from typing import TypeAlias

import cramjam

_Bytes: TypeAlias = bytes | bytearray | memoryview

#: Most members of a gzip stream; Kafka's clients write one. The rest of the stream is copied for each.
MOST_GZIP_MEMBERS = 100

#: How Java's Snappy library frames its blocks: a magic, two versions, then length and block by turns.
_XERIAL = b"\x82SNAPPY\x00" + struct.pack(">ii", 1, 1)
_BLOCK_LENGTH = struct.Struct(">i")


class DecompressionFailed(Exception):
    """The bytes are invalid for their codec, or expand beyond the bound."""


def decompressed(codec: int, data: memoryview, bound: int) -> _Bytes:
    """Decompresses `data` by the codec with this number in Kafka. Raises DecompressionFailed."""
    if codec not in _CODECS:
        raise DecompressionFailed(f"no codec has the number {codec}")
    try:
        return _CODECS[codec](data, bound)
    except (zlib.error, cramjam.DecompressionError, struct.error) as error:
        raise DecompressionFailed(str(error)) from error


def _gzip(data: memoryview, bound: int) -> bytes:
    found = b""
    for _ in range(MOST_GZIP_MEMBERS + 1):
        if not data:
            return found
        member = zlib.decompressobj(wbits=31)
        found += member.decompress(data, bound + 1 - len(found))
        if len(found) > bound:
            raise _too_much(bound)
        if not member.eof:
            raise DecompressionFailed("the compressed data ends early")
        data = memoryview(member.unused_data)
    raise DecompressionFailed(f"it has more than {MOST_GZIP_MEMBERS} members")


def _snappy(data: memoryview, bound: int) -> bytes:
    blocks = list(_xerial_blocks(data)) if data[: len(_XERIAL)] == _XERIAL else [data]
    if sum(cramjam.snappy.decompress_raw_len(block) for block in blocks) > bound:
        raise _too_much(bound)
    return b"".join(bytes(cramjam.snappy.decompress_raw(block)) for block in blocks)


def _xerial_blocks(data: memoryview) -> list[memoryview]:
    blocks, at = [], len(_XERIAL)
    while at < len(data):
        start = at + _BLOCK_LENGTH.size
        at = start + _BLOCK_LENGTH.unpack_from(data, at)[0]
        if not start < at <= len(data):
            raise DecompressionFailed("a block ends beyond the data")
        blocks.append(data[start:at])
    return blocks


def _zstd(data: memoryview, bound: int) -> bytearray:
    return _into(cramjam.zstd.decompress_into, data, bound)


def _lz4(data: memoryview, bound: int) -> bytearray:
    return _into(cramjam.lz4.decompress_into, data, bound)


def _into(decompress: Callable[[memoryview, bytearray], int], data: memoryview, bound: int) -> bytearray:
    """Decompresses into a buffer that is large enough for most; if it is not, into one of the maximum size."""
    for room in sorted({min(32 * len(data), bound), bound}):
        buffer = bytearray(room)
        try:
            del buffer[decompress(data, buffer) :]
        except cramjam.DecompressionError as error:
            if "whole buffer" not in str(error):
                raise
        else:
            return buffer
    raise _too_much(bound)


def _too_much(bound: int) -> DecompressionFailed:
    return DecompressionFailed(f"it decompresses to more than {bound} bytes")


_CODECS: Mapping[int, Callable[[memoryview, int], _Bytes]] = {1: _gzip, 2: _snappy, 3: _lz4, 4: _zstd}
