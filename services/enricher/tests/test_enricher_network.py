"""Names that do not resolve, or not in time: whoever asks for others does not wait for them."""

import asyncio
import socket
import subprocess
import sys
import threading
import time
from typing import Any

import pytest

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.network import Resolver

ANSWER = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))]


class System:
    """A resolver like the system's: it blocks, and for names that start with "dead" it does so until released."""

    def __init__(self) -> None:
        self.released = threading.Event()
        self.asked: list[str] = []

    def look_up(self, host: str, port: int, **_: Any) -> list[Any]:
        self.asked.append(host)
        if host.startswith("dead"):
            self.released.wait(30)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        return ANSWER * 2


@pytest.fixture
def system() -> Any:
    system = System()
    yield system
    system.released.set()


async def test_many_dead_names_at_once_hold_up_nobody(system: System) -> None:
    """Forty of them, more than an executor's threads: a living one is answered at once, they at their deadline."""
    resolver = Resolver(timeout_s=1, look_up=system.look_up)
    dead = [asyncio.create_task(resolver(f"dead{n}.sg", 80)) for n in range(40)]
    await asyncio.sleep(0)
    started = time.monotonic()

    assert await resolver("acme.sg", 80) == ["93.184.216.34"]
    assert time.monotonic() - started < 0.5
    for end in await asyncio.gather(*dead, return_exceptions=True):
        assert isinstance(end, SiteUnreachable)
        assert "did not resolve within 1 s" in str(end)
    assert time.monotonic() - started < 3


async def test_a_name_is_looked_up_once_however_many_ask(system: System) -> None:
    """Also when the first who asked has given up: a dead name holds one thread, not one per visit."""
    resolver = Resolver(timeout_s=0.05, look_up=system.look_up)
    for _ in range(3):
        with pytest.raises(SiteUnreachable):
            await resolver("dead.sg", 80)

    assert system.asked == ["dead.sg"]


async def test_threads_are_bounded_and_come_back(system: System) -> None:
    """Where all are taken the next name waits its time; as soon as one is free it is asked."""
    resolver = Resolver(timeout_s=0.5, at_once=2, look_up=system.look_up)
    for n in range(2):
        with pytest.raises(SiteUnreachable):
            await resolver(f"dead{n}.sg", 80)
    with pytest.raises(SiteUnreachable):
        await resolver("acme.sg", 80)
    assert system.asked == ["dead0.sg", "dead1.sg"]

    system.released.set()
    assert await resolver("acme.sg", 80) == ["93.184.216.34"]


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a..b", "x" * 300, "127.0.0.1.", ""])
async def test_what_the_system_cannot_resolve_is_an_unreachable_site(host: str) -> None:
    """Its own errors, and those of odd names, come out as ours."""
    try:
        found = await Resolver()(host, 80)
    except SiteUnreachable:
        return
    assert all(address.startswith("127.") or address == "::1" for address in found)


def test_a_process_ends_while_names_are_still_looked_up() -> None:
    """A dead name does not hold up a service that was told to stop."""
    code = (
        "import asyncio, threading; from enricher.crawl.network import Resolver\n"
        "never = lambda *_, **__: threading.Event().wait()\n"
        "async def main():\n"
        "    try: await Resolver(timeout_s=0.1, look_up=never)('dead.sg', 80)\n"
        "    except Exception as error: print(error)\n"
        "asyncio.run(main())"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=30, check=True)

    assert "did not resolve" in ended.stdout
