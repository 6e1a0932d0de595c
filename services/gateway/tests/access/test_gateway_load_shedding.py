"""Overload: above a number of requests, and of streams, the gateway refuses the next one at once and does nothing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import pytest
from starlette.datastructures import Headers
from starlette.responses import StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from gateway.access.caller import Caller
from gateway.access.load_shedding import LoadShedding, streams_of
from gateway.api import application
from testkit.stages import until


class Slow:
    """An application whose answers wait until a test lets them go. A stream has had its first byte by then."""

    def __init__(self) -> None:
        self.waiting = 0
        self.go = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def body() -> AsyncIterator[bytes]:
            if scope["path"] == "/stream":
                yield b": begun\n\n"
            self.waiting += 1
            await self.go.wait()
            self.waiting -= 1
            yield b"done"

        await StreamingResponse(body())(scope, receive, send)


@asynccontextmanager
async def client_of(app: ASGIApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway") as client:
        yield client


async def count(app: Slow, number: int) -> bool:
    return app.waiting == number


def shedding(inner: Slow, **limits: int) -> LoadShedding:
    return LoadShedding(inner, **{"max_requests": 2, "max_streams": 2, **limits}, streams=["GET /stream"])


async def test_a_request_too_many_is_refused_at_once() -> None:
    """503 with Retry-After while the others wait; and when they are done, the next one is served."""
    inner = Slow()
    async with client_of(shedding(inner)) as client:
        both = [asyncio.create_task(client.get("/page")) for _ in range(2)]
        await until(lambda: count(inner, 2))
        refused = await client.get("/page")
        assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
        assert refused.json()["title"] == "Overloaded"
        inner.go.set()
        assert [answer.status_code for answer in await asyncio.gather(*both)] == [200, 200]
        assert (await client.get("/page")).status_code == 200


async def test_probes_are_always_answered() -> None:
    """An overloaded gateway is alive."""
    inner = Slow()
    inner.go.set()
    async with client_of(shedding(inner, max_requests=0)) as client:
        assert (await client.get("/livez")).status_code == 200
        assert (await client.get("/page")).status_code == 503


async def test_streams_take_no_place_of_requests_once_they_have_begun() -> None:
    """Streams take no place of requests once they have begun, as many streams as there may be, and a request besides;
    one stream more is refused.
    """
    inner = Slow()
    async with client_of(shedding(inner, max_requests=1, max_streams=2)) as client:
        streams = []
        for number in (1, 2):
            streams.append(asyncio.create_task(client.get("/stream")))
            await until(lambda number=number: count(inner, number))
        assert (await client.get("/stream")).status_code == 503
        page = asyncio.create_task(client.get("/page"))
        await until(lambda: count(inner, 3))
        inner.go.set()
        answers = await asyncio.gather(page, *streams)
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_no_tenant_has_more_than_half_of_the_streams() -> None:
    """429 for its next one, while others go on."""
    inner = Slow()
    app = shedding(inner, max_requests=9, max_streams=4)

    async def of_tenant(scope: Scope, receive: Receive, send: Send) -> None:
        tenant_id = int(Headers(scope=scope)["tenant"])
        await app({**scope, "state": {"caller": Caller("ann", tenant_id, "sdr", "local token")}}, receive, send)

    async with client_of(of_tenant) as client:
        streams = []
        for number in (1, 2):
            streams.append(asyncio.create_task(client.get("/stream", headers={"tenant": "1"})))
            await until(lambda number=number: count(inner, number))
        refused = await client.get("/stream", headers={"tenant": "1"})
        assert (refused.status_code, refused.headers["retry-after"]) == (429, "10")
        streams.append(asyncio.create_task(client.get("/stream", headers={"tenant": "2"})))
        await until(lambda: count(inner, 3))
        inner.go.set()
        assert [answer.status_code for answer in await asyncio.gather(*streams)] == [200, 200, 200]
        assert (await client.get("/stream", headers={"tenant": "1"})).status_code == 200


async def test_who_reads_a_long_answer_slowly_keeps_nobody_out() -> None:
    """After its first part it has given its place back, as long as such answers are not too many themselves."""
    inner = Slow()
    app = LoadShedding(inner, max_requests=1, max_streams=1, streams=["GET /other"])
    async with client_of(app) as client:
        slow = [asyncio.create_task(client.get("/stream"))]
        await until(lambda: count(inner, 1))
        slow.append(asyncio.create_task(client.get("/stream")))
        await until(lambda: count(inner, 2))
        assert (await client.get("/page")).status_code == 503
        inner.go.set()
        assert [answer.status_code for answer in await asyncio.gather(*slow)] == [200, 200]
        assert (await client.get("/page")).status_code == 200


async def test_a_stream_that_has_not_begun_takes_the_place_of_a_request() -> None:
    """Its beginning is as much work as any answer."""
    inner = Slow()
    async with client_of(shedding(inner, max_requests=1)) as client:
        page = asyncio.create_task(client.get("/page"))
        await until(lambda: count(inner, 1))
        assert (await client.get("/stream")).status_code == 503
        inner.go.set()
        assert (await page).status_code == 200
        assert (await client.get("/stream")).status_code == 200


async def test_a_place_is_free_again_after_a_fault() -> None:
    """A place is free again after a fault, whatever the application raises."""

    async def broken(scope: Scope, receive: Receive, send: Send) -> None:
        raise KeyError("a bug")

    app = LoadShedding(broken, max_requests=1, max_streams=1, streams=["GET /stream"])
    async with client_of(app) as client:
        for path in ("/page", "/page", "/stream", "/stream"):
            with pytest.raises(KeyError):
                await client.get(path)


def test_streams_are_those_of_the_document() -> None:
    """Streams are those of the document: what is counted as a stream is documented as one, and the other way round."""
    app = application(None)
    documented = {
        f"{method.upper()} {path}"
        for path, operations in app.openapi()["paths"].items()
        for method, operation in operations.items()
        if any("text/event-stream" in response.get("content", {}) for response in operation["responses"].values())
    }
    assert set(streams_of(app.routes)) == documented
    assert {"POST /chat", "GET /jobs/{job_id}/events"} <= documented


async def test_the_gateway_sheds(serve, kafka, owner) -> None:
    """Behind the check of the credential, and before anything is read or written."""
    async with serve(kafka, gateway_max_requests=1) as reps:
        rep = reps(1)
        assert (await rep.http.get("/jobs")).status_code == 200
        async with owner.transaction():
            await owner.execute("LOCK TABLE background_jobs IN ACCESS EXCLUSIVE MODE")
            first = asyncio.create_task(rep.http.get("/jobs"))
            await until(lambda: is_waiting(owner))
            refused = await rep.http.get("/jobs")
            assert (refused.status_code, refused.headers["retry-after"]) == (503, "1")
            assert (await rep.http.get("/livez")).status_code == 200
            assert (await rep.http.get("/jobs", headers={"Authorization": ""})).status_code == 401
        assert (await first).status_code == 200


async def is_waiting(owner) -> bool:
    """Whether someone waits for the lock on the jobs."""
    return await owner.fetchval(
        "SELECT count(*) > 0 FROM pg_locks WHERE relation = 'background_jobs'::regclass AND NOT granted"
    )
