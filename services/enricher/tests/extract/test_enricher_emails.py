"""Addresses that are written for people, so that robots miss them; and prose that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from enricher.extract.emails import find_emails
from enricher.pages.documents import parse_html


def emails_on(body: str) -> list[str]:
    return find_emails(parse_html("http://acme.com.sg/", f"<html><body>{body}</body></html>"), "acme.com.sg")


@pytest.mark.parametrize(
    "body",
    [
        "info at acme dot com dot sg",
        "Write to INFO at acme DOT com DOT sg today",
        "info_at_acme.com.sg",
        "info (@) acme.com.sg",
        "info[a]acme.com.sg",
        "info＠acme.com.sg",
        "info&commat;acme&period;com.sg",
        "info&#x40;acme.com&#46;sg",
        "gs.moc.emca@ofni",
        "<span>info</span><span>@</span><span>acme.com.sg</span>",
        "info<b>@</b>acme<b>.com.sg</b>",
        "info{at}acme{dot}com{dot}sg",
        "info <at> acme <dot> com <dot> sg".replace("<", "&lt;").replace(">", "&gt;"),
    ],
)
def test_an_address_spelled_out_is_found(body: str) -> None:
    """In brackets of any kind, in words, in entities, in wide letters, backwards, in pieces."""
    assert emails_on(body) == ["info@acme.com.sg"]


@pytest.mark.parametrize(
    "body",
    [
        "Meet us at acme.com.sg",
        "Look at the dot com boom",
        "We stay at home, dot matrix printers at acme",
        "prices [a] and [b]",
        "looking_at_things",
        "gs.moc.omega@ofni",
    ],
)
def test_prose_is_no_address(body: str) -> None:
    """A preposition is one unless a dot in words follows it."""
    assert emails_on(body) == []


@pytest.mark.parametrize(
    "body",
    [
        "<script>var a12 = 'in' + 'fo' + '&#64;';\na12 = a12 + 'acme' + '&#46;' + 'com' + '&#46;' + 'sg';</script>",
        "<script>document.write('<a href=\"mailto:info@acme.com.sg\">write</a>')</script>",
        "<script>var m = 'info';\nm += '\\x40';\nm += 'acme.com.sg'; show(m)</script>",
        "<script>document.write('<n uers=\"znvygb:vasb@npzr.pbz.ft\">' + '</n>')</script>",
        "<a class=mail data-user=info data-domain=acme.com.sg>write</a>",
        "<span data-email='info@acme.com.sg'></span>",
    ],
)
def test_an_address_that_a_script_puts_together_is_found(body: str) -> None:
    """An address that a script puts together is found, as browsers do; the settings of scripts are left alone."""
    assert emails_on(body) == ["info@acme.com.sg"]


def test_addresses_in_a_scripts_settings_are_nobodys() -> None:
    body = "<script>var dsn = 'https://key' + '/1'; var owner = 'dev@tools.io'</script>"

    assert emails_on(body) == []


@given(st.from_regex(r"[a-z]{2,10}(?:\.[a-z]{2,10})?", fullmatch=True))
def test_the_ways_of_writing_one_address_come_to_one(local: str) -> None:
    """The ways of writing one address come to one, whatever the name before the sign."""
    plain = emails_on(f"{local}@acme.com.sg")

    assert emails_on(f"{local} [at] acme [dot] com [dot] sg, {local}(at)acme.com.sg") == plain
    assert emails_on(f"<a href='mailto:{local}@acme.com.sg'>{local} at acme dot com dot sg</a>") == plain
