"""Telephones beside faxes and other digits, by the words that stand there; the main number of the company is first."""

import pytest

from enricher.extract.findings import MAX_CONTACTS, extract
from enricher.extract.phones import find_numbers, find_phones
from enricher.pages.documents import Document, parse_html

HOME = "http://valves.com.sg/"
TEL, FAX = "+6562223333", "+6564445555"


def a_page(body: str, *, url: str = HOME) -> Document:
    return parse_html(url, f"<html><body>{body}</body></html>")


@pytest.mark.parametrize(
    "body",
    [
        "Tel 6222 3333, Fax 6444 5555",
        "T 6222 3333 F 6444 5555",
        "Phone 6222 3333<br>Facsimile no. (works): 6444 5555",
        "电话 6222 3333 传真 6444 5555",
        "Telefon: 6222 3333 Faks: 6444 5555",
        "6222 3333 [T] 6444 5555 [F]",
        "<table><tr><td>Tel</td><td>6222 3333</td></tr><tr><td>Fax</td><td>:</td><td>6444 5555</td></tr></table>",
        "<table><tr><th>Phone</th><th>Fax</th></tr><tr><td>6222 3333</td><td>6444 5555</td></tr></table>",
        "Call 6222 3333 <p><i class='icon icon-fax'></i> 6444 5555</p>",
        "Call 6222 3333 <p>F | 6444 5555</p>",
        "Call 6222 3333 <p>Telecopier 6444 5555</p>",
        "Call 6222 3333 <p><svg aria-label='Fax'></svg><a href='tel:64445555'>write to us</a></p>",
        "Call 6222 3333 <p>Fax <a href='tel:+6564445555'>6444 5555</a></p>",
        "Call 6222 3333 <p><svg aria-label='Fax'><path d='M0 0'/></svg> 6444 5555</p>",
        "Call 6222 3333 <p><svg><title>fax</title></svg><span>6444 5555</span></p>",
        "Call 6222 3333 <p><svg><use href='#icon-fax'/></svg> 6444 5555</p>",
        "Call 6222 3333 <p><img src=/i/fax.png> 6444 5555</p>",
        "Call 6222 3333 <a href='tel:64445555'>Fax us</a>",
        "Facs. 6444 5555 Tel. 6222 3333",
        "电 话：6222 3333 传 真：6444 5555",
        "Fax: 6444 5555 / 6444 5556. Tel: 6222 3333",
        "Tel / Fax: 6222 3333 / 6444 5555",
        "Tel: 6222 3333. ISDN: 6444 5555. SN: MB-64445555",
        "<p>6444 5555</p> Tel 6222 3333 <p>Fax 6444 5555</p>",
        "<p>Call us</p><p>6222 3333</p><p>Ask us</p><p>Fax</p><p>6444 5555</p>",
        '<script type="application/ld+json">{"@type": "Winery", "telephone": "62223333", "faxNumber": "64445555"}'
        "</script> 6444 5555",
    ],
)
def test_a_fax_number_is_no_telephone(body: str) -> None:
    """A fax number is no telephone, however it is labelled, and wherever the label stands; the telephone beside it
    stays.
    """
    assert find_phones(a_page(body)) == [TEL]


@pytest.mark.parametrize("label", ["Tel/Fax", "Tel & Fax", "Fax / Phone", "Phone and fax no.", "电话/传真", "T/F:"])
def test_a_number_of_both_is_a_telephone(label: str) -> None:
    """Somebody answers it."""
    assert find_phones(a_page(f"{label} 6222 3333")) == [TEL]


def test_what_one_page_calls_a_fax_is_none_on_another() -> None:
    """A footer without labels repeats what the contact page names."""
    home, contact = a_page("<p>6222 3333</p><p>6444 5555</p>"), a_page("Fax 6444 5555", url=f"{HOME}contact")

    assert [contact.value for contact in extract([home, contact]).contacts] == [TEL]


@pytest.mark.parametrize(
    "body",
    [
        "Open from 30.12.2024 to 30122024",
        "<p>31-12-2024</p><p>3 Mar 2023 – 4 Apr 2024</p>",
        "1.29027, 103.85195 and 61.222333",
        "<img alt='62223333.png'> 62223333_large scan-62223333-800x600",
        "Co. Reg. No. 62223333",
        "<p>UEN:</p><p>62223333</p>",
        "Licence no 62223333, invoice no: 62223333",
        "Item 62223333 in stock. Acc No: 62223333, HS code 62223333",
        "We moved 62223333 boxes.",
        "SGD 6222 3333",
        "https://valves.com.sg/p/62223333",
        "200162223K 62223333D",
    ],
)
def test_digits_that_are_something_else_are_no_number(body: str) -> None:
    """Dates, places, files, registrations, prices."""
    assert find_phones(a_page(body)) == []


@pytest.mark.parametrize(
    ("link", "number"),
    [
        ("https://wa.me/6592223333?text=Hi", "+6592223333"),
        ("https://api.whatsapp.com/send?phone=+6592223333", "+6592223333"),
        ("whatsapp://send?phone=6592223333", "+6592223333"),
        ("callto:0065 6222 3333", TEL),
        ("tel:6222%203333;64445555", TEL),
        ("tel:+65 (0)6222 3333,64445555", TEL),
        ("tel://62223333", TEL),
    ],
)
def test_a_link_to_a_number_is_one(link: str, number: str) -> None:
    """A link to a number is one, of two numbers in one link, the first: the second is no address of its own."""
    assert find_phones(a_page(f"<a href='{link}'>here</a>")) == [number]


@pytest.mark.parametrize(
    ("url", "html", "number"),
    [
        ("http://valves.com/", "<p>12 Tuas Road, Singapore 637777</p><p>6222 3333</p>", TEL),
        ("http://valves.com/", "<p>+60 3-2222 3333</p><p>03-2222 4444</p>", "+60322224444"),
        ("http://valves.com/", "<html lang='ja'><p>03-3222-4444</p>", "+81332224444"),
        ("http://valves.com/", "<html lang='en-AU'><p>(02) 9222 4444</p>", "+61292224444"),
        ("http://valves.co.nz/", "<p>09 222 4444</p>", "+6492224444"),
        ("http://valves.com/", "<html lang='en-US'><p>6222 3333</p>", TEL),
        ("http://valves.de/", "<p>Tel. 0065 6222 3333</p>", TEL),
        ("http://valves.com/", "<p>Tel. 00 65 6222 3333, Singapore 637777</p>", TEL),
        ("http://valves.com/", "<p>Tel. +65 (0)6222 3333</p>", TEL),
        ("http://valves.com/", "<p>Tel. +49 (0) 7720 9551-0</p>", "+49772095510"),
        ("http://valves.com/", "<p>1 Main St, Portland, OR 97209</p><p>(503) 222-3333</p>", "+15032223333"),
        ("http://valves.com/", "<p>2 Main Rd, Preston VIC 3072</p><p>(03) 9222 4444</p>", "+61392224444"),
        ("http://valves.com/", "<p>Jalan Bakri, 84000 Muar</p><p>06-952 3318</p>", "+6069523318"),
    ],
)
def test_a_bare_number_is_of_the_sites_country(url: str, html: str, number: str) -> None:
    """By its top-level domain, address, other numbers, language; one with a country code is of that country."""
    assert number in find_phones(parse_html(url, html))


def test_a_countrys_page_of_data_says_where_it_is() -> None:
    """The address in the data, where the site's name says nothing."""
    data = '{"@type": "Dentist", "telephone": "030 222 4444", "address": {"addressCountry": "DE"}}'
    page = parse_html("http://valves.com/", f'<script type="application/ld+json">{data}</script>')

    assert find_phones(page) == ["+49302224444"]


def test_the_main_number_is_the_first_of_the_own_country() -> None:
    """Not the smallest; a branch's abroad comes after, though it stands above."""
    found = extract([a_page("<p>KL +60 3-2222 3333</p><p>Tel 6888 9999</p><p>Hotline 6222 3333</p>")])

    assert [contact.value for contact in found.contacts] == ["+6568889999", TEL, "+60322223333"]
    assert [fact.value for fact in found.facts if fact.field == "phone"] == ["+6568889999"]


def test_a_list_of_people_leaves_room_for_desk_and_telephone() -> None:
    """A rep who reaches none of the twelve still has both."""
    people = " ".join(f"p.{chr(97 + n)}@valves.com.sg" for n in range(14))

    found = extract([a_page(f"{people} info@valves.com.sg Tel 6222 3333")])

    assert len(found.contacts) == MAX_CONTACTS
    assert [contact.value for contact in found.contacts[-2:]] == ["info@valves.com.sg", TEL]


def test_a_neighbour_is_given_by_its_last_digits() -> None:
    """Only a higher one, and no hours."""
    page = a_page("<p>Tel: 6225 7733/34</p><p>Tel: 6777 4520 / 4521</p><p>Tel: 6888 1230 / 24 hours</p>")

    found = find_numbers(page, "SG").phones

    assert found == ("+6562257733", "+6562257734", "+6567774520", "+6567774521", "+6568881230")


def test_a_fax_label_reaches_a_number_with_a_remark_behind_it() -> None:
    """A fax label reaches a number with a remark behind it, also where the label is a picture."""
    page = a_page("<p>Facsimile</p><p>6777 1200 (not for service of documents)</p><p>☎ 6777 1300 🖷 6777 1301</p>")

    assert find_numbers(page, "SG").phones == ("+6567771300",)


def test_a_number_in_the_data_goes_before_one_of_a_floating_button() -> None:
    data = '{"@type": "Organization", "telephone": "+65 6777 1200"}'
    page = a_page(f'<a href="https://wa.me/6591234567">Chat</a><script type="application/ld+json">{data}</script>')

    assert find_numbers(page, "SG").phones == ("+6567771200", "+6591234567")


@pytest.mark.parametrize(
    ("body", "numbers"),
    [
        ("Tel +91 422 266 7418 / 266 7419", ["+914222667418", "+914222667419"]),
        ("Tel +603-33245518, 33245519", ["+60333245518", "+60333245519"]),
        ("Dongguan Factory, China<br>Tel: (86) 769-8532 6617", ["+8676985326617"]),
        ("Call Ana on (86) 769-8532 6617", []),
        (
            "<table><tr><th>Tel<th>Fax<tr><td>6733 9082<br>6733 9083<td>6733 9080</table>",
            ["+6567339082", "+6567339083"],
        ),
    ],
)
def test_a_number_is_read_with_its_neighbours_and_place(body: str, numbers: list[str]) -> None:
    """The last digits of a neighbour, a code in brackets beside its country, two telephones in one cell."""
    assert find_phones(a_page(body)) == numbers


@pytest.mark.parametrize(
    ("url", "body", "number"),
    [
        (
            "http://lauchyehuat.com/",
            "<html lang=zh-CN>电话：6292 7731<p>新加坡维多利亚街 25 号 邮编 198390",
            "+6562927731",
        ),
        ("http://mapledental.com/", "Westerville<p>,<p>OH<p>43081<p>Phone:<p>614-882-3047", "+16148823047"),
    ],
)
def test_an_address_tells_the_country_of_bare_numbers(url: str, body: str, number: str) -> None:
    """In Chinese, and with each part of the address in an element of its own."""
    assert find_phones(parse_html(url, body)) == [number]


@pytest.mark.parametrize(
    "body",
    [
        "Penang office 6444 5555<p>HQ: 6222 3333",
        "Command centre<p>6444 5555<p>Office (main line): 6222 3333",
        "Durchwahl 6444 5555<p>Zentrale: 6222 3333",
        "Direct 6444 5555<p>Tel 6222 3333",
    ],
)
def test_the_main_line_comes_before_branches_and_direct_lines(body: str) -> None:
    """The order on the page does not count."""
    found = extract([a_page(body)])

    assert next(it.value for it in found.contacts if it.kind == "phone") == TEL
