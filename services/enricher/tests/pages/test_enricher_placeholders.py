"""Pages that are not the company's own are distinguished from those that are."""

import pytest

from enricher.pages.documents import parse_html
from enricher.pages.placeholders import placeholder_of


def kind_of(html: str) -> str | None:
    return placeholder_of(parse_html("http://valves.com.sg/", html))


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        ("<title>Attention Required! | Cloudflare</title><p>Why have I been blocked?</p>", "challenge"),
        ("<p>Please verify you are human by completing the action below.</p>", "challenge"),
        ("<title>One moment, please...</title>", "challenge"),
        ("<title>Suspended</title><h1>This website has been suspended</h1><p>Call +65 6222 3333</p>", "suspended"),
        ("<p>The domain valves.com.sg has expired. Renew it now.</p>", "suspended"),
        ("<title>Bandwidth Limit Exceeded</title>", "suspended"),
        ("<title>valves.com.sg is for sale</title><p>Call our brokers: +65 6222 3333</p>", "for_sale"),
        ("<p>Buy this domain. The domain name may be for sale.</p>", "for_sale"),
        ("<p>This domain was registered with Names Pte Ltd. Coming soon.</p>", "parked"),
        ("<title>valves.com.sg</title><script src='//d1.parkingcrew.com/a.js'></script>", "parked"),
        ("<h1>This Web page is parked FREE</h1>", "parked"),
        ("<title>Welcome to nginx!</title><p>Thank you for using nginx.</p>", "server_default"),
        ("<title>Apache2 Debian Default Page: It works</title><p>It works!</p>", "server_default"),
        ("<title>Index of /</title><a href='old.zip'>old.zip</a>", "server_default"),
        ("<title>IIS Windows Server</title>", "server_default"),
        ("<title>404 Not Found</title>", "error"),
        ("<title>Valves - Page not found</title><p>Tel 6222 3333</p>", "error"),
        ("<p>Error establishing a database connection</p>", "error"),
        ("<title>找不到页面</title>", "error"),
    ],
)
def test_a_placeholder_is_recognised(html: str, kind: str) -> None:
    """By its title, or by its few words."""
    assert kind_of(html) == kind


@pytest.mark.parametrize(
    "html",
    [
        "<title>Valves</title><p>We make valves.</p>",
        "<title>404 Robinson Road: our office</title><p>Valves</p>",
        "<title>Flats for sale | Estates</title><p>Homes for sale and for rent.</p>",
        "<title>Park & Ride</title><p>Cars are parked in our covered yard.</p>",
        "<title>Suspended ceilings</title><p>We hang suspended ceilings.</p>",
        "<title>Security checks and guards</title><p>We verify visitors.</p>",
        "<title>Domains</title><p>" + "We help firms to buy domains. Buy this domain is a button. " * 40 + "</p>",
        "<title>Blog: what an error page costs</title><p>An error page loses customers.</p>",
        "<title>Access control and CCTV</title>",
    ],
)
def test_a_companys_own_page_is_none(html: str) -> None:
    """Even where it writes about such things, or says little."""
    assert kind_of(html) is None
