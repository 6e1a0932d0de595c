"""The homepage is found where a browser finds it; what is not the company's own is not used."""

import asyncio
from typing import Any

import pytest
from aiohttp.abc import ResolveResult

from enricher.crawl.visits import Visit

HOME = "http://valves.sg/"
BODY = "<title>Valves</title><p>We make valves. info@valves.sg</p>"


async def visit(web: Any, domain: str = "valves.sg") -> Visit:
    async with web.visitor() as visitor:
        return await visitor.visit(domain)


def values(seen: Visit) -> list[str]:
    return [contact.value for contact in seen.contacts]


def lose(web: Any, *dead: str) -> None:
    """Makes these names unknown."""
    known = web.resolve

    async def resolve(host: str, port: int = 0, family: Any = 0) -> list[ResolveResult]:
        if host in dead:
            raise OSError("no such name")
        found: list[ResolveResult] = await known(host, port, family)
        return found

    web.resolve = resolve


@pytest.mark.parametrize(("named", "alive"), [("valves.sg", "www.valves.sg"), ("www.valves.sg", "valves.sg")])
async def test_the_name_with_and_without_www_is_tried(web: Any, named: str, alive: str) -> None:
    """The name with and without www is tried if one does not resolve; the dead one is not asked for under another
    scheme.
    """
    lose(web, named)
    web.serve(f"http://{alive}/", BODY)

    seen = await visit(web, named)

    assert (seen.site.outcome, seen.site.url, values(seen)) == ("visited", f"http://{alive}/", ["info@valves.sg"])


async def test_a_shop_at_a_subdomain_has_no_www(web: Any) -> None:
    """No browser tries www.shop.valves.sg."""
    lose(web, "shop.valves.sg")

    seen = await visit(web, "shop.valves.sg")

    assert (seen.site.outcome, web.asked) == ("unreachable", [])
    assert seen.degraded_reasons == ("http://shop.valves.sg: the name shop.valves.sg does not resolve",)


@pytest.mark.parametrize(
    "stub",
    [
        "<meta http-equiv=refresh content='0; URL=/start/'>",
        '<META CONTENT="2;start/" HTTP-EQUIV="Refresh"><p>Please wait</p>',
        "<script>window.location.href = '/start/';</script>",
        '<script>location.replace("start/")</script><p>Redirecting</p>',
        "<frameset><frame src='/menu.html' name='menu'><frame src='/start/' name='main'></frameset>",
        "<title>Valves</title><iframe src='/start/'></iframe>",
        "<a href='/start/'><img alt='Enter' src='a.jpg'></a>",
        "<p>Valves</p><a href='/start/'>Enter site</a>",
        "<a href='/zh/'>中文</a> <a href='/start/'>English</a>",
        "<a href='/cn/start.html'>简体</a> <a href='/start/'>EN</a>",
    ],
)
async def test_pages_that_only_lead_on_are_followed(web: Any, stub: str) -> None:
    """Pages that only lead on are followed, as a browser, or a reader of English, does."""
    web.serve(HOME, stub)
    web.serve(f"{HOME}start/", BODY)

    seen = await visit(web)

    assert values(seen) == ["info@valves.sg"]
    assert f"{HOME}start/" in [document.url for document in seen.documents]


async def test_a_refresh_header_is_followed(web: Any) -> None:
    """A refresh header is followed, as a meta element is; a page with content that refreshes itself later stays."""
    web.serve(HOME, "<p>Moved</p>", headers={"Refresh": "0; url=/start/"})
    web.serve(f"{HOME}start/", BODY.replace("<title>", "<meta http-equiv=refresh content='600;url=/x'><title>"))

    seen = await visit(web)

    assert (seen.site.url, values(seen)) == (f"{HOME}start/", ["info@valves.sg"])


async def test_a_way_on_keeps_the_rules_of_redirects(web: Any) -> None:
    """robots.txt holds for it, circles end, and another site is refused, but remembered."""
    web.serve(f"{HOME}robots.txt", "User-agent: *\nDisallow: /start/", kind="text/plain")
    web.serve(HOME, "<meta http-equiv=refresh content='0;url=/start/'>")
    assert "robots.txt forbids /start/" in (await visit(web)).degraded_reasons

    web.serve("http://loop.sg/", "<meta http-equiv=refresh content='0;url=/b'>")
    web.serve("http://loop.sg/b", "<meta http-equiv=refresh content='0;url=/'>")
    assert (await visit(web, "loop.sg")).site.outcome == "empty"

    web.serve("http://gone.sg/", "<meta http-equiv=refresh content='0;url=http://other.com/'>")
    seen = await visit(web, "gone.sg")
    assert (seen.is_elsewhere, seen.moved_to, values(seen)) == (True, "http://other.com/", [])
    assert "http://other.com/" not in web.asked


async def test_a_redirect_to_another_site_is_remembered(web: Any) -> None:
    """A redirect to another site is remembered: whoever knows the company may prove that it is its site."""
    web.serve(HOME, status=301, location="http://valves-asia.com/")

    seen = await visit(web)

    assert (seen.is_elsewhere, seen.moved_to) == (True, "http://valves-asia.com/")


@pytest.mark.parametrize(
    ("title", "outcome", "placeholder"),
    [
        ("Just a moment...", "forbidden", "challenge"),
        ("Account Suspended", "empty", "suspended"),
        ("valves.sg is for sale", "empty", "for_sale"),
        ("Welcome to nginx!", "empty", "server_default"),
        ("404 Not Found", "empty", "error"),
    ],
)
async def test_nothing_on_a_placeholder_is_used(web: Any, title: str, outcome: str, placeholder: str) -> None:
    """Its addresses are its host's; the outcome says what it was."""
    web.serve(HOME, f"<title>{title}</title><p>help@host.com +65 6222 3333</p>")

    seen = await visit(web)

    assert (seen.site.outcome, seen.site.placeholder, values(seen), seen.documents) == (outcome, placeholder, [], ())
    assert "not the company's own page" in seen.degraded_reasons[0]
    assert seen.is_forbidden == (placeholder == "challenge")


async def test_a_key_page_that_is_an_error_page_is_left_out(web: Any) -> None:
    """Though it answers 200."""
    web.serve(HOME, f"{BODY}<a href='/contact'>Contact</a>")
    web.serve(f"{HOME}contact", "<title>Page not found</title><p>support@theme.com</p>")

    seen = await visit(web)

    assert (values(seen), seen.site.outcome, seen.site.placeholder) == (["info@valves.sg"], "visited", None)


async def test_a_page_at_a_social_network_is_no_site(web: Any) -> None:
    """It is not even asked for."""
    seen = await visit(web, "www.facebook.com/valves")

    assert (seen.site.outcome, web.asked) == ("no_site_known", [])


@pytest.mark.parametrize(
    "head",
    [
        "Transfer-Encoding: identity\r\n",
        "Content-Encoding: gzip\r\n",
        "Content-Encoding: deflate\r\n",
        "Content-Encoding: none\r\n",
    ],
)
async def test_answers_that_browsers_read_are_read(web: Any, head: str) -> None:
    """Encodings that are announced and not applied."""

    async def serve(writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}Connection: close\r\n\r\n".encode())
        writer.write(BODY[:1].encode())
        await writer.drain()
        writer.write(BODY[1:].encode())

    web.serve_by(HOME, serve)

    assert values(await visit(web)) == ["info@valves.sg"]
