"""Names that do not resolve, or not in time: whoever asks for others does not wait for them."""

import asyncio
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
import pytest

from enricher.crawl.errors import NameUnknown, PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.http.network import GuardedNetwork
from testkit.servers.loopback import PUBLIC, Loopback
from testkit.stages import until

A, NO_SUCH_NAME = 1, 3


class NameServer(asyncio.DatagramProtocol):
    """A DNS server (RFC 1035): one public address for every name; none for `no-such-name`, and none yet for `dead`.

    `asked` are the names that were asked for, `address` is the server's.
    """

    def __init__(self) -> None:
        self.asked: set[str] = set()
        self.address = ""

    async def was_asked_for(self, number: int) -> None:
        """Waits until so many names were asked for."""

        async def enough() -> bool:
            return len(self.asked) >= number

        await until(enough)

    def connection_made(self, transport: Any) -> None:
        self._transport = transport
        host, port = transport.get_extra_info("sockname")
        self.address = f"{host}:{port}"

    def datagram_received(self, data: bytes, addr: Any) -> None:
        labels, at = [], 12
        while length := data[at]:
            labels.append(data[at + 1 : at + 1 + length].decode())
            at += 1 + length
        question, kind = data[12 : at + 5], data[at + 2]
        name = ".".join(labels)
        self.asked.add(name)
        if name.startswith("dead"):
            return
        code = NO_SUCH_NAME if name.startswith("no-such-name") else 0
        answers = [bytes(map(int, PUBLIC.split(".")))] if kind == A and not code else []
        records = [b"\xc0\x0c\0\1\0\1\0\0\0\0\0\4" + answer for answer in answers]
        head = data[:2] + bytes([0x81, 0x80 | code, 0, 1, 0, len(records), 0, 0, 0, 0])
        self._transport.sendto(head + question + b"".join(records), addr)


@pytest.fixture
async def names() -> AsyncIterator[NameServer]:
    transport, server = await asyncio.get_running_loop().create_datagram_endpoint(
        NameServer, local_addr=("127.0.0.1", 0)
    )
    yield server
    transport.close()


@asynccontextmanager
async def fetcher_by(names: NameServer, web: Any, *, within_s: float, timeout_s: float = 30) -> AsyncIterator[Fetcher]:
    resolver = aiohttp.AsyncResolver(nameservers=[names.address], timeout=30, tries=1)
    network = GuardedNetwork(
        resolver=resolver, resolves_within_s=within_s, open_socket=web.open_socket, backend=web.backend
    )
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=timeout_s, max_bytes=1000, network=network) as fetcher:
        yield fetcher


async def test_many_dead_names_at_once_hold_up_nobody(names: NameServer, web: Any) -> None:
    """A hundred of them, more than any executor's threads: a living one is answered at once, they at their deadline.

    Nor do they hold up what else is done in threads, such as taking apart a long robots.txt.
    """
    web.serve("http://acme.sg/", "here")
    async with fetcher_by(names, web, within_s=60) as fetcher:  # a busy machine takes seconds for all that follows
        dead = [asyncio.create_task(fetcher.get(f"http://dead{n}.sg/")) for n in range(100)]
        await names.was_asked_for(100)

        assert (await fetcher.get("http://acme.sg/")).text == "here"
        assert await asyncio.gather(*(asyncio.to_thread(str, n) for n in range(100))) == [str(n) for n in range(100)]
        assert not any(task.done() for task in dead)
        for task in dead:
            task.cancel()
        await asyncio.wait(dead)

    async with fetcher_by(names, web, within_s=2) as fetcher:
        started = time.monotonic()
        dead = [asyncio.create_task(fetcher.get(f"http://dead{n}.sg/")) for n in range(100, 200)]
        for end in await asyncio.gather(*dead, return_exceptions=True):
            assert isinstance(end, SiteUnreachable)
            assert "did not resolve within 2 s" in str(end)
        assert time.monotonic() - started < 4 * 2  # 32 threads would need four rounds


async def test_questions_are_bounded_and_their_places_come_back(names: NameServer, web: Any) -> None:
    """The next name waits while all places are taken; it is asked for when one has been given up."""
    web.serve("http://acme.sg/", "here")
    async with fetcher_by(names, web, within_s=1) as fetcher:
        dead = [asyncio.create_task(fetcher.get(f"http://dead{n}.sg/")) for n in range(128)]
        await names.was_asked_for(128)
        living = asyncio.create_task(fetcher.get("http://acme.sg/"))
        await asyncio.wait(dead, return_when=asyncio.FIRST_COMPLETED)

        assert "acme.sg" not in names.asked
        assert (await living).text == "here"
        await asyncio.gather(*dead, return_exceptions=True)


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a..b", "x" * 300, "127.0.0.1.", ""])
async def test_what_cannot_be_resolved_is_no_site(names: NameServer, web: Any, host: str) -> None:
    """The resolver's own errors, and those of odd names, come out as ours."""
    async with fetcher_by(names, web, within_s=5) as fetcher:
        with pytest.raises((SiteUnreachable, PageRefused)):
            await fetcher.get(f"http://{host}/")

    assert web.reached == []


async def test_a_name_that_is_nobodys_is_known_at_once(names: NameServer, web: Any) -> None:
    """No time is lost with it."""
    async with fetcher_by(names, web, within_s=60) as fetcher:
        with pytest.raises(SiteUnreachable, match="does not resolve"):
            await fetcher.get("http://no-such-name.sg/")


async def test_a_name_without_an_address_is_no_site(web: Any, fetcher: Fetcher) -> None:
    web.resolves("acme.sg", [])

    with pytest.raises(NameUnknown, match="has no address"):
        await fetcher.get("http://acme.sg/")


async def test_look_ups_end_with_the_fetcher(web: Any) -> None:
    """A resolver whose answers came after the event loop had ended would complain of each of them."""

    class Watched(Loopback):
        is_closed = False

        async def close(self) -> None:
            self.is_closed = True

    resolver = Watched(web.port)
    network = GuardedNetwork(resolver=resolver, open_socket=resolver.open_socket, backend=resolver.backend)
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=5, max_bytes=9, network=network):
        assert not resolver.is_closed

    assert resolver.is_closed


def test_a_process_ends_while_names_are_still_looked_up() -> None:
    """A dead name does not hold up a service that stops."""
    code = """
import asyncio, gc, socket, aiohttp
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.http.network import GuardedNetwork
async def main():
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        resolver = aiohttp.AsyncResolver(nameservers=["127.0.0.1:%d" % silent.getsockname()[1]], timeout=600, tries=1)
        network = GuardedNetwork(resolver=resolver, resolves_within_s=0.1)
        async with Fetcher(user_agent="TestBot/1.0", timeout_s=9, max_bytes=9, network=network) as fetcher:
            try: await fetcher.get("http://dead.sg/")
            except Exception as error: print(error)
asyncio.run(main())
gc.collect()
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert "did not resolve" in ended.stdout
    assert ended.stderr == ""
