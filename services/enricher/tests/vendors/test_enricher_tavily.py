"""Tavily's adapter, and what the adapters share: the kinds of errors, the bounds, what must not leak."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.vendors.errors import (
    KEY_REFUSED,
    OUT_OF_CREDITS,
    AccountRefused,
    Failed,
    Rejected,
    Throttled,
    VendorError,
)
from enricher.vendors.http import MOST_BYTES, Endpoint, connect, quoted
from enricher.vendors.lenient_json import Reply
from enricher.vendors.tavily import ExtractedPage, SearchResult, Tavily, extract_cost

KEY = "tvly-secret"
NAMES = ["results", "failed_results", "url", "title", "content", "raw_content", "score", "usage", "credits", "error"]
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=12,
)
BODIES = st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode())
ANSWERS = st.fixed_dictionaries({"results": JSON}, optional=dict.fromkeys(NAMES[1:], JSON)).map(
    lambda value: json.dumps(value).encode()
)


def tavily(answer: Callable[[httpx2.Request], httpx2.Response], base_url: str = "https://api.tavily.com") -> Tavily:
    return Tavily(httpx2.MockTransport(answer), KEY, base_url)


def says(
    body: object = None, *, status: int = 200, headers: dict[str, str] | None = None, content: bytes | None = None
) -> Callable[[httpx2.Request], httpx2.Response]:
    """Always this answer; `asked` of it are the requests."""
    raw = json.dumps(body).encode() if content is None else content

    def answer(request: httpx2.Request) -> httpx2.Response:
        answer.asked.append(request)  # type: ignore[attr-defined]
        return httpx2.Response(status, headers=headers, content=raw)

    answer.asked = []  # type: ignore[attr-defined]
    return answer


async def test_a_search_is_asked_as_documented() -> None:
    """Key in the header, the cheap depth, usage wanted, nothing that could raise the price."""
    server = says({"results": [], "usage": {"credits": 1}})

    await tavily(server, "http://127.0.0.1:1/tavily/").search("acme " * 200, include_domains=["acme.sg"], max_results=3)

    (request,) = server.asked  # type: ignore[attr-defined]
    body = json.loads(request.content)
    assert str(request.url) == "http://127.0.0.1:1/tavily/search"
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert len(body.pop("query")) == 400
    assert body == {
        "search_depth": "basic",
        "max_results": 3,
        "include_domains": ["acme.sg"],
        "include_usage": True,
        "country": "singapore",
    }


async def test_odd_types_are_read_for_what_they_mean() -> None:
    """Numbers as strings, nulls, entries that are none: as good as they can be, and the rest is kept."""
    answer = await tavily(
        says(
            {
                "results": [
                    {"title": None, "url": "https://a.sg", "content": 5, "score": "0.7", "new": {}},
                    None,
                    {"title": "no url", "score": []},
                ],
                "response_time": "1.2",
                "usage": {"credits": "2"},
            }
        )
    ).search("acme")

    assert answer.results == (SearchResult("", "https://a.sg", "5", 0.7),)
    assert answer.credits == 2


async def test_half_an_emoji_and_a_null_byte_do_not_spoil_a_page() -> None:
    """A text cut in a surrogate pair comes through, as something that PostgreSQL can hold."""
    content = rb'{"results": [{"url": "https://a.sg", "raw_content": "nice \ud83d and \u0000 more"}]}'

    answer = await tavily(says(content=content)).extract(["https://a.sg"])

    assert answer.pages == (ExtractedPage("https://a.sg", "nice � and  more"),)


async def test_an_extract_tells_what_it_could_not_read() -> None:
    """Failed pages, and pages without a text, with the reason; a charge of 0 is taken as said."""
    answer = await tavily(
        says(
            {
                "results": [
                    {"url": "https://a.sg/1", "raw_content": "one"},
                    {"url": "https://a.sg/2", "raw_content": None},
                ],
                "failed_results": [{"url": "https://a.sg/3", "error": "404"}],
                "usage": {"credits": 0},
            }
        )
    ).extract(["https://a.sg/1", "https://a.sg/2", "https://a.sg/3"])

    assert answer.pages == (ExtractedPage("https://a.sg/1", "one"),)
    assert answer.failed == (("https://a.sg/3", "404"), ("https://a.sg/2", "no text"))
    assert answer.credits == 0


async def test_without_a_charge_the_price_list_holds() -> None:
    """1 for a search; a credit per five pages read."""
    pages = [{"url": f"https://a.sg/{number}", "raw_content": "text"} for number in range(7)]
    server = tavily(says({"results": pages, "usage": "none"}))

    assert (await server.search("acme")).credits == 1
    assert (await server.extract(["https://a.sg"])).credits == 2 == extract_cost(7)


@pytest.mark.parametrize(
    ("status", "kind", "expected"),
    [
        (400, Rejected, {}),
        (404, Rejected, {}),
        (410, Rejected, {}),
        (422, Rejected, {}),
        (451, Rejected, {}),
        (401, AccountRefused, {"until": KEY_REFUSED}),
        (402, AccountRefused, {"until": OUT_OF_CREDITS}),
        (403, AccountRefused, {"until": KEY_REFUSED}),
        (432, AccountRefused, {"until": OUT_OF_CREDITS}),
        (433, AccountRefused, {"until": OUT_OF_CREDITS}),
        (429, Throttled, {"retry_after": timedelta(seconds=7)}),
        (408, Failed, {"may_be_charged": True}),
        (500, Failed, {"may_be_charged": True}),
        (524, Failed, {"may_be_charged": True}),
        (204, Failed, {"may_be_charged": True}),
        (302, Failed, {"may_be_charged": False}),
    ],
)
async def test_each_status_has_its_own_error(status: int, kind: type[VendorError], expected: dict[str, Any]) -> None:
    """By what to do about it; and it is asked once, also where the answer is a redirect."""
    server = says(
        {"detail": {"error": "no"}}, status=status, headers={"Retry-After": "7", "Location": "http://127.0.0.1/"}
    )

    with pytest.raises(VendorError) as caught:
        await tavily(server).search("acme")

    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in expected} == expected
    assert str(status) in caught.value.reason
    assert len(server.asked) == 1  # type: ignore[attr-defined]


async def test_an_answer_of_another_shape_is_a_failure() -> None:
    """JSON without results is no empty search: perhaps paid for, and worth another attempt."""
    for body in ({}, [], None, {"results": {}}, {"results": "x"}):
        with pytest.raises(Failed, match="malformed") as caught:
            await tavily(says(body)).search("acme")
        assert caught.value.may_be_charged


async def test_neither_keys_nor_addresses_are_in_what_is_said() -> None:
    """A vendor may quote our key or someone's address back to us: no error holds them."""
    for status in (400, 401, 403, 404, 429, 500):
        with pytest.raises(VendorError) as caught:
            await tavily(says({"detail": f"bad {KEY} for\n tan@acme.sg"}, status=status)).search("acme")
        assert KEY not in str(caught.value)
        assert "tan@acme.sg" not in str(caught.value)
        assert caught.value.reason.isprintable()
    assert quoted(f"bad {KEY} for\n tan@acme.sg\0", KEY) == "bad … for …"


@pytest.mark.parametrize("key", ["", "  ", "a b", "é", "a\nb"])
def test_what_cannot_be_a_key_is_refused_at_once(key: str) -> None:
    """With a clear word at the start, instead of an odd failure at the first call."""
    with pytest.raises(ValueError, match="the key for tavily"):
        Tavily(httpx2.AsyncHTTPTransport(), key)


async def test_an_answer_is_read_up_to_a_bound() -> None:
    """Unpacked bytes count: a small answer that unpacks to a large one is a failure as well."""
    packed = gzip.compress(b" " * (MOST_BYTES + 1))

    with pytest.raises(Failed, match="ReadError") as caught:
        await tavily(says(content=packed, headers={"Content-Encoding": "gzip"})).search("acme")

    assert caught.value.may_be_charged


async def test_a_server_that_drips_or_hangs_is_left_in_time() -> None:
    """The time is for the whole answer: each byte in time is not enough."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    async def hang(_: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    for answer in (lambda _: httpx2.Response(200, content=drip()), hang):
        http = httpx2.MockTransport(answer)
        endpoint = Endpoint("tavily", http, "https://api.tavily.com", KEY, {})
        with pytest.raises(Failed, match="no answer within") as caught:
            await endpoint.post("/search", {}, Reply, within_s=0.05)
        assert caught.value.may_be_charged


async def test_a_server_that_is_not_there_charged_nothing() -> None:
    """No connection, no charge. With the client of production, which no proxy of the environment diverts."""
    async with connect() as http:
        with pytest.raises(Failed) as caught:
            await Tavily(http, KEY, "http://127.0.0.1:1").search("acme")
    assert not caught.value.may_be_charged


@pytest.mark.parametrize("count", [0, 21])
async def test_an_extract_takes_one_to_twenty_urls(count: int) -> None:
    """More is the caller's mistake, and is not sent."""
    with pytest.raises(ValueError, match="takes 1 to 20"):
        await tavily(says({"results": []})).extract(["https://a.sg"] * count)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    content=BODIES | ANSWERS,
    status=st.sampled_from([200, 200, 200, 204, 302, 400, 401, 429, 500]),
    wait=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=12),
    packing=st.sampled_from(["", "", "gzip", "br", "deflate, gzip"]),
)
async def test_no_answer_breaks_the_adapter(content: bytes, status: int, wait: str, packing: str) -> None:
    """No answer breaks the adapter, whatever comes back: an answer with a sane charge, or a VendorError."""
    client = tavily(says(content=content, status=status, headers={"Retry-After": wait, "Content-Encoding": packing}))

    for call in (client.search("acme"), client.extract(["https://a.sg"])):
        with suppress(VendorError):
            assert 0 <= (await call).credits <= 1_000_000


async def test_nesting_without_end_is_a_failure() -> None:
    """Not a crash of the reader."""
    with pytest.raises(Failed, match="no JSON"):
        await tavily(says(content=b'{"results": ' + b"[" * 100_000)).search("acme")
