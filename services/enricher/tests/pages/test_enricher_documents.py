"""Parts of a page that are not plain text: pictures' words, hidden addresses, texts without markup."""

import time

from hypothesis import given
from hypothesis import strategies as st

from enricher.extract.emails import find_emails
from enricher.pages.documents import MAX_TEXT, parse_html, parse_text

URL = "http://acme.com.sg/"


def test_what_a_picture_shows_is_text() -> None:
    """A row of logos names the customers nowhere else; markup in it is none."""
    page = parse_html(
        URL, '<p>Our customers</p><img src=a alt="Hong &amp; Co"><img alt="&lt;b&gt;Tan"><img alt=""><img src=b>'
    )

    assert page.text == "Our customers\nHong & Co\n<b>Tan"


def test_the_words_of_a_picture_have_an_end() -> None:
    """A book in an attribute is no text of the page."""
    assert len(parse_html(URL, f'<img alt="{"x" * 5000}">').text) == 200


def test_an_address_hidden_in_a_link_is_found() -> None:
    """An address hidden in a link is found, as Cloudflare does it: the code stands behind the #, and the link leads
    nowhere.
    """
    code = "2a" + bytes(byte ^ 0x2A for byte in b"mei@acme.com.sg").hex()
    page = parse_html(URL, f'<a href="/cdn-cgi/l/email-protection#{code}">[email protected]</a>')

    assert find_emails(page, "acme.com.sg") == ["mei@acme.com.sg"]
    assert page.links == ()


def test_an_address_hidden_twice_is_one() -> None:
    """In the link and in its words."""
    code = "2a" + bytes(byte ^ 0x2A for byte in b"mei@acme.com.sg").hex()
    page = parse_html(URL, f'<a href="/cdn-cgi/l/email-protection#{code}"><span data-cfemail="{code}">x</span></a>')

    assert page.protected == (code,)


def test_pictures_and_links_without_end_take_no_time() -> None:
    """A page of nothing else, as large as a page may be."""
    html = '<img alt="' + "x" * 300 + '">' + '<img alt="a"><a href="/cdn-cgi/l/email-protection#00">x</a>' * 16_000
    started = time.process_time()

    page = parse_html(URL, html)

    assert time.process_time() - started < 2
    assert len(page.text) <= MAX_TEXT


def test_a_text_without_markup_keeps_its_lines() -> None:
    """A text without markup keeps its lines, as another fetcher gives it; what looks like a tag is none."""
    page = parse_text(URL, "We make <b> caps\n\n 1 Road,  Singapore 123456 \nTel 6123 4567\0")

    assert page.text == "We make <b> caps\n1 Road, Singapore 123456\nTel 6123 4567"


@given(st.text())
def test_any_text_becomes_lines_fit_for_a_database(text: str) -> None:
    """Bounded, without controls, and once more the same."""
    lines = parse_text(URL, text).text

    assert len(lines) <= MAX_TEXT
    assert parse_text(URL, lines).text == lines
    assert "\0" not in lines


def test_blanks_in_a_script_cost_no_more_than_their_number() -> None:
    """A small page with such scripts took minutes, on the event loop."""
    blanks = " " * 200
    started = time.process_time()

    page = parse_html(URL, f'<script>{blanks}location="x"{blanks * 2}y</script>' * 10)

    assert page.refresh is None
    assert time.process_time() - started < 2
