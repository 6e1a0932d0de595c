"""The simulator as a server: fetched through as a proxy, ordered about, stopped."""

import asyncio
import json
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from functools import cache
from itertools import islice
from time import monotonic
from typing import Any

import httpx
import pytest

from simulator.app import Simulator
from simulator.faults import Fault
from simulator.register.registry import COLUMNS, rows
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Behaviour, Robots, Site, site_of

SETTINGS = Settings(slow_ms=5)


@cache
def _hosts(count: int) -> list[str]:
    websites = (row[COLUMNS.index("website")] for row in rows(50 * count, SETTINGS.seed))
    return list(islice((website for website in websites if website != "na"), count))


@cache
def _site(manner: Behaviour = Behaviour.PLAIN) -> Site:
    sites = (site_of(host, SETTINGS.seed) for host in _hosts(3000))
    return next(site for site in sites if site and site.manner is manner)


@pytest.fixture(scope="module")
async def url() -> AsyncIterator[str]:
    """A running simulator."""
    async with running(SETTINGS) as address:
        yield address


@pytest.fixture
async def web(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client that goes to the town through the proxy."""
    async with httpx.AsyncClient(proxy=url, trust_env=False, timeout=10) as client:
        yield client


@pytest.fixture
async def control(url: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the control endpoints, which are as new."""
    async with httpx.AsyncClient(base_url=f"{url}/_simulator", trust_env=False, timeout=10) as client:
        (await client.post("/reset")).raise_for_status()
        yield client
        (await client.post("/reset")).raise_for_status()


@pytest.mark.slow
async def test_a_crawl_meets_every_character(web: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    """Some hundred sites through the proxy: each answers as its character says, and the ledger has each visit once."""
    by_character: dict[tuple[Behaviour, Robots], list[str]] = {}
    for host in _hosts(3000):
        site = site_of(host, SETTINGS.seed)
        assert site is not None
        by_character.setdefault((site.manner, site.robots), []).append(host)
    visited = [host for hosts in by_character.values() for host in hosts[:12]]
    outcomes: Counter[tuple[Behaviour, str]] = Counter()
    for host in visited:
        site = site_of(host, SETTINGS.seed)
        assert site is not None
        try:
            answer = await web.get(f"http://{host}/")
        except httpx.RemoteProtocolError:
            outcomes[site.manner, "cut"] += 1
        else:
            outcomes[site.manner, str(answer.status_code)] += 1

    assert len(visited) > 200
    assert dict(outcomes.keys()) == {
        **dict.fromkeys(Behaviour, "200"),
        Behaviour.FAILING: "500",
        Behaviour.TRUNCATED: "cut",
        Behaviour.TO_WWW: "301",
        Behaviour.TO_HOME: "302",
        Behaviour.LOOP: "302",
    }
    ledger = (await control.get("/ledger")).json()
    assert ledger["hosts"] == {host: {"/": 1} for host in visited}
    assert ledger["requests"] == len(visited)


async def test_redirects_can_be_followed_and_loops_end(web: httpx.AsyncClient) -> None:
    """A client that follows arrives at the www name and at /home, and gives up on a loop."""
    www, home, loop = _site(Behaviour.TO_WWW), _site(Behaviour.TO_HOME), _site(Behaviour.LOOP)

    arrived = await web.get(f"http://{www.host}/", follow_redirects=True)
    assert (arrived.status_code, arrived.url.host) == (200, f"www.{www.host}")
    arrived = await web.get(f"http://{home.host}/", follow_redirects=True)
    assert (arrived.status_code, arrived.url.path) == (200, "/home")
    with pytest.raises(httpx.TooManyRedirects):
        await web.get(f"http://{loop.host}/", follow_redirects=True)


async def test_what_a_proxy_refuses(web: httpx.AsyncClient) -> None:
    """Unknown names and ports get 502, writing gets 405, https gets a clean no."""
    host = _site().host

    assert (await web.get("http://nobody.example/")).status_code == 502
    assert (await web.get("http://127.0.0.1/_simulator/ledger")).status_code == 502
    assert (await web.get(f"http://{host}:6379/")).status_code == 502
    assert (await web.post(f"http://{host}/send")).status_code == 405
    assert (await web.head(f"http://{host}/")).status_code == 200
    with pytest.raises(httpx.ProxyError, match="501"):
        await web.get(f"https://{host}/")


async def test_a_host_header_is_enough(url: str) -> None:
    """A host header is enough: where the name resolves to the simulator, no proxy is needed."""
    site = _site()
    async with httpx.AsyncClient(base_url=url, trust_env=False) as client:
        answer = await client.get("/", headers={"Host": site.host})

    assert answer.status_code == 200
    assert site.industry.trade in answer.text


async def test_control_is_reached_through_the_proxy_too(web: httpx.AsyncClient) -> None:
    """By its own name."""
    site = _site()
    body = (await web.get(f"http://simulator.local/_simulator/sites/{site.host}")).json()

    assert body["uen"] == site.company.uen
    assert body["emails"] == list(site.emails)
    assert (await web.get("http://simulator.local/_simulator/sites/nobody.example")).status_code == 404


async def test_the_ledger_counts_paths_and_queries(web: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    """Each host and path with its count; one host alone can be asked for."""
    host = _site().host
    for target in ("/", "/", "/robots.txt", "/?page=2"):
        await web.get(f"http://{host}{target}")
    await web.get("http://nobody.example/")

    ledger = (await control.get("/ledger", params={"host": host})).json()
    assert ledger == {"requests": 5, "unlisted": 0, "hosts": {host: {"/": 2, "/robots.txt": 1, "/?page=2": 1}}}


async def test_ordered_failures_happen_so_often_and_end(web: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    """Two 503, then a broken connection, then all is well; other hosts never noticed."""
    host, other = _site().host, _site(Behaviour.THIN).host
    await control.post("/faults", json={"host": host, "kind": "fail", "times": 2})
    await control.post("/faults", json={"host": host, "kind": "drop"})

    assert (await web.get(f"http://{other}/")).status_code == 200
    assert [(await web.get(f"http://{host}/")).status_code for _ in range(2)] == [503, 503]
    with pytest.raises(httpx.RemoteProtocolError):
        await web.get(f"http://{host}/")
    assert (await web.get(f"http://{host}/")).status_code == 200
    assert (await control.get("/faults")).json()["faults"] == []


async def test_a_fault_can_be_for_one_path_or_for_all_hosts(web: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    """robots.txt alone fails; then everything does, until the reset."""
    host = _site().host
    await control.post("/faults", json={"host": host, "path": "/robots.txt", "kind": "fail", "status": 500})
    assert (await web.get(f"http://{host}/")).status_code == 200
    assert (await web.get(f"http://{host}/robots.txt")).status_code == 500

    await control.post("/faults", json={"host": "*", "kind": "fail", "times": None})
    assert {(await web.get(f"http://{host}/")).status_code for host in _hosts(5)} == {503}
    await control.post("/reset")
    assert (await web.get(f"http://{host}/")).status_code == 200


async def test_latency_is_felt(web: httpx.AsyncClient, control: httpx.AsyncClient) -> None:
    """A page takes at least the ordered time; a slow fault adds its own."""
    host = _site().host
    await control.put("/latency", json={"median_ms": 60})
    started = monotonic()
    await web.get(f"http://{host}/")
    assert monotonic() - started >= 0.06

    await control.put("/latency", json={"median_ms": 0, "sigma": 0.5})
    await control.post("/faults", json={"host": host, "kind": "slow", "delay_ms": 80})
    started = monotonic()
    assert (await web.get(f"http://{host}/")).status_code == 200
    assert monotonic() - started >= 0.08


@pytest.mark.parametrize(
    "order",
    [{}, {"host": "a.example", "kind": "explode"}, {"host": "a.example", "kind": "fail", "times": 0}, [], "x"],
)
async def test_a_senseless_order_is_refused_with_reasons(order: Any, control: httpx.AsyncClient) -> None:
    """422, what is wrong, and nothing ordered."""
    answer = await control.post("/faults", json=order)

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["msg"]
    assert (await control.get("/faults")).json()["faults"] == []


async def test_a_hanging_request_ends_with_its_client() -> None:
    """The application notices that nobody waits any more."""
    simulator = Simulator(SETTINGS)
    host = _site().host
    simulator.faults.inject(Fault(host=host, kind="hang"))
    sent: list[Any] = []

    async def gone() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    async with asyncio.timeout(60):
        await simulator(_a_get(host), gone, send)
    assert sent[0]["status"] == 504


async def test_a_hanging_request_ends_with_the_simulator() -> None:
    """Stopping takes no longer because someone hangs."""
    host = _site().host
    async with asyncio.timeout(60), AsyncExitStack() as clients:
        async with running(SETTINGS) as url:
            web = await clients.enter_async_context(httpx.AsyncClient(proxy=url, trust_env=False, timeout=30))
            own = await clients.enter_async_context(httpx.AsyncClient(base_url=f"{url}/_simulator", trust_env=False))
            await own.post("/faults", json={"host": host, "kind": "hang"})
            hanging = asyncio.create_task(web.get(f"http://{host}/"))
            while not (await own.get("/ledger")).json()["requests"]:
                assert not hanging.done()
        assert (await hanging).status_code == 504


async def test_sigterm_stops_the_command_at_once() -> None:
    """It says where it listens as JSON, serves, and leaves with 0 although a request hangs."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "error", "-c", "from simulator.main import main; main()"),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env={**os.environ, "SIMULATOR_PORT": "0", "SIMULATOR_SEED": str(SETTINGS.seed)},
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(60):
            ready = json.loads(await process.stdout.readline())
            host = _site().host
            async with httpx.AsyncClient(proxy=ready["url"], trust_env=False, timeout=30) as client:
                assert (await client.get(f"http://{host}/")).status_code == 200
                process.send_signal(signal.SIGTERM)
                _, errors = await process.communicate()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert (process.returncode, errors) == (0, b"")


@pytest.mark.parametrize("latency", [{"median_ms": 30, "to_ms": 60}, {"median_ms": 40, "sigma": 0}])
async def test_pages_take_as_long_as_ordered(
    latency: dict[str, float], web: httpx.AsyncClient, control: httpx.AsyncClient
) -> None:
    """A range, or one length."""
    (await control.put("/latency", json=latency)).raise_for_status()
    started = monotonic()
    await web.get(f"http://{_site().host}/")
    assert monotonic() - started >= latency["median_ms"] / 1000


def _a_get(host: str) -> dict[str, Any]:
    return {
        "type": "http",
        "method": "GET",
        "path": f"http://{host}/",
        "raw_path": f"http://{host}/".encode(),
        "query_string": b"",
        "headers": [],
        "state": {},
    }
