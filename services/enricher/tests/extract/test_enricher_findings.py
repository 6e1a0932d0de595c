"""Contacts on pages: found and ranked, junk left out."""

import json

import phonenumbers
import pytest

from enricher.extract.emails import find_emails, is_role
from enricher.extract.findings import MAX_CONTACTS, extract
from enricher.extract.phones import SHORTEST, find_phones
from enricher.pages.documents import Document, parse_html

HOME = "http://acme.com.sg/"


def a_page(body: str = "", *, head: str = "", url: str = HOME) -> Document:
    return parse_html(url, f"<html><head>{head}</head><body>{body}</body></html>")


def emails_on(body: str) -> list[str]:
    return find_emails(a_page(body), "acme.com.sg")


def test_a_site_says_who_it_is_and_how_to_reach_it() -> None:
    """Title, about text, software, careers, and contacts: people first, then desks, then others, then telephones."""
    home = a_page(
        '<a href="/careers">Join us</a> <p>info@acme.com.sg</p> <p>acme.sg@gmail.com</p> Tel: 6123 4567',
        head='<title> Acme \n Tools </title><meta name="Description" content="We make tools.">'
        '<meta name="generator" content="WordPress 6.6">',
    )
    team = a_page('<a href="mailto:mei.tan@acme.com.sg">Mei Tan</a> info@acme.com.sg', url=f"{HOME}team")

    found = extract([home, team])

    assert (found.title, found.about, found.tech, found.has_careers) == (
        "Acme Tools",
        "We make tools.",
        ("wordpress",),
        True,
    )
    assert [(contact.value, contact.is_role, contact.source_url) for contact in found.contacts] == [
        ("mei.tan@acme.com.sg", False, f"{HOME}team"),
        ("info@acme.com.sg", True, HOME),
        ("acme.sg@gmail.com", False, HOME),
        ("+6561234567", False, HOME),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "info@acme.com.sg",
        "Write to INFO@Acme.com.sg.",
        "<a href='mailto:info@acme.com.sg?subject=Hi'>write</a>",
        "<a href='MAILTO:info%40acme.com.sg'>write</a>",
        "info [at] acme.com.sg",
        "info(at)acme(dot)com(dot)sg",
        "info [ AT ] acme [dot] com [dot] sg",
        "info&#64;acme.com.sg",
        "<b>info</b>@acme.com.sg info@<i>acme</i>.com.sg <p>info@acme.com.sg</p>",
        "Email:info@acme.com.sg,Tel",
        '<span data-cfemail="0e676068614e6f6d636b206d6163207d69">[email protected]</span>',
        '<script type="application/ld+json">{"@type": "Organization", "email": "mailto:info@acme.com.sg"}</script>',
        '<script type="application/ld+json">{"@graph": [{"@type": ["LocalBusiness"], '
        '"contactPoint": {"@type": "ContactPoint", "email": ["info@acme.com.sg"]}}]}</script>',
    ],
)
def test_an_address_is_found_however_it_is_written(body: str) -> None:
    """An address is found however it is written, as a link, as text, spelled out against spam, scrambled by Cloudflare,
    in JSON-LD.
    """
    assert emails_on(body) == ["info@acme.com.sg"]


@pytest.mark.parametrize(
    "body",
    [
        "<img src='logo@2x.png'> logo@2x.png",
        "you@example.com name@domain.com someone@yourdomain.com",
        "noreply@acme.com.sg",
        "3f2a@sentry.io x@sentry-next.wixpress.com",
        "a..b@acme.com.sg",
        "@acme.com.sg info@ info@acme",
        "js@1.2.3 react@18.2.0",
        "<script>var a = 'info@acme.com.sg'</script>",
        "<!-- info@acme.com.sg -->",
        '<span data-cfemail="zz">x</span>',
        '<script type="application/ld+json">{"@type": "Organization", "email": "info@acme</script>',
    ],
)
def test_what_only_looks_like_an_address_is_left_out(body: str) -> None:
    """Image names, examples, versions, robots' own mail boxes, scripts and comments."""
    assert emails_on(body) == []


@pytest.mark.parametrize("local", ["info", "sales", "sales.sg", "hr2", "contact-us", "customer.service", "enquiry"])
def test_a_desk_is_distinguished_from_a_person(local: str) -> None:
    """By the first word, or all of them."""
    assert is_role(f"{local}@acme.com.sg")


@pytest.mark.parametrize("local", ["mei.tan", "john", "s.kumar", "infoman", "salesh.patel"])
def test_a_person_is_distinguished_from_a_desk(local: str) -> None:
    """Names that begin like a desk are still names."""
    assert not is_role(f"{local}@acme.com.sg")


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("+65 6123 4567", ["+6561234567"]),
        ("(65) 6123-4567", ["+6561234567"]),
        ("Tel 61234567", ["+6561234567"]),
        ("<a href='tel:+6591234567'>call</a>", ["+6591234567"]),
        ("<a href='tel:9123%204567'>call</a>", ["+6591234567"]),
        ("+60 3-2161 2345", ["+60321612345"]),
        ("<p>Tel +65 6123 4567</p><p>810 Tanjong Pagar Road</p>", ["+6561234567"]),
        ("Tel: 6123 4567 Fax: 6222 3333", ["+6561234567"]),
        ("UEN 201912345K, Singapore 409051, since 1999-2024, 12/05/2024", []),
        ("<a href='tel:0'>x</a> 1234 5678", []),
    ],
)
def test_numbers_come_out_in_one_form(body: str, numbers: list[str]) -> None:
    """E.164; one without a country is Singapore's; fax numbers, registration numbers and dates are none."""
    assert find_phones(a_page(body)) == numbers


def test_no_countrys_numbers_are_too_short_to_be_tried() -> None:
    """With a plus and the country's code, what is passed over is shorter than any valid number of any country."""
    lengths = [
        len(str(code)) + min(metadata.general_desc.possible_length)
        for code, regions in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items()
        for region in regions
        if (metadata := phonenumbers.PhoneMetadata.metadata_for_region(region)) and metadata.general_desc
    ]

    assert len(lengths) > 200
    assert min(lengths) + len("+") >= SHORTEST


def test_about_falls_back_from_description_to_linked_data_to_the_page_about_it() -> None:
    """The first that says something."""
    data = json.dumps({"@type": "Organization", "description": "By data."})
    with_data = a_page(f'<script type="application/ld+json">{data}</script>', url=f"{HOME}x")
    about = a_page("<p>By page.</p>", url=f"{HOME}about-us")

    assert extract([a_page(head='<meta property="og:description" content="By head.">'), with_data]).about == "By head."
    assert extract([a_page(), about, with_data]).about == "By data."
    assert extract([a_page(), about]).about == "By page."
    assert extract([a_page("Hello")]).about is None


def test_broken_linked_data_spoils_nothing() -> None:
    """One bad block, one good one, and one of the strangest shapes."""
    page = a_page(
        '<script type="application/ld+json">{"@type": "Organization", "description": </script>'
        '<script type="application/ld+json">[[[{"@type": null, "email": 3}, 1, "x", null]]]</script>'
        '<script type="application/ld+json">{"@type": "Organization", "description": "Fine\nwith \\u0000 \\ud800"}'
        "</script>"
    )

    assert extract([page]).about == "Fine with"


def test_contacts_are_capped_best_first() -> None:
    """A page of hundreds of addresses is a directory; the company's own come first all the same."""
    others = " ".join(f"acme{n}@gmail.com" for n in range(100))

    found = extract([a_page(f"{others} boss@acme.com.sg")])

    assert len(found.contacts) == MAX_CONTACTS
    assert found.contacts[0].value == "boss@acme.com.sg"
