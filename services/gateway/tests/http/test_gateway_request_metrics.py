"""The gateway's middleware counts requests by the route's pattern, first bytes, and open streams."""

import asyncio
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI
from fastapi.responses import StreamingResponse

from gateway.access.request_metrics import RequestMetrics
from testkit.samples import sample
from testkit.stages import until


def app_of(go: asyncio.Event) -> FastAPI:
    """An application with a page, a failure, and a stream whose second part waits for `go`."""
    app = FastAPI()

    @app.get("/metered/{number}")
    async def page(number: int) -> int:
        return number

    @app.get("/metered-stream/{number}")
    async def stream(number: int) -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b": begun\n\n"
            await go.wait()
            yield b"data: end\n\n"

        return StreamingResponse(parts(), media_type="text/event-stream")

    app.add_middleware(RequestMetrics)
    return app


def client_of(app: FastAPI) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://gateway")


def counted(method: str, route: str, status: str) -> float:
    return sample("leadgen_gateway_request_seconds_count", method=method, route=route, status=status)


async def test_requests_are_counted_by_pattern_and_status() -> None:
    """Never by path: two numbers are one series, unknown paths and methods are one series too."""
    before = counted("GET", "other", "4xx"), counted("other", "other", "4xx")
    async with client_of(app_of(asyncio.Event())) as client:
        assert (await client.get("/metered/1")).json() == 1
        assert (await client.get("/metered/2")).json() == 2
        assert (await client.get("/metered/x")).status_code == 422
        assert (await client.get("/nowhere")).status_code == 404
        assert (await client.request("BREW", "/nowhere")).status_code == 404

    assert counted("GET", "/metered/{number}", "2xx") == 2
    assert counted("GET", "/metered/{number}", "4xx") == 1
    assert counted("GET", "other", "4xx") == before[0] + 1
    assert counted("other", "other", "4xx") == before[1] + 1
    assert sample("leadgen_gateway_first_byte_seconds_count", route="/metered/{number}") == 0


async def test_a_stream_is_open_until_its_end_and_its_first_byte_counts_once() -> None:
    """The gauge goes up with the stream's head and down with its end."""
    go, route = asyncio.Event(), "/metered-stream/{number}"

    async def are_open(number: int) -> bool:
        return sample("leadgen_gateway_streams_open", route=route) == number

    async with client_of(app_of(go)) as client:
        reading = asyncio.create_task(client.get("/metered-stream/1"))
        try:
            await until(lambda: are_open(1))
        finally:
            go.set()
        assert (await reading).text == ": begun\n\ndata: end\n\n"
    assert await are_open(0)
    assert sample("leadgen_gateway_first_byte_seconds_count", route=route) == 1
    assert counted("GET", route, "2xx") == 1


async def test_a_stream_whose_reader_leaves_is_not_open_any_more() -> None:
    """Its request is cancelled then."""
    route = "/metered-stream/{number}"

    async def are_open(number: int) -> bool:
        return sample("leadgen_gateway_streams_open", route=route) == number

    async with client_of(app_of(asyncio.Event())) as client:
        reading = asyncio.create_task(client.get("/metered-stream/1"))
        await until(lambda: are_open(1))
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
    await until(lambda: are_open(0))
