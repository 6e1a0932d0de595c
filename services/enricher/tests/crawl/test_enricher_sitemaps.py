"""Sitemaps as sites write them, and as nobody should."""

import gzip
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.crawl.errors import SiteUnreachable
from enricher.crawl.sitemaps import MAX_BYTES, MAX_FILES, MAX_URLS, Sitemap, find, parse
from enricher.pages.urls import site_of

HOME = "http://acme.sg/"
MAP = f"{HOME}sitemap.xml"


def listing(*urls: str) -> str:
    return "<urlset>" + "".join(f"<url><loc>{url}</loc><priority>1</priority></url>" for url in urls) + "</urlset>"


@pytest.mark.parametrize(
    ("text", "urls"),
    [
        (listing(f"{HOME}a", f"{HOME}b"), [f"{HOME}a", f"{HOME}b"]),
        (f"\ufeff<?xml version='1.0'?>\n<urlset>\n <url>\n  <loc>\n {HOME}a \n</loc></url></urlset>", [f"{HOME}a"]),
        (f"<URLSET><URL><LOC>{HOME}a</LOC></URL></URLSET>", [f"{HOME}a"]),
        (f"<s:urlset><s:url><s:loc>{HOME}a</s:loc></s:url></s:urlset>", [f"{HOME}a"]),
        (f"<urlset><url><loc><![CDATA[{HOME}a?b&c]]></loc></url></urlset>", [f"{HOME}a?b&c"]),
        (listing(f"{HOME}a?b&amp;c"), [f"{HOME}a?b&c"]),
        (listing("/about", "http://www.acme.sg/x"), [f"{HOME}about", "http://www.acme.sg/x"]),
        (listing("http://other.sg/", "http://127.0.0.1/", "file:///etc/passwd", "javascript:1"), []),
        (listing(f"{HOME}a", f"{HOME}a"), [f"{HOME}a"]),
        (f"<urlset><url><loc>{HOME}a</loc></url><url><loc>{HOME}b", [f"{HOME}a"]),
        ("<html>No such page</html>", []),
        ("", []),
    ],
)
def test_the_sites_own_pages_are_listed(text: str, urls: list[str]) -> None:
    """In the file's order, each once; half an address at the cut end is none."""
    assert list(parse(text.encode(), of=MAP).urls) == urls


def test_an_index_is_distinguished_from_a_list() -> None:
    """By its outermost element."""
    assert parse(f"<?xml?><sitemapindex xmlns='x'><sitemap><loc>{HOME}a.xml</loc>".encode(), of=MAP).is_index
    assert not parse(listing(f"{HOME}sitemapindex").encode(), of=MAP).is_index


def test_a_packed_file_is_unpacked_up_to_its_bound() -> None:
    """A bomb is a megabyte, a broken one nothing."""
    packed = gzip.compress(listing(f"{HOME}a").encode())
    bomb = gzip.compress(listing(f"{HOME}a").encode() + bytes(50 * MAX_BYTES) + listing(f"{HOME}b").encode())

    assert parse(packed, of=MAP).urls == (f"{HOME}a",)
    assert parse(bomb, of=MAP).urls == (f"{HOME}a",)
    assert parse(packed[:5] + b"no gzip", of=MAP).urls == ()


@pytest.mark.parametrize(
    "part", ["<loc>", "<loc> ", "<loc><![CDATA[", "<a:loc>x", "&lt;", "<a", "<loc>http://acme.sg/x"]
)
def test_a_megabyte_of_anything_takes_a_moment(part: str) -> None:
    """No search goes over the same bytes again and again."""
    started = time.process_time()
    parse((part * MAX_BYTES)[:MAX_BYTES].encode(), of=MAP)

    assert time.process_time() - started < 5


def test_a_file_lists_so_many_pages_at_most() -> None:
    """A shop may have a million."""
    assert len(parse(listing(*(f"/{n}" for n in range(20_000))).encode(), of=MAP).urls) == MAX_URLS


PARTS = ["<loc>", "</loc>", "<url>", "<sitemapindex>", "<![CDATA[", "]]>", "&amp;", "&#0;", "&#x110000;"]


@given(
    st.lists(st.sampled_from(PARTS) | st.text(max_size=20) | st.just("http://acme.sg/a")).map("".join)
    | st.binary(max_size=200)
)
def test_anything_at_all_lists_the_sites_own_pages_or_none(text: str | bytes) -> None:
    """Never an error, and never somebody else's address."""
    content = text if isinstance(text, bytes) else text.encode(errors="replace")
    for url in parse(content, of=MAP).urls:
        assert site_of(url.split("/")[2]) == "acme.sg"


class Files:
    """Sitemaps by URL; `asked` in order."""

    def __init__(self, **files: Sitemap) -> None:
        self.files = {f"{HOME}{name}.xml": sitemap for name, sitemap in files.items()}
        self.asked: list[str] = []

    async def read(self, url: str) -> Sitemap | None:
        self.asked.append(url.removeprefix(HOME))
        return self.files.get(url)


async def test_the_usual_place_is_asked_where_the_owner_names_none() -> None:
    """The usual place is asked where the owner names none, or names only those of other sites."""
    files = Files(sitemap=Sitemap((f"{HOME}a",)))

    assert await find(HOME, [], files.read) == [f"{HOME}a"]
    assert await find(HOME, ["http://cdn.example/map.xml", "http://["], files.read) == [f"{HOME}a"]
    assert files.asked == ["sitemap.xml"] * 2


async def test_an_index_is_followed_one_level_to_the_plain_pages_first() -> None:
    """Three files in all, however many there are, and however they point at each other."""
    many = tuple(f"{HOME}{name}.xml" for name in ("posts-1", "posts-2", "products", "pages", "sitemap"))
    files = Files(sitemap=Sitemap(many, is_index=True), pages=Sitemap((f"{HOME}about",)))

    assert await find(HOME, [], files.read) == [f"{HOME}about"]
    assert files.asked == ["sitemap.xml", "pages.xml", "posts-1.xml"]
    assert len(files.asked) == MAX_FILES

    deep = Files(sitemap=Sitemap((f"{HOME}a.xml",), is_index=True), a=Sitemap((f"{HOME}b.xml",), is_index=True))
    assert await find(HOME, [], deep.read) == []
    assert deep.asked == ["sitemap.xml", "a.xml"]


async def test_what_reading_raises_ends_the_search() -> None:
    """There is no time, or the site has had enough: whoever reads knows."""

    async def away(url: str) -> Sitemap | None:
        raise SiteUnreachable(url)

    with pytest.raises(SiteUnreachable):
        await find(HOME, [], away)


def test_a_sitemap_may_be_plain_text_and_its_pictures_are_no_pages() -> None:
    """A URL on each line; in XML, what is commented out does not count either."""
    lines = b"http://acme.sg/a\r\n\r\n  http://acme.sg/b\nnot a url\nhttp://other.sg/\n"
    markup = (
        b"<urlset><url><loc>http://acme.sg/a</loc><image:image><image:loc>http://acme.sg/i.jpg</image:loc></image:image>"
        b"</url><!-- <url><loc>http://acme.sg/old</loc></url> --><url><sm:loc>http://acme.sg/b</sm:loc></url></urlset>"
    )

    assert parse(lines, of="http://acme.sg/sitemap.txt").urls == ("http://acme.sg/a", "http://acme.sg/b")
    assert parse(markup, of="http://acme.sg/sitemap.xml").urls == ("http://acme.sg/a", "http://acme.sg/b")
