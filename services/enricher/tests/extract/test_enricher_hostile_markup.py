"""Markup of any kind gives the same bounded facts twice, and nothing can break or stall the reading."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.extract.findings import MAX_ABOUT, MAX_CONTACTS, Findings, extract
from enricher.pages.documents import MAX_TEXT, clean, parse_html
from enricher.pages.html.markup import shallow

HOME = "http://acme.com.sg/"
PIECES = """
    <div> </div> <a~href=' mailto: tel: '> <script~type='application/ld+json'> </script> <title> <base~href=' http:// //
    [at] @ .com 6123 {"@type":"Organization","email":" "} <table> <svg> &#0; <!-- a <meta~name=description~content='
"""
PIECE = st.sampled_from([*(piece.replace("~", " ") for piece in PIECES.split()), "\x00", "\ud800"]) | st.text(
    max_size=5
)
MARKUP = st.lists(PIECE, max_size=60).map("".join)


def check(found: Findings) -> None:
    texts = [found.title or "", found.about or "", *found.tech]
    texts += [text for contact in found.contacts for text in (contact.value, contact.source_url)]
    assert "\x00" not in "".join(texts)
    "".join(texts).encode()
    assert len(found.about or "") <= MAX_ABOUT
    assert len(found.title or "") <= 200
    assert len(found.contacts) <= MAX_CONTACTS
    assert len({contact.value for contact in found.contacts}) == len(found.contacts)


@settings(deadline=None)
@given(MARKUP)
def test_any_markup_comes_to_bounded_facts_and_twice_to_the_same(markup: str) -> None:
    """No page can break a visit, nor put into the database what it does not take."""
    pages = [parse_html(HOME, f"Acme {markup}"), parse_html(f"{HOME}about", markup)]

    found = extract(pages)

    check(found)
    assert extract([parse_html(HOME, f"Acme {markup}"), parse_html(f"{HOME}about", markup)]) == found


@given(st.text(alphabet=st.characters()), st.integers(1, 50))
def test_clean_text_is_one_line_fit_for_a_database(text: str, limit: int) -> None:
    """Cleaning twice is cleaning once."""
    line = clean(text, limit)

    assert len(line) <= limit
    assert not set(line) & set("\x00\n\r\t\ud800")
    assert clean(line, limit) == line


@pytest.mark.parametrize(
    "html",
    [
        "<div>" * 200_000,
        "<span><div></span></div>" * 40_000,
        "<a href=x><table><tr><td>" * 40_000,
        "<div " + " ".join(f"a{n}=1" for n in range(100_000)) + ">",
        "<p>" + "".join(f"<b a={n}>" for n in range(5000)) + "</p>" + "<p>x" * 200_000,
        "<b a<" * 200_000,
        "<" * 1_000_000,
        "6123 4567 " * 100_000,
        "[at]" * 250_000,
        "a@" * 500_000,
        "a." * 500_000,
        '<script type="application/ld+json">' + "[" * 900_000,
    ],
    ids=lambda html: html[:24],
)
def test_a_page_made_to_be_slow_is_not(html: str) -> None:
    """A megabyte of what is dearest to read takes seconds at most; unguarded, some of these take minutes."""
    started = time.process_time()

    page = parse_html(HOME, html)
    extract([page])

    assert time.process_time() - started < 10
    assert len(page.text) <= MAX_TEXT


def test_an_honest_page_is_read_whole() -> None:
    """Unclosed tags, icons and sloppy nesting are not mistaken for depth."""
    icon = '<svg><path d="M0"/><g></g></svg>'
    row = f'<div><ul><li><a href="/x"><b><i>One</b></i></a><span>{icon}</span></ul><p>Two<br></div>'
    html = f"<html><body>{row * 2000}<p>The end</body>"

    assert shallow(html).endswith("The end</body>")
    assert parse_html(HOME, html).text.endswith("The end")
