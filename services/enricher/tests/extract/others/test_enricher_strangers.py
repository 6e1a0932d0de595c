"""Numbers and addresses of others, recognised by a label, a sentence, the public body named, the name of a company."""

import pytest

from enricher.extract.findings import extract
from enricher.extract.others.strangers import legal_names, own_legal_names, sentences_of
from enricher.pages.documents import parse_html

HOME = "https://harbourlift.com.sg/contact"
HEAD = "<title>Harbour Lift Pte Ltd</title>"
OWN = "<p>Tel: 6777 1200</p>"


def phones_on(body: str) -> list[str]:
    found = extract([parse_html(HOME, HEAD + body)])
    return [it.value for it in found.contacts if it.kind == "phone"]


def test_the_companys_number_may_stand_below_its_regulator() -> None:
    """A number in brackets behind the regulator's name is the regulator's, one with a label is the company's."""
    body = "<p>We are regulated by the</p><p><a href='//regulator.sg'>Crane Regulator</a></p><p>Tel: 6777 1200</p>"

    assert phones_on(body) == ["+6567771200"]


@pytest.mark.parametrize(
    "said",
    [
        "Landlord: Ropeworks Estates, 6888 1234",
        "US agent: Ben Low, Crane Sales LLC, Ohio, +1 614 555 0144",
        "Hoist maker: Kranwerk GmbH, service +49 69 555 01288",
        "Ejen di Brunei: Haji Metali Trading, +673 245 0188",
        "Lifts serviced by Easy Hoists, 6888 1234",
        "Ropes delivered by our neighbour Ropeworks, 6888 1234",
        "Welders apply only through Caritas Crew, Manila (6888 1234)",
        "Permit S$40, paid to Marina Parks (6888 1234)",
        "For levy questions call MOM at 6888 1234",
        "NEA hotline 6888 1234 (dengue)",
        "Complaints: Law Society of Singapore, 28 Maxwell Road, Singapore 069120, tel 6888 1234",
        "Sister company: Magpie Pulleys Pte Ltd, 6888 1234",
        "Site: Ferrous Studio, 6888 1234",
        "Best viewed in colour. Site by Pixel Web Design of Ubi Road, telephone 6888 1234",
        "0% with Greenpeak Lending, 6888 1234",
        "Rope shops we recommend: Uncle Sam, 6888 1234",
        "Kranwerk GmbH, Bremen</p><p>6888 1234</p><p>© Harbour Lift Pte Ltd",
        "For claims on motors contact the manufacturer directly: Kranwerk service centre 6888 1234.",
        "Messages from +65 6888 1234 are not from us.",
        "You may also approach the PDPC (info@pdpc.gov.sg, 6888 1234).",
        "We hold a licence of the police (PLRD, 391 New Bridge Road; tel. 6888 1234).",
        "Gas leak? Phone Jemena on 6888 1234 first, then us.",
        "Nationwide Children's ER: 6888 1234.",
        "Works doctor: Dr. Ito, Ito Clinic (6888 1234).",
        "Umsetzung: Werbeagentur Remstal, Tel. 6888 1234",
        "Best viewed in colour. Powered by</p><p><a href='//builders.sg'>Site Builders</a></p><p>| Tel 6888 1234",
        "版权所有 技术支持：</p><p><a href='//huashang.sg'>华商网络</a></p><p>电话：6888 1234",
        "We are regulated by the</p><p><a href='//regulator.sg'>Crane Regulator</a></p><p>(6888 1234).",
        "Accreditations</p><p>Cranemark Gold · TrustMark (6888 1234)",
        '"They dealt with State Farm for me (agent 6888 1234)."',
        "Tess Grubb</p><p>Bright Post PR</p><p>tess@brightpostpr.com</p><p>6888 1234",
        "Technology partner</p><p>Kranwerk, Bremen</p><p>6888 1234",
        "Authorised dealer – Brunei</p><p>Seri Ropes Trading, Gadong</p><p>6888 1234",
        "Batam (licensed partner)</p><p>Kemang Raya 24. Telp 6888 1234",
        "Gas leaks: call Metro Energy 6888 1234 before calling us.",
        "If you need food call Ask Ana or 6888 1234.",
        "In danger? National Family Helpline 6888 1234.",
        "We buy ropes from Low & Sons (6888 1234) and hooks from Omega.",
        "Our carrier: Pennine Pallets, 6888 1234 (quote our account).",
        "Warranty on motors is handled by the maker: 6888 1234.",
        "Mitglied der Handwerkskammer für Oberbayern (Tel. 6888 1234)",
        "投訴可聯絡食環署 6888 1234",
        "加盟</p><p>港湾機械組合（TEL 6888-1234）",
        "Jakarta: Omega Pte Ltd, 6888 1234",
        "Ms Ana Cruz, Account Manager, Finch PR</p><p>Tel: 6888 1234</p><p>Email: ana@finchpr.com",
    ],
)
def test_a_number_of_a_stranger_is_left_out(said: str) -> None:
    """The company's own number stays, whatever is said of others."""
    assert phones_on(f"{OWN}<p>{said}</p>") == ["+6567771200"]


@pytest.mark.parametrize("tag", ["blockquote", "div class='testimonial'", "figure><blockquote"])
def test_what_stands_in_a_testimonial_is_the_customers(tag: str) -> None:
    body = f"<{tag}><p>They lifted us.</p><p>Ana Cruz, Chairman (tel. 6888 1234)</p></{tag.split()[0].split('>')[0]}>"

    assert phones_on(OWN + body) == ["+6567771200"]


@pytest.mark.parametrize(
    ("said", "phones"),
    [
        ("Crane repairs by our own crew: 6777 1201", ["+6567771200", "+6567771201"]),
        ("查詢 6777 1201　投訴可聯絡食環署 6888 1234", ["+6567771200", "+6567771201"]),
        ("We buy scrap from Jurong to Changi: 6777 1201", ["+6567771200", "+6567771201"]),
        ("Call Ana Cruz on 6777 1201", ["+6567771200", "+6567771201"]),
        ("販売部署 6777 1201", ["+6567771200", "+6567771201"]),
        ("BCA licensed builder. Office 6777 1201", ["+6567771200", "+6567771201"]),
        ("Harbour Lift (M) Sdn Bhd, Johor Bahru, 07-386 5521", ["+6567771200", "+6073865521"]),
        ("Ask our supplier Ropeworks, 6888 1234. Or call us at 6777 1201.", ["+6567771200", "+6567771201"]),
        ("MOM: 6888 1234 | Workshop: 6777 1201", ["+6567771200", "+6567771201"]),
        ("Woodlands 67771201 · Pasir Ris 67771202", ["+6567771200", "+6567771201", "+6567771202"]),
    ],
)
def test_the_rest_of_a_line_is_the_companys(said: str, phones: list[str]) -> None:
    """A branch that bears its name, a licence, another sentence or item of the line."""
    assert phones_on(f"{OWN}<p>{said}</p>") == phones


def test_heads_of_columns_hold_for_every_row() -> None:
    """In a table of offices: the second number of each is a fax."""
    rows = "".join(
        f"<tr><td>{place}<td>{n} Some Road, Postbox 40{n}<td>+65 6863 770{n}<td>+65 6863 780{n}</tr>"
        for n, place in enumerate(("Tuas", "Ubi"), 1)
    )

    found = phones_on(f"<table><tr><th>Office<th>Address<th>Tel<th>Fax</tr>{rows}</table>")

    assert found == ["+6568637701", "+6568637702"]


def test_a_number_of_a_person_or_of_whatsapp_is_not_the_main_one() -> None:
    """Though it stands first; the facts have the general line."""
    body = (
        "<a href='https://wa.me/6591234567'>WhatsApp</a><p>Ana Cruz</p><p>Sales Manager</p><p>DID 6777 1201</p>"
        "<p>Our hoists</p><p>Main 6777 1200</p>"
    )
    found = extract([parse_html(HOME, HEAD + body)])

    assert [fact.value for fact in found.facts if fact.field == "phone"] == ["+6567771200"]


@pytest.mark.parametrize(
    ("text", "own"),
    [
        ("Harbour Lift Engineering Pte Ltd", {"harbourliftengineering"}),
        ("© 2020 Omega Pte Ltd", {"omega"}),
        ("Omega Pte Ltd, 6777 1200", {"omega"}),
        ("Jakarta: Omega Pte Ltd, 6777 1200", set()),
        ("Our landlord is Omega Pte Ltd", set()),
        ("Harbour Lift Pte Ltd buys from Omega GmbH", {"harbourlift"}),
    ],
)
def test_a_companys_own_legal_name_is_told_from_others(text: str, own: set[str]) -> None:
    """By its name, beside a copyright, or as the only one without a role."""
    assert own_legal_names(text, {"harbourlift"}) == own


def test_a_line_is_cut_into_sentences_and_items() -> None:
    """An abbreviation ends no sentence."""
    assert [part for part, _ in sentences_of("Omega Pte Ltd. Tel 6777 1200. Call Ben | Shop 6777 1201")] == [
        "Omega Pte Ltd. Tel 6777 1200. ",
        "Call Ben | ",
        "Shop 6777 1201",
    ]


@pytest.mark.parametrize("form", ["Pte. Ltd.", "Sdn. Bhd.", "S.r.l.", "Srl", "e.K.", "B.V.", "Co., Ltd"])
def test_a_legal_form_tells_a_companys_name(form: str) -> None:
    """With dots or without."""
    assert legal_names(f"Fitted by\nRossi Valves {form} in 1990") == ["Rossi Valves"]
