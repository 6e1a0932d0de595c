"""Tavily as the simulator plays it: what it finds and reads in the town, what that costs, how it says no."""

from typing import Any

import pytest

from simulator.town.fragments import about
from simulator.town.sites import Behaviour, Layout, Site


def _plain(sites: list[Site], layout: Layout) -> Site:
    return next(site for site in sites if site.layout is layout and site.manner is Behaviour.PLAIN)


async def test_search_finds_sites_among_decoys(vendors: Any, known_sites: list[Site]) -> None:
    """Most names lead to the company's site, often behind a directory; sites that are in no register are found too."""
    firsts, decoys, strangers, unlisted = 0, 0, 0, 0
    sites = [site for site in known_sites if site.company.live][:150]
    for site in sites:
        answer = (await vendors.tavily("/search", query=f'"{site.company.name}" Singapore', max_results=10)).json()
        urls = [result["url"] for result in answer["results"]]
        firsts += urls[0] == f"http://{site.host}/"
        unlisted += site.company.website is None and f"http://{site.host}/" in urls
        decoys += any("recordowl" in url or "linkedin" in url for url in urls)
        strangers += any(url.endswith(".example/") and site.host not in url for url in urls)
        scores = [result["score"] for result in answer["results"]]
        assert f"http://{site.host}/" in urls
        assert scores == sorted(scores, reverse=True)
        assert all(set(each) == {"title", "url", "content", "score", "raw_content"} for each in answer["results"])

    assert len(sites) / 3 < firsts < len(sites) * 0.9
    assert decoys > len(sites) / 3
    assert 5 < strangers < len(sites) / 2
    assert unlisted > 5


async def test_search_for_nobody_finds_directories(vendors: Any) -> None:
    """No site of the town, and still a credit."""
    answer = (await vendors.tavily("/search", query="Nobody At All Pte Ltd", include_usage=True)).json()

    assert [".example" in result["url"] for result in answer["results"]] == [False, False]
    assert answer["usage"] == {"credits": 1}


async def test_search_within_a_domain_lists_its_pages(vendors: Any, known_sites: list[Site]) -> None:
    """Its home, then what the query is about; two credits in depth."""
    site = _plain(known_sites, Layout.CLASSIC)
    body = {"query": "contact", "include_domains": [site.host], "search_depth": "advanced", "include_usage": True}
    answer = (await vendors.tavily("/search", **body)).json()

    urls = [result["url"] for result in answer["results"]]
    assert urls[:2] == [f"http://{site.host}/", f"http://{site.host}/contact"]
    assert answer["usage"] == {"credits": 2}
    assert (await vendors.charges())[0]["items"] == [f"contact site:{site.host}"]


async def test_extract_gives_texts_and_failures(vendors: Any, known_sites: list[Site]) -> None:
    """Each URL is in one of the two lists; the text has what the page says."""
    site = _plain(known_sites, Layout.CLASSIC)
    good, bad = f"https://{site.host}/about", "http://nobody.example/"
    answer = (await vendors.tavily("/extract", urls=[good, bad], format="text")).json()

    assert answer["failed_results"] == [{"url": bad, "error": "Failed to fetch url"}]
    assert [result["url"] for result in answer["results"]] == [good]
    assert about(site) in answer["results"][0]["raw_content"]
    assert "<" not in answer["results"][0]["raw_content"]


async def test_five_extracted_pages_are_a_credit_however_they_come(vendors: Any, known_sites: list[Site]) -> None:
    """Four cost nothing yet, the fifth a credit; failures do not count."""
    urls = [f"http://{site.host}/" for site in known_sites if site.manner is Behaviour.PLAIN][:5]
    costs = []
    for url in ("http://nobody.example/", *urls):
        answer = await vendors.tavily("/extract", urls=url, include_usage=True)
        costs.append(answer.json()["usage"]["credits"])

    assert costs == [0, 0, 0, 0, 0, 1]
    assert [entry["items"] for entry in await vendors.charges(operation="extract")] == [[url] for url in urls]


async def test_crawl_costs_its_map_and_its_pages(vendors: Any, known_sites: list[Site]) -> None:
    """Twelve pages and more of a catalogue: a credit for ten mapped, one for every five read."""
    site = _plain(known_sites, Layout.CATALOGUE)
    body = {"url": f"http://{site.host}/", "allow_external": False, "limit": 12, "include_usage": True}
    answer = (await vendors.tavily("/crawl", **body)).json()

    assert len(answer["results"]) == 12
    assert {result["url"].split("/")[2] for result in answer["results"]} == {site.host}
    assert answer["usage"] == {"credits": 1 + 2}
    mapped = (await vendors.tavily("/map", **body)).json()
    assert mapped["results"] == [result["url"] for result in answer["results"]]


async def test_thin_sites_are_sometimes_read_better_than_we_can(vendors: Any, known_sites: list[Site]) -> None:
    """Every second thin site has a text for Tavily."""
    thin = [site for site in known_sites if site.manner is Behaviour.THIN][:20]
    answer = await vendors.tavily("/extract", urls=[f"http://{site.host}/" for site in thin])

    texts = [result["raw_content"] for result in answer.json()["results"]]
    assert len(texts) == 20
    assert 3 < texts.count("Coming soon.") < 17


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/search", {}),
        ("/search", {"query": "a", "max_results": 21}),
        ("/search", {"query": "a", "country": "SG"}),
        ("/search", {"query": "a", "days": 3}),
        ("/extract", {"urls": []}),
        ("/extract", {"urls": ["http://a.example"] * 21}),
        ("/extract", {"urls": ["nonsense"]}),
        ("/crawl", {"url": "http://a.example", "timeout": 5}),
    ],
)
async def test_bad_requests_are_refused_and_free(path: str, body: dict[str, Any], vendors: Any) -> None:
    """400 with the vendor's envelope."""
    answer = await vendors.tavily(path, **body)

    assert (answer.status_code, "error" in answer.json()["detail"]) == (400, True)
    assert await vendors.charges() == []


@pytest.mark.parametrize(
    ("key", "status"), [("", 401), ("invalid", 401), ("no-credits", 432), ("pay-as-you-go", 433), ("forbidden", 403)]
)
async def test_keys_that_are_no_good(key: str, status: int, vendors: Any) -> None:
    """Each gets its status, in the vendor's envelope."""
    answer = await vendors.tavily("/search", key, query="a")

    assert answer.status_code == status
    assert answer.json()["detail"]["error"]


async def test_usage_adds_up(vendors: Any) -> None:
    """Usage adds up by endpoint for each key."""
    await vendors.tavily("/search", query="a")
    await vendors.tavily("/search", query="b")
    await vendors.terms("tavily", credits=5)
    usage = (await vendors.http.get("/tavily/usage", headers={"Authorization": "Bearer k"})).json()

    assert usage["key"] | {"search_usage": 2, "usage": 2, "limit": 5} == usage["key"]
