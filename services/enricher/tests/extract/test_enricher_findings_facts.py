"""Facts that patterns find on pages, with sources; in slices that can be ended."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from enricher.extract.addresses.postal import find_addresses
from enricher.extract.facts import Fact, merge
from enricher.extract.findings import MAX_SLICES, Findings, extract
from enricher.extract.linkedin import linkedin_page
from enricher.extract.phones import find_phones
from enricher.extract.registrations import find_uens
from enricher.pages.documents import Document, parse_html

HOME = "http://acme.com.sg/"


def a_page(body: str = "", *, head: str = "", url: str = HOME) -> Document:
    return parse_html(url, f"<html><head>{head}</head><body>{body}</body></html>")


def facts_on(*pages: Document) -> dict[str, Fact]:
    return dict(merge(extract(pages).facts))


def value_on(field: str, body: str, url: str = HOME) -> str | None:
    fact = facts_on(a_page(), a_page(body, url=url)).get(field)
    return fact.value if fact else None


def test_a_site_states_facts_with_their_pages() -> None:
    """One for each field and method, the surest page's; lists put together."""
    home = a_page(
        '<a href="/careers">Careers</a><a href="https://sg.linkedin.com/company/Acme-SG/about">in</a>'
        "<p>ISO 9001:2015 certified.</p><p>UEN 201912345K</p>",
        head='<meta name="description" content="We make tools."><script src="/wp-content/a.js"></script>',
    )
    about = a_page("<p>We are a team of 42 people. Founded in 1987. bizSAFE Level 3.</p>", url=f"{HOME}about")
    contact = a_page("<p>10 Anson Road #12-05</p><p>Singapore 079903</p><p>Tel 6123 4567</p>", url=f"{HOME}contact")

    found = facts_on(home, about, contact)

    assert {field: (fact.value, fact.source_url.removeprefix(HOME)) for field, fact in found.items()} == {
        "summary": ("We make tools.", ""),
        "employees": ("42", "about"),
        "founded_year": ("1987", "about"),
        "hiring": ("has a careers page", ""),
        "technologies": ("wordpress", ""),
        "address": ("10 Anson Road #12-05, Singapore 079903", "contact"),
        "uen": ("201912345K", ""),
        "linkedin": ("https://www.linkedin.com/company/acme-sg", ""),
        "phone": ("+6561234567", "contact"),
        "certifications": ("ISO 9001:2015; bizSAFE Level 3", ""),
    }
    assert found["employees"].quote == "We are a team of 42 people. Founded in 1987. bizSAFE Level 3."


@pytest.mark.parametrize(
    ("body", "year"),
    [
        ("Established in 1987, we", "1987"),
        ("Founded 2004.", "2004"),
        ("serving Singapore since 1975", "1975"),
        ("Since 2001 we, founded in 1999", "1999"),
        ("© 1999-2025 Acme", None),
        ("since 1234, since 19871, since 2020-05", None),
    ],
)
def test_since_when(body: str, year: str | None) -> None:
    """A founding beats a mere since; copyright lines and other numbers are neither."""
    assert value_on("founded_year", body) == year


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("10 Anson Road\nSingapore 079903", ["10 Anson Road, Singapore 079903"]),
        ("Address: 1 Tuas Ave 3 #02-01 S(638401)", ["1 Tuas Ave 3 #02-01 S(638401)"]),
        ("Blk 5 Ubi St\n#01-02 Ubi House\nS'pore 408561", ["Blk 5 Ubi St, #01-02 Ubi House, S'pore 408561"]),
        ("a@b.sg\nSingapore 079903", []),
        ("12 Kaki Bukit Road 1\n#02-03, Lab@KB\nS415934", ["12 Kaki Bukit Road 1, #02-03, Lab@KB, S415934"]),
        ("9B Duxton Road, Level 3, 089479", ["9B Duxton Road, Level 3, 089479"]),
        ("Model 20, Series 3, 089479\nQty 12 Road, 9, 089479 pieces", []),
        ("Singapore 999999, Singapore 0799031, room 079903", []),
        ("1 Road A Singapore 079903 and 2 Road B Singapore 079904\n1 Road A Singapore 079903", 2),
    ],
)
def test_addresses_end_in_a_postal_code(text: str, addresses: list[str] | int) -> None:
    """With the lines above it where they belong to it; each once; there are 82 sectors."""
    found = find_addresses(text)

    assert (len(found) if isinstance(addresses, int) else found) == addresses


@pytest.mark.parametrize(
    ("text", "uens"),
    [
        ("UEN 201912345K", ["201912345K"]),
        ("(t08ll1234a)", ["T08LL1234A"]),
        ("Business Reg. No. 53212345B", ["53212345B"]),
        ("Invoice 53212345B", []),
        ("X201912345K 2019123456K 201912345", []),
    ],
)
def test_registration_numbers_have_three_shapes(text: str, uens: list[str]) -> None:
    """Businesses' numbers, which could be anything, need a word before them."""
    assert find_uens(text) == uens


def test_a_page_of_several_numbers_does_not_say_whose_is_whose() -> None:
    """No fact comes of it."""
    assert value_on("uen", "UEN 201912345K, UEN 201812345K") is None


@pytest.mark.parametrize(
    ("url", "page"),
    [
        ("https://www.linkedin.com/company/acme/", "https://www.linkedin.com/company/acme"),
        ("http://sg.linkedin.com/company/ACME-sg?x=1", "https://www.linkedin.com/company/acme-sg"),
        ("https://www.linkedin.com/in/jane", None),
        ("https://www.linkedin.com/shareArticle?url=linkedin.com/company/acme", None),
        ("https://evil.com/www.linkedin.com/company/acme", None),
        ("https://linkedin.com.evil.com/company/acme", None),
    ],
)
def test_a_companys_page_at_linkedin_is_distinguished_from_a_persons(url: str, page: str | None) -> None:
    """A company's page at LinkedIn is distinguished from a person's, and from links to share, and from other sites."""
    assert linkedin_page(url) == page


@pytest.mark.parametrize(
    ("url", "text", "number"),
    [
        ("http://acme.sg/", "6123 4567", "+6561234567"),
        ("http://acme.com.my/", "03-2161 2345", "+60321612345"),
        ("http://acme.co.uk/", "020 7946 0018", "+442079460018"),
        ("http://acme.io/", "6123 4567", "+6561234567"),
        ("http://acme.com.my/", "+65 6123 4567", "+6561234567"),
    ],
)
def test_a_number_is_of_the_sites_country_unless_it_says_another(url: str, text: str, number: str) -> None:
    """By the end of the site's name, where that is a country's and used as such."""
    assert find_phones(a_page(text, url=url)) == [number]


def test_time_can_be_up_between_any_two_slices() -> None:
    """Each end gives what was found by then, contacts first, and asks no more; the work is bounded by the pages."""
    pages = [a_page(f"<p>info@acme.com.sg 6123 4567 founded in 198{n}</p>", url=f"{HOME}{n}") for n in range(4)]
    asked = 0

    def up_after(slices: int | None) -> Findings:
        nonlocal asked
        asked = 0

        def is_time_up() -> bool:
            nonlocal asked
            asked += 1
            return slices is not None and asked > slices

        return extract(pages, is_time_up=is_time_up)

    whole = up_after(None)
    assert not whole.is_cut
    assert asked <= MAX_SLICES * len(pages)
    total, seen = asked, 0
    for slices in range(total):
        found = up_after(slices)
        assert found.is_cut
        assert asked == slices + 1
        assert len(found.facts) >= seen
        assert set(found.contacts) <= set(whole.contacts)
        seen = len(found.facts)
    assert up_after(0).contacts == ()
    assert len(up_after(1).contacts) == 1


PIECES = """
    Singapore~079903 S( ) UEN~201912345K 10~Anson~Road team~of 42 employees Founded~in 1987 since © S$ 29 per~month
    ISO~9001 bizSAFE~Level Trusted~by Our~clients customers~include Alpha, Beta~and , . : ; Engineer no~openings (at)
    [dot] dot at info@acme.sg 6123~4567 +65 linkedin.com/company/ https:// <p> </p> <li> <h2> <br>
    {"@type":"JobPosting","title":" "} <script~type='application/ld+json'> </script>
"""
PIECE = st.sampled_from([piece.replace("~", " ") for piece in PIECES.split()] + ["\x00", "\ud800", "\n", " "])
MARKUP = st.lists(PIECE | st.text(max_size=4), max_size=60).map("".join)


@settings(deadline=None)
@given(MARKUP, st.sampled_from(["careers", "pricing", "about", "x"]))
def test_any_page_gives_bounded_facts_twice_the_same(markup: str, path: str) -> None:
    """Fit for a database, with a source among the pages, each surely read."""
    pages = [parse_html(HOME, markup), parse_html(f"{HOME}{path}", markup)]

    found = extract(pages).facts

    assert found == extract(pages).facts
    assert len({(fact.field, fact.method) for fact in found}) == len(found)
    for fact in found:
        text = fact.value + (fact.quote or "")
        assert 0 < len(fact.value) <= 2000
        assert len(fact.quote or "") <= 500
        assert "\x00" not in text
        text.encode()
        assert 0 < fact.confidence <= 1
        assert fact.source_url in {page.url for page in pages}
