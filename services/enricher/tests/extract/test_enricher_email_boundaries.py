"""E-mail addresses come out whole, whatever stands beside them; an address at another domain is worse than none."""

import pytest

from enricher.extract.emails import find_emails
from enricher.pages.documents import parse_html

SITE = "valves.com.sg"


def emails_on(body: str) -> list[str]:
    return find_emails(parse_html(f"http://{SITE}/", body), SITE)


@pytest.mark.parametrize(
    "body",
    [
        "电邮info@valves.com.sg电话",
        "info@valves.com.sgமின்னஞ்சல்",
        "info@valves.com.sg-Enquiries",
        "info@valves.com.sg_",
        "info@valves.com.sgTel: 6222 3333",
        "info@valves.com.sgtel",
        "info@valves.com.sg.Write to us",
        "info@valves.com.sg/us",
        "%3Cinfo@valves.com.sg%3E",
        "info&#8203;@&#8203;valves.com.sg",
        "info@<wbr>valves.<wbr>com.sg",
        "info@val&shy;ves.com.sg",
        "<i>info</i>@<span class=x>valves</span><span>.com.sg</span>",
        "<span>info</span><span>@</span><span>valves.com.sg</span>",
        "info<!-- no -->@<!-- spam -->valves.com.sg",
        "info @ valves.com.sg",
        "E-mail: info @valves.com.sg",
        "info[@]valves[.com.sg]",
        "info{at}valves.com[.]sg",
        "<a href='mailto:?cc=info@valves.com.sg'>x</a>",
        "<a href='mailto:Info%20desk%20%3Cinfo@valves.com.sg%3E'>x</a>",
        "<a href='mailto:///info@valves.com.sg'>x</a>",
        "<a href='info@valves.com.sg'>x</a>",
        "<meta name=description content='Valves. info@valves.com.sg'>",
        '<script type="application/ld+json">// ours\n{"@type": "Plumber", /* desk */ "email": "info@valves.com.sg"}'
        "</script>",
        '<script type="Application/LD+JSON;charset=utf-8">{"@graph": [{"@type": "http://schema.org/Notary", '
        '"email": "mailto:info@valves.com.sg"}]}</script>',
        '<script type="application/ld+json">{"@type": "ValveMaker", "telephone": "62223333", '
        '"email": "info&#64;valves.com.sg"}</script>',
        "<p itemscope itemtype='https://schema.org/Locksmith'><meta itemprop=email content='info@valves.com.sg'></p>",
        "<p vocab='https://schema.org/' typeof='Florist'><a property=email href='mailto:info@valves.com.sg'>x</a></p>",
    ],
)
def test_an_address_comes_out_whole(body: str) -> None:
    """An address comes out whole, whatever it is glued to, split by or written into."""
    assert emails_on(body) == ["info@valves.com.sg"]


def test_a_link_may_hold_several() -> None:
    """Separated as people separate them, in `to` and in `cc`."""
    a, b, c, d, e = (f"{letter}.tan@valves.com.sg" for letter in "abcde")
    link = f"mailto:{a};{b},{c}?to={d}&cc={e}"

    assert emails_on(f"<a href='{link}'>x</a>") == [a, b, c, d, e]


def test_a_protected_address_may_carry_a_subject() -> None:
    """Cloudflare hides the whole of the link."""
    code = "11" + bytes(byte ^ 0x11 for byte in b"info@valves.com.sg?subject=Offer").hex()

    assert emails_on(f"<a href='/cdn-cgi/l/email-protection#{code}'>x</a>") == ["info@valves.com.sg"]


@pytest.mark.parametrize(
    "body",
    [
        "Rating@Mail.ru",
        "müller@werk.de",
        "info@demüller.de",
        "See you @ valves.com.sg",
        "<b>Instagram</b><b>@valves.sg</b>",
        "name@yourcompany.com",
        "Website by Studio One: hello@studio-one.sg",
        "<p>Designed by <a href='mailto:hello@studio-one.sg'>Studio One</a></p>",
        '<script type="application/ld+json">{"@type": "Hotel", "review": {"author": {"@type": "Person", '
        '"email": "guest@gmail.com"}}}</script>',
        '<script type="application/ld+json">{"@type": "Winery", "url": "//wine.fr/", "email": "x@wine.fr"}</script>',
    ],
)
def test_what_is_not_theirs_or_not_whole_is_left_out(body: str) -> None:
    """Counters, parts of foreign words, meeting places, handles, samples, guests, other companies in the data."""
    assert emails_on(body) == []
