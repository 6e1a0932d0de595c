"""Compressed pages: bombs are cut, endless ones end, and what was not asked for is refused."""

import asyncio
import gzip
import os
import tracemalloc
import zlib
from typing import Any

import pytest

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.http.fetching import Fetcher


async def test_a_decompression_bomb_is_cut_and_never_held_whole(web: Any, fetcher: Fetcher) -> None:
    """50 MB of zeros in 50 kB: the first 100 kB are kept, and memory stays small."""
    web.serve("http://bomb.sg/", bytes(50_000_000), packing="gzip")
    tracemalloc.start()
    try:
        answer = await fetcher.get("http://bomb.sg/")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert (len(answer.content), answer.is_cut) == (100_000, True)
    assert peak < 5_000_000


async def test_bytes_that_unpack_to_nothing_have_an_end(web: Any, fetcher: Fetcher) -> None:
    """Empty blocks for ever, and bytes behind the stream's end, which zlib would keep: neither is waited for."""
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Encoding: gzip\r\nConnection: close\r\n\r\n"
    sent = 0

    def endless(start: bytes, then: bytes) -> Any:
        async def serve(writer: asyncio.StreamWriter) -> None:
            nonlocal sent
            sent = 0
            writer.write(head + start)
            while not writer.is_closing():
                writer.write(then)
                sent += len(then)
                await writer.drain()

        return serve

    packer = zlib.compressobj(wbits=31)
    empty = packer.compress(b"x") + packer.flush(zlib.Z_FULL_FLUSH)
    nothing = packer.flush(zlib.Z_FULL_FLUSH) or b"\x00\x00\x00\xff\xff"
    web.serve_by("http://empty.sg/", endless(empty, nothing * 2000))
    web.serve_by("http://behind.sg/", endless(gzip.compress(b"all of it"), bytes(10_000)))

    answer = await fetcher.get("http://empty.sg/")
    assert (answer.content, answer.is_cut, sent < 10_000_000) == (b"x", True, True)
    answer = await fetcher.get("http://behind.sg/")
    assert (answer.content, answer.is_cut, sent < 10_000_000) == (b"all of it", False, True)


async def test_a_packed_page_that_breaks_off_is_known_to_be_cut(web: Any, fetcher: Fetcher) -> None:
    """Its end is missing, though the connection ended as if all were there."""
    packed = gzip.compress(os.urandom(1000).hex().encode())
    web.serve("http://acme.sg/", packed[:500], packing="x-gzip")

    assert (await fetcher.get("http://acme.sg/")).is_cut


@pytest.mark.parametrize("packing", ["br", "gzip, gzip", "zstd"])
async def test_a_packing_that_was_not_asked_for_is_refused(web: Any, fetcher: Fetcher, packing: str) -> None:
    """Bombs inside bombs are not opened."""
    web.serve("http://acme.sg/", b"xxxx", packing=packing)

    with pytest.raises(SiteUnreachable, match="not requested"):
        await fetcher.get("http://acme.sg/")


@pytest.mark.parametrize("others", ["gzip", "br"])
async def test_a_packing_in_a_second_header_counts(web: Any, fetcher: Fetcher, others: str) -> None:
    """The packed bytes are never taken for the page's text."""
    web.serve("http://acme.sg/", "<p>Welcome</p>", packing="gzip", headers={"Content-encoding": "identity"})
    web.serve("http://twice.sg/", "<p>Welcome</p>", packing="gzip", headers={"Content-encoding": others})

    assert (await fetcher.get("http://acme.sg/")).text == "<p>Welcome</p>"
    with pytest.raises(SiteUnreachable, match=f"{others}, gzip, which was not requested"):
        await fetcher.get("http://twice.sg/")
