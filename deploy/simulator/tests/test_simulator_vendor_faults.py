"""Trouble ordered for vendors: what the client gets, and what is charged for it."""

import asyncio
from time import monotonic
from typing import Any

import httpx
import pytest


async def test_bursts_of_errors_end_by_themselves(vendors: Any) -> None:
    """Two 503 with the vendor's body, uncharged, after one good call; other operations never noticed."""
    await vendors.inject("tavily", kind="fail", operation="search", after=1, times=2)
    statuses = [(await vendors.tavily("/search", query="a")).status_code for _ in range(4)]

    assert statuses == [200, 503, 503, 200]
    assert (await vendors.tavily("/extract", urls="http://nobody.example/")).status_code == 200
    assert len(await vendors.charges(operation="search")) == 2
    assert (await vendors.state("tavily"))["calls"] == {"search 200": 2, "search 503": 2, "extract 200": 1}


async def test_429_comes_with_and_without_retry_after(vendors: Any) -> None:
    """429 comes with and without Retry-After, as ordered, in each vendor's own words."""
    await vendors.inject("lusha", kind="fail", status=429, retry_after_s=7)
    await vendors.inject("lusha", kind="fail", status=429)
    answers = [await vendors.lusha("/contacts/enrich", ids=["1"]) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [429, 429]
    assert [answer.headers.get("retry-after") for answer in answers] == ["7", None]
    assert answers[0].json() == {"statusCode": 429, "message": "Rate limit exceeded"}


async def test_a_rate_limit_counts_calls_of_a_minute(vendors: Any) -> None:
    """Off at first; then the third call of a key is too many, and another key is not concerned."""
    await vendors.terms("tavily", per_minute=2)
    answers = [await vendors.tavily("/search", query="a") for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 1 <= int(answers[2].headers["retry-after"]) <= 60
    assert (await vendors.tavily("/search", "other", query="a")).status_code == 200
    await vendors.terms("tavily", retry_after=False, penalty_s=600)
    assert "retry-after" not in (await vendors.tavily("/search", query="a")).headers


@pytest.mark.parametrize(("vendor", "status"), [("tavily", 432), ("lusha", 402)])
async def test_a_refusal_can_be_ordered_midway(vendor: str, status: int, vendors: Any) -> None:
    """A refusal can be ordered midway, as if the credits had just run out, for any key."""
    await vendors.inject(vendor, kind="refuse", why="no_credits")
    call = vendors.tavily("/search", query="a") if vendor == "tavily" else vendors.lusha("/contacts/enrich", ids=["1"])

    assert (await call).status_code == status


async def test_credits_run_out_after_so_many(vendors: Any) -> None:
    """Three searches, then 432 until there is more."""
    await vendors.terms("tavily", credits=3)
    statuses = [(await vendors.tavily("/search", query=str(n))).status_code for n in range(5)]
    await vendors.terms("tavily", credits=4)

    assert statuses == [200, 200, 200, 432, 432]
    assert (await vendors.tavily("/search", query="more")).status_code == 200


@pytest.mark.parametrize("charged", [False, True])
@pytest.mark.parametrize("kind", ["drop", "fail", "truncated", "malformed", "html"])
async def test_what_is_lost_is_charged_or_not_as_ordered(kind: str, charged: bool, vendors: Any) -> None:
    """The client has nothing of use; the ledger has the charge if it was ordered, marked as not answered."""
    await vendors.inject("zerobounce", kind=kind, charged=charged)
    broken = kind in ("drop", "truncated")
    if broken:
        with pytest.raises(httpx.RemoteProtocolError):
            await vendors.verify("valid@example.com")
    else:
        answer = await vendors.verify("valid@example.com")
        with pytest.raises((ValueError, KeyError)):
            answer.json()["email_batch"]
        assert answer.status_code == (503 if kind == "fail" else 200)
    lost = await vendors.charges()
    await vendors.verify("valid@example.com")

    assert [(entry["units"], entry["answered"], entry["fault"]) for entry in lost] == [(1, False, kind)] * charged
    repeats = (await vendors.http.get("/_simulator/charges/repeats", params={"vendor": "zerobounce"})).json()["repeats"]
    assert [(each["times"], each["answered"]) for each in repeats] == [(2, 1)] * charged


async def test_a_hanging_call_is_under_way_until_its_client_leaves(vendors: Any) -> None:
    """In flight meanwhile; and charged, if ordered."""
    await vendors.inject("tavily", kind="hang", charged=True)
    hanging = asyncio.create_task(vendors.tavily("/search", query="a"))
    async with asyncio.timeout(60):
        while not await vendors.charges():
            assert not hanging.done()
        assert (await vendors.state("tavily"))["in_flight"] == 1
        hanging.cancel()
        while (await vendors.state("tavily"))["in_flight"]:
            pass
    assert (await vendors.charges())[0]["answered"] is False


async def test_a_client_that_left_is_charged_and_not_answered(vendors: Any) -> None:
    """The vendor works on: what was asked is paid for, and the ledger says that nobody heard."""
    await vendors.terms("tavily", latency={"median_ms": 150})
    waiting = asyncio.create_task(vendors.tavily("/search", query="a"))
    async with asyncio.timeout(60):
        while not await vendors.charges():
            assert not waiting.done()
        waiting.cancel()
        while (await vendors.state("tavily"))["in_flight"]:
            pass

    assert [entry["answered"] for entry in await vendors.charges()] == [False]


async def test_latency_is_ordered_by_vendor(vendors: Any) -> None:
    """A range, and a slow call on top; the others answer at once."""
    await vendors.terms("lusha", latency={"median_ms": 40, "to_ms": 60})
    await vendors.inject("lusha", kind="slow", delay_ms=50, after=1)
    lengths = []
    for _ in range(2):
        started = monotonic()
        assert (await vendors.lusha("/contacts/enrich", ids=["1"])).status_code == 200
        lengths.append(monotonic() - started)

    assert lengths[0] >= 0.04
    assert lengths[1] >= 0.09


async def test_answers_are_the_same_in_every_run(vendors: Any, known_sites: Any) -> None:
    """After a reset, the same calls get the same bytes."""

    async def asked() -> list[bytes]:
        host, name = known_sites[0].host, known_sites[0].company.name
        return [
            (await vendors.tavily("/search", query=name)).content,
            (await vendors.tavily("/crawl", url=f"http://{host}/", include_usage=True)).content,
            (
                await vendors.lusha("/contacts/prospecting", filters={"companies": {"include": {"domains": [host]}}})
            ).content,
            (await vendors.verify(f"info@{host}")).content,
        ]

    first = await asked()
    await vendors.http.post("/_simulator/reset")

    assert await asked() == first


async def test_the_ledger_can_be_read_on_from_a_number(vendors: Any) -> None:
    """By vendor, key, operation and item; empty after a reset."""
    for query in ("a", "b", "a"):
        await vendors.tavily("/search", query=query)
    await vendors.tavily("/search", "other", query="a")

    assert [entry["number"] for entry in await vendors.charges(after=2)] == [3, 4]
    assert [entry["number"] for entry in await vendors.charges(item="a", key="k")] == [1, 3]
    assert await vendors.charges(vendor="lusha") == []
    await vendors.http.post("/_simulator/reset")
    assert await vendors.charges() == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "vendors/tavily/faults", {"kind": "explode"}, 422),
        ("POST", "vendors/tavily/faults", {"kind": "model", "manner": "fenced"}, 422),
        ("POST", "vendors/openai/faults", {"kind": "model"}, 422),
        ("POST", "vendors/openai/faults", {"kind": "fail", "manner": "fenced"}, 422),
        ("POST", "vendors/nobody/faults", {"kind": "drop"}, 404),
        ("PUT", "vendors/tavily", {"latency": {"median_ms": 5, "to_ms": 3}}, 422),
        ("PUT", "vendors/tavily", [], 422),
        ("GET", "charges?after=x", None, 422),
        ("GET", "charges?colour=red", None, 422),
    ],
)
async def test_senseless_orders_are_refused(method: str, path: str, body: Any, status: int, vendors: Any) -> None:
    """With reasons, and without effect."""
    answer = await vendors.http.request(method, f"/_simulator/{path}", json=body)

    assert answer.status_code == status
    assert [(await vendors.state(vendor))["faults"] for vendor in ("tavily", "openai")] == [[], []]


async def test_paths_that_vendors_do_not_have(vendors: Any) -> None:
    """404 in the vendor's words; other prefixes are nobody's."""
    assert (await vendors.tavily("/research", query="a")).json() == {"detail": {"error": "Not Found"}}
    assert (await vendors.lusha("/contacts/jobs/1")).json()["statusCode"] == 404
    assert (await vendors.http.post("/nobody/search", json={})).status_code == 404
