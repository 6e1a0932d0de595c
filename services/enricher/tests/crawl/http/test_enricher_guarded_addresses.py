"""Addresses that a request may connect to: none inside, whatever a name or a resolver says."""

from typing import Any

import pytest

from enricher.crawl.errors import PageRefused, SiteUnreachable
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.http.network import GuardedNetwork
from enricher.pages.urls import resolve
from testkit.servers.loopback import PUBLIC


@pytest.mark.parametrize(
    "addresses",
    [["127.0.0.1"], ["10.0.0.5"], ["169.254.169.254"], ["::1"], ["::ffff:127.0.0.1"], [PUBLIC, "192.168.0.1"]],
    ids=str,
)
async def test_a_name_that_leads_inside_is_not_connected_to(web: Any, fetcher: Fetcher, addresses: list[str]) -> None:
    """One internal address among public ones is enough; nothing is sent anywhere."""
    web.resolves("evil.sg", addresses)

    with pytest.raises(PageRefused, match="not a public address"):
        await fetcher.get("http://evil.sg/")

    assert web.reached == []


async def test_a_resolver_that_changes_its_mind_is_asked_once_per_connection(web: Any, fetcher: Fetcher) -> None:
    """A resolver that changes its mind is asked once per connection: what was checked is what is connected to: the
    second, internal answer comes too late, and is refused in turn.
    """
    web.serve("http://evil.sg/", "fine")
    web.resolves("evil.sg", [PUBLIC], ["127.0.0.1"])

    assert (await fetcher.get("http://evil.sg/")).text == "fine"
    assert web.reached == [PUBLIC]
    with pytest.raises(PageRefused):
        await fetcher.get("http://evil.sg/")
    assert web.reached == [PUBLIC]


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1/",
        "http://localhost/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://127.1/",
        "http://0/",
        "http://127.0.0.1./",
        "http://localhost./",
        "http://[64:ff9b::7f00:1]/",
        "http://user@127.0.0.1/",
        "http://169.254.169.254/latest/meta-data/",
    ],
)
async def test_odd_spellings_of_loopback_are_refused_with_the_systems_resolver(web: Any, url: str) -> None:
    """The address that would be connected to is checked, not the text of the URL."""
    async with Fetcher(
        user_agent="TestBot/1.0",
        timeout_s=5,
        max_bytes=1000,
        network=GuardedNetwork(open_socket=web.open_socket, backend=web.backend),
    ) as fetcher:
        with pytest.raises((PageRefused, SiteUnreachable)):
            await fetcher.get(url)

    assert web.reached == []


@pytest.mark.parametrize("url", ["http://acme.sg:6379/", "http://acme.sg:9092/", "https://acme.sg:8443/"])
async def test_other_ports_than_the_webs_are_refused(web: Any, fetcher: Fetcher, url: str) -> None:
    """No talk with somebody's database."""
    with pytest.raises(PageRefused, match="port"):
        await fetcher.get(url)

    assert web.reached == []


@pytest.mark.parametrize("url", ["http://0177.0.0.1/", "http://①②⑦.0.0.1/", "http://a..acme.sg/", "http://[::1/"])
def test_spellings_that_are_no_host_name_never_get_as_far(url: str) -> None:
    """Every URL that is asked for came through `resolve`, or through `homepage`, which asks it."""
    assert resolve("http://acme.sg/", url) is None
