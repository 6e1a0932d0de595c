"""People in sentences, in blocks without a heading, and in quotations."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.persons.people import find_people
from enricher.pages.documents import parse_html

HOME = "http://valves.com.sg/"


def people_on(body: str, path: str = "") -> list[tuple[str, str]]:
    page = parse_html(f"{HOME}{path}", f"<title>Valves Asia</title>{body}")
    return [(person.name, person.title) for person in find_people(page, "valves.com.sg", "SG")]


@pytest.mark.parametrize(
    ("said", "found"),
    [
        ("Ask our managing director, Ms Priya Nair, for a tour.", [("Priya Nair", "managing director")]),
        ("Send it to our office manager Ms Hasnah Yusof.", [("Hasnah Yusof", "office manager")]),
        ("Speak to Mr Tan, our operations manager.", [("Tan", "operations manager")]),
        ("First a call with Bronagh Keane (talent), then tea.", [("Bronagh Keane", "talent")]),
        ("Call Mdm Goh Siew Lan (Admin) at 6862 0417.", [("Goh Siew Lan", "Admin")]),
        ("HR Manager Jasper Chin, 6388 4025, will reply.", [("Jasper Chin", "HR Manager")]),
        (
            "We are led by Managing Director Mr. Ho Ah Leng and General Manager Mr. Peter Low, both engineers.",
            [("Ho Ah Leng", "Managing Director"), ("Peter Low", "General Manager")],
        ),
        ("Write in (Attn: Mdm Goh Swee Eng, HR Manager). Thank you.", [("Goh Swee Eng", "HR Manager")]),
        ("Imogen Harrow has been Managing Director since 2015.", [("Imogen Harrow", "Managing Director")]),
        ("Valves Asia today named Cordelia Seah its chief executive.", [("Cordelia Seah", "chief executive")]),
        ("It was begun by Hsu Kai Ming and Bettina Rössler in an attic.", ["Hsu Kai Ming", "Bettina Rössler"]),
        ("Founded in 2009 by siblings Ana Cruz and Ben Low.", ["Ana Cruz", "Ben Low"]),
        ("She follows Lawrence Koh, who founded the company with a lorry.", ["Lawrence Koh"]),
        ("团体请联络营业总监 郑秀芬", [("郑秀芬", "营业总监")]),
    ],
)
def test_a_sentence_names_a_person(said: str, found: list[str | tuple[str, str]]) -> None:
    """With "our", a form of address, a title before the name; founders by what they did."""
    assert people_on(f"<p>{said}</p>") == [it if isinstance(it, tuple) else (it, "Founder") for it in found]


@pytest.mark.parametrize(
    "said",
    [
        "Our client's director, Ms Priya Nair, was delighted.",
        "Omega's Chief Executive Officer Ben Low agreed.",
        "Our auditor, Mr Ben Low, comes in March.",
        "“A fine valve,” said Ben Low, president of the Plumbers' Council.",
        "Our teak mill partner, PT Jepara Lestari, has the wood.",
        "Our late founder Mr Lim Heng Huat sold ropes.",
        "Restaurant Manager Tanjong Pagar, full-time",
        "Sales Executive Vista Point (contract)",
        "Senior Store Manager Marina Crest, islandwide",
        "Trusted by Papaya Grocer, Lotus Air and others.",
    ],
)
def test_a_sentence_about_others_names_nobody(said: str) -> None:
    """Customers, other companies, outsiders, the late, places."""
    assert people_on(f"<p>{said}</p>") == []


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("<p>Wade Hill</p><p>Owner / Estimator</p><p>Ana Cruz</p><p>Buyer</p>", ["Wade Hill", "Ana Cruz"]),
        ("<p>Shirley Foo , Practice Manager · Ana Cruz , Therapist</p>", ["Shirley Foo", "Ana Cruz"]),
        ("<p>Hsu Kai Ming / Principal</p><p>Ana Cruz / Associate, Conservation</p>", ["Hsu Kai Ming", "Ana Cruz"]),
        ("<p>Proprietor</p><p>: Mr. Chong Fook Onn</p>", ["Chong Fook Onn"]),
        ("<p>Guide: Jaibi Gunsang</p>", ["Jaibi Gunsang"]),
        ("<p>Directors: Ana Cruz, Ben Low</p>", ["Ana Cruz", "Ben Low"]),
        ("<p>Members: Mr. Lau Beng Huat; Ms. Carol Nonis</p>", ["Lau Beng Huat", "Carol Nonis"]),
        ("<p>Tomasz Zieliński</p><p>VP Engineering</p><p>Ana Cruz</p><p>CEO</p>", ["Ana Cruz", "Tomasz Zieliński"]),
        ("<p>Billing</p><p>Chua Hwee Hoon, bill@valves.com.sg</p>", ["Chua Hwee Hoon"]),
        ("<p>Ben Low, Sales Manager, ben@valves.com.sg</p>", ["Ben Low"]),
        ("<p>By Tiffany Ang, Data Scientist at Valves Asia</p>", ["Tiffany Ang"]),
    ],
)
def test_a_page_without_a_heading_names_its_people(body: str, found: list[str]) -> None:
    """In a row, with a label, a form of address, or an address of the company."""
    page = parse_html(HOME, f"<title>Valves Asia</title><p>Valves and pipes</p>{body}")

    assert sorted(it.name for it in extract([page]).people) == sorted(found)


@pytest.mark.parametrize(
    "body",
    [
        "<p>Great, would buy again.</p><p>Ana Cruz</p><p>Director</p><p>Never leaks!</p><p>Ben Low</p><p>CEO</p>",
        "<blockquote>Great!</blockquote><p>Ana Cruz</p><p>Operations Director, Haultrans Asia</p>",
        "<figure><blockquote>Fine.</blockquote><figcaption>Mr Ben Low, Director</figcaption></figure>",
        "<p>The hounds</p><p>Mochi Tan</p><p>Head of Security</p><p>Sir Bark</p><p>Director of Naps</p>",
        "<p>Sarah Wijono</p><p>General Counsel, Lotus Air</p>",
    ],
)
def test_customers_and_pets_are_no_people_of_the_company(body: str) -> None:
    assert people_on(body) == []


def test_a_colleague_is_quoted_on_a_page_about_jobs_or_with_the_companys_name() -> None:
    quote = "<figure><blockquote>Fine work.</blockquote><figcaption>{}</figcaption></figure>"

    assert people_on(quote.format("Ana Cruz, Buyer"), "careers") == [("Ana Cruz", "Buyer")]
    assert people_on(quote.format("Ana Cruz, Buyer, Valves Asia")) == [("Ana Cruz", "Buyer")]


def test_news_names_only_whom_it_places_at_the_company() -> None:
    """The others are said to be somewhere else, or nowhere."""
    body = (
        "<p>“Good,” said Colin Aw, Group CEO of Valves Asia. Bernard Klein, analyst at Roadside, agreed.</p>"
        "<p>Ana Cruz, Sales Manager</p>"
    )

    assert people_on(body, "news/2023/growth") == [("Colin Aw", "Group CEO")]
