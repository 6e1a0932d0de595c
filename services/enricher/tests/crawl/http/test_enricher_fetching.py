"""One request against hostile and clumsy servers: real sockets on loopback, behind the real guard."""

import asyncio
import time
from typing import Any

import pytest

from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import NO_VALIDATORS, Fetcher
from enricher.crawl.http.network import GuardedNetwork
from testkit.servers.loopback import PUBLIC, Loopback


async def test_a_page_comes_back_as_it_was_sent(web: Any, fetcher: Fetcher) -> None:
    """Text, status and type; with our name on the request, and no cookie of an earlier answer."""
    web.serve("http://acme.sg/", "<p>Grüße</p>", packing="gzip")

    answer = await fetcher.get("http://acme.sg/")

    assert (answer.status, answer.is_html, answer.text, answer.is_cut) == (200, True, "<p>Grüße</p>", False)
    assert "User-Agent: TestBot/1.0\r\n" in web.headers[0]


async def test_a_cookie_is_never_sent_back(web: Any, fetcher: Fetcher) -> None:
    """Sites, and tenants, do not learn of each other through us."""

    async def set_cookie(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nSet-Cookie: a=b; Path=/\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")

    web.serve_by("http://acme.sg/", set_cookie)

    await fetcher.get("http://acme.sg/")
    await fetcher.get("http://acme.sg/")

    assert not any("cookie" in head.lower() for head in web.headers)


@pytest.mark.parametrize("url", ["ftp://acme.sg/", "file:///etc/passwd", "unix:///run/x"])
async def test_other_schemes_are_refused(fetcher: Fetcher, url: str) -> None:
    """Only http and https."""
    with pytest.raises(PageRefused):
        await fetcher.get(url)


async def test_a_redirect_is_reported_not_followed(web: Any, fetcher: Fetcher) -> None:
    """Each hop has rules to pass first."""
    web.serve("http://acme.sg/", status=302, location="http://127.0.0.1/")

    answer = await fetcher.get("http://acme.sg/")

    assert (answer.status, answer.location) == (302, "http://127.0.0.1/")
    assert web.asked == ["http://acme.sg/"]


async def test_a_page_is_asked_for_as_it_is_known(web: Any, fetcher: Fetcher) -> None:
    """The server's own words go back to it, unless they are fit for no header."""
    web.serve("http://acme.sg/", "x", headers={"ETag": '"v1"', "Last-Modified": "Tue, 03 Nov 2026 10:00:00 GMT"})
    web.serve("http://odd.sg/", "x", headers={"ETag": "x" * 500})

    answer = await fetcher.get("http://acme.sg/")
    web.serve("http://acme.sg/", status=304)
    again = await fetcher.get("http://acme.sg/", known=answer.validators)

    assert 'If-None-Match: "v1"\r\nIf-Modified-Since: Tue, 03 Nov 2026 10:00:00 GMT\r\n' in web.headers[1]
    assert (again.status, again.location) == (304, None)
    assert (await fetcher.get("http://odd.sg/")).validators == NO_VALIDATORS


async def test_a_long_page_is_cut_at_the_limit(web: Any, fetcher: Fetcher) -> None:
    """A long page is cut at the limit, also without compression."""
    web.serve("http://acme.sg/", "x" * 300_000)

    answer = await fetcher.get("http://acme.sg/")

    assert (len(answer.content), answer.is_cut) == (100_000, True)


async def test_a_page_of_exactly_the_limit_is_whole(web: Any, fetcher: Fetcher) -> None:
    """The cut is reported only where something is missing."""
    web.serve("http://acme.sg/", "x" * 100_000, packing="gzip")

    assert not (await fetcher.get("http://acme.sg/")).is_cut


async def test_a_slow_drip_ends_at_the_deadline(web: Any) -> None:
    """A byte now and then keeps no read waiting for long; the page as a whole has a deadline all the same."""

    async def drip(writer: asyncio.StreamWriter, head: bytes = b"HTTP/1.1 200 OK\r\n\r\n") -> None:
        writer.write(head)
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def drip_headers(writer: asyncio.StreamWriter) -> None:
        await drip(writer, b"HTTP/1.1 200 OK\r\nX-More: ")

    web.serve_by("http://slow.sg/", drip)
    web.serve_by("http://slower.sg/", drip_headers)

    async with Fetcher(user_agent="TestBot/1.0", timeout_s=0.3, max_bytes=10**6, network=web.guarded()) as fetcher:
        started = time.monotonic()
        answer = await fetcher.get("http://slow.sg/")
        assert (answer.text.strip("x"), answer.is_broken) == ("", True)
        assert time.monotonic() - started < 2
        with pytest.raises(SiteUnreachable, match=r"no answer within 0\.3 s"):
            await fetcher.get("http://slower.sg/")


async def test_a_resolver_that_hangs_ends_at_the_deadline(web: Any) -> None:
    """Looking a name up has no time limit of its own."""

    class Hanging(Loopback):
        async def resolve(self, *_: Any, **__: Any) -> list[Any]:
            await asyncio.Event().wait()
            return []

    network = GuardedNetwork(resolver=Hanging(web.port), open_socket=web.open_socket, backend=web.backend)
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=0.2, max_bytes=1000, network=network) as fetcher:
        with pytest.raises(SiteUnreachable, match="no answer within"):
            await fetcher.get("http://acme.sg/")


async def test_what_is_not_html_is_not_downloaded(web: Any, fetcher: Fetcher) -> None:
    """The type is reported, the body is not read."""
    web.serve("http://acme.sg/", b"%PDF" * 1000, kind="application/pdf")

    answer = await fetcher.get("http://acme.sg/")

    assert (answer.is_html, answer.content_type, answer.content) == (False, "application/pdf", b"")


async def test_a_page_that_breaks_off_is_kept_as_far_as_it_came(web: Any, fetcher: Fetcher) -> None:
    """A shop's flaky server still says who they are."""

    async def break_off(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 1000\r\n\r\n<title>Acme</title>")

    web.serve_by("http://acme.sg/", break_off)

    answer = await fetcher.get("http://acme.sg/")

    assert (answer.text, answer.is_cut) == ("<title>Acme</title>", True)


@pytest.mark.parametrize(
    "reply",
    [b"", b"not http at all\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nabcd"],
    ids=["nothing", "no HTTP", "no gzip"],
)
async def test_a_broken_answer_is_an_unreachable_site(web: Any, fetcher: Fetcher, reply: bytes) -> None:
    """Foreign errors come out as ours."""

    async def answer(writer: asyncio.StreamWriter) -> None:
        writer.write(reply)

    web.serve_by("http://acme.sg/", answer)

    with pytest.raises(SiteUnreachable):
        await fetcher.get("http://acme.sg/")


async def test_nobody_at_the_address_is_an_unreachable_site() -> None:
    """Connection refused, and a proxy that is away."""
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=2, max_bytes=1000, proxy="http://127.0.0.1:9") as fetcher:
        with pytest.raises(SiteUnreachable):
            await fetcher.get("http://acme.sg/")


async def test_a_certificate_that_nobody_vouches_for_is_an_unreachable_site(tls_web: Any, fetcher: Fetcher) -> None:
    """TLS is checked against the host's name, though the connection goes to an address."""
    with pytest.raises(SiteUnreachable, match=r"(?i)certificate"):
        await fetcher.get("https://acme.sg/")

    assert tls_web.reached == [PUBLIC]


async def test_a_certificate_of_another_host_is_refused(tls_web: Any) -> None:
    """A certificate of another host is refused, also one that is vouched for: acme.sg's is good for acme.sg, and for
    nobody who took over its address.
    """
    tls_web.serve("https://acme.sg/", "welcome")
    settings: Any = {"user_agent": "TestBot/1.0", "timeout_s": 2, "max_bytes": 1000, "network": tls_web.guarded()}

    async with Fetcher(**settings, tls=tls_web.trust) as fetcher:
        assert (await fetcher.get("https://acme.sg/")).text == "welcome"
        with pytest.raises(SiteUnreachable, match=r"(?i)hostname mismatch"):
            await fetcher.get("https://evil.sg/")


async def test_the_environments_proxy_is_ignored(web: Any, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
    """It would look names up for us, and the guard would be gone unseen."""
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    web.serve("http://acme.sg/", "direct")

    assert (await fetcher.get("http://acme.sg/")).text == "direct"


async def test_a_proxy_that_was_set_gets_the_whole_url(web: Any) -> None:
    """The demo's simulator is such a proxy; names are its business then."""
    web.serve("http://acme.example/about", "by proxy")
    proxy = f"http://127.0.0.1:{web.port}"

    async with Fetcher(user_agent="TestBot/1.0", timeout_s=2, max_bytes=1000, proxy=proxy) as fetcher:
        assert (await fetcher.get("http://acme.example/about")).text == "by proxy"

    assert web.reached == []


@pytest.mark.parametrize("leniently", [False, True])
async def test_what_came_of_a_body_without_an_end_is_kept(web: Any, leniently: bool) -> None:
    """A length that is too long, on a connection that stays open: browsers show the page, too."""
    is_over = asyncio.Event()

    async def stall(writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 999\r\n\r\n<p>Welcome</p>")
        await writer.drain()
        await is_over.wait()

    web.serve_by("http://acme.sg/", stall)
    async with Fetcher(user_agent="TestBot/1.0", timeout_s=0.5, max_bytes=1000, network=web.guarded()) as fetcher:
        answer = await fetcher.get("http://acme.sg/", leniently=leniently)
    is_over.set()

    assert (answer.text, answer.is_cut, answer.is_broken) == ("<p>Welcome</p>", True, True)
