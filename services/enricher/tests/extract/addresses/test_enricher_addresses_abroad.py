"""Postal addresses of other countries."""

import time

import pytest

from enricher.extract.addresses.abroad import _HOUSE, find_address_abroad
from enricher.extract.findings import extract
from enricher.pages.documents import parse_html


def address_on(body: str, url: str = "http://valves.com.sg/contact") -> str | None:
    page = parse_html(url, f"<title>Valves Asia</title>{body}")
    return next((it.value for it in extract([page]).facts if it.field == "address"), None)


@pytest.mark.parametrize(
    ("text", "country", "address"),
    [
        (
            "Unit 4, The Mill\n27 Narrow Quay\nBristol BS1 4QA",
            "GB",
            "Unit 4, The Mill, 27 Narrow Quay, Bristol BS1 4QA",
        ),
        ("Visit\n218 Plenty Road\nPreston VIC 3072", "AU", "218 Plenty Road, Preston VIC 3072"),
        ("88 Jalan Bakri, 84000 Muar", "MY", "88 Jalan Bakri, 84000 Muar"),
        ("Mill Ltd\nMühlweg 4\n78056 Villingen-Schwenningen", "DE", "Mühlweg 4, 78056 Villingen-Schwenningen"),
        ("1420 NW Oak St, Suite 210, Portland, OR 97209", "US", "1420 NW Oak St, Suite 210, Portland, OR 97209"),
        ("〒394-0081 長野県岡谷市長地権現町4-8-12", "JP", "〒394-0081 長野県岡谷市長地権現町4-8-12"),
        ("Suite 28, 88 Queen's Road, Kowloon, Hong Kong", "HK", "Suite 28, 88 Queen's Road, Kowloon, Hong Kong"),
        ("12 High Street\nFrome\nSomerset\nBA11 1AA", "GB", "12 High Street, Frome, Somerset, BA11 1AA"),
        ("Mill Ltd\nUnit 4\n27 Narrow Quay\nBristol\nBS1 4QA", "GB", "Unit 4, 27 Narrow Quay, Bristol, BS1 4QA"),
        (
            "Austin: 1411 West Avenue, Suite 200, Austin, TX 78701",
            "US",
            "1411 West Avenue, Suite 200, Austin, TX 78701",
        ),
        ("1420 NW Oak St\nSuite 210\nPortland, OR\n97209", "US", "1420 NW Oak St, Suite 210, Portland, OR 97209"),
        ("Acme | 100 Main St., Ste 4 | Troy, IL 62701 | 217", "US", "100 Main St., Ste 4, Troy, IL 62701"),
        ("1200 Burrard Street\nVancouver, BC V6Z 2C7", "CA", "1200 Burrard Street, Vancouver, BC V6Z 2C7"),
        ("Shop 3/45 Beaumont St Hamilton NSW 2303", "AU", "Shop 3/45 Beaumont St Hamilton NSW 2303"),
        ("41 Kopu Road, Thames 3578 · a@b.nz · GST 72-866-012", "NZ", "41 Kopu Road, Thames 3578"),
        ("Our story since 1998, Auckland 2010", "NZ", None),
        ("No. 12, Anna Salai, Chennai - 600002, Tamil Nadu", "IN", "No. 12, Anna Salai, Chennai - 600002, Tamil Nadu"),
        ("Order no. 411 026, India", "IN", None),
        (
            "Factory: Jl. Raya KM 5, Jepara 59451, Central Java, Indonesia. Fax +62 291 591448",
            "ID",
            "Jl. Raya KM 5, Jepara 59451, Central Java, Indonesia",
        ),
        ("12 Ayala Avenue, Makati City 1226, Philippines", "PH", "12 Ayala Avenue, Makati City 1226, Philippines"),
        ("地址:香港新界葵涌大連排道 152 號金龍工業中心 8 樓", "HK", "香港新界葵涌大連排道 152 號金龍工業中心 8 樓"),
        ("地址：广东省深圳市科技园路 12 号 3 楼", "CN", "广东省深圳市科技园路 12 号 3 楼"),
        ("Mill GmbH & Co. KG, Industriestr. 12a, D-70565 Bonn", "DE", "Industriestr. 12a, D-70565 Bonn"),
        ("Gewerbestr. 18\n33790 Halle (Westfalen)\nTelefon: 1", "DE", "Gewerbestr. 18, 33790 Halle (Westfalen)"),
        ("Hauptweg 3 · 97070 Würzburg Telefon 0931 1234", "DE", "Hauptweg 3, 97070 Würzburg"),
        ("Gassner AG · Poststrasse 11, 9001 St. Gallen · T +41", "CH", "Poststrasse 11, 9001 St. Gallen"),
        ("Via Alvra 9, CH-7482 Bergün/Bravuogn", "CH", "Via Alvra 9, CH-7482 Bergün/Bravuogn"),
        ("Seit 1998, 2003 Umzug nach Wien", "AT", None),
        ("Hauptplatz 7, A-8010 Graz, Österreich", "AT", "Hauptplatz 7, A-8010 Graz, Österreich"),
        ("Siège social : 18 rue du Bac, 75007 Paris Cedex 07", "FR", "18 rue du Bac, 75007 Paris Cedex 07"),
        ("Keizersgracht 241\n1016 EA Amsterdam", "NL", "Keizersgracht 241, 1016 EA Amsterdam"),
        ("Förrådsvägen 14, 901 32 Umeå · Växel 090", "SE", "Förrådsvägen 14, 901 32 Umeå"),
        ("Vestergade 12, 2. sal\n1456 København K", "DK", "Vestergade 12, 2. sal, 1456 København K"),
        ("Satamakatu 21, FI-57130 Savonlinna, Finland", "FI", "Satamakatu 21, FI-57130 Savonlinna, Finland"),
        ("Via Roma 12, 20121 Milano (MI), Italia", "IT", "Via Roma 12, 20121 Milano (MI), Italia"),
        ("Sheikh Zayed Road 12, Dubai, UAE", "AE", "Sheikh Zayed Road 12, Dubai, UAE"),
        ("Come and see us at 12 Mill Lane, Leeds LS1 4AB, all week", "GB", "12 Mill Lane, Leeds LS1 4AB"),
        ("Our taproom is at 12 Mill Lane, Leeds LS1 4AB.", "GB", "12 Mill Lane, Leeds LS1 4AB"),
        ("Tel: 0113 496 0000 12 Mill Lane, Leeds, LS1 4AB", "GB", "12 Mill Lane, Leeds, LS1 4AB"),
        ("ICO, Wycliffe House, Water Lane, Wilmslow SK9 5AF", "GB", None),
        ("P.O. Box 120, Troy, IL 62701", "US", None),
        ("Mill Inc. 88 Queen St W, Toronto, Ontario M5H 2M9", "CA", "88 Queen St W, Toronto, Ontario M5H 2M9"),
        ("Mill Sdn Bhd (123456-X), No. 5, Jalan Kilang 3, 81200 Muar", "MY", "No. 5, Jalan Kilang 3, 81200 Muar"),
        ("Sie finden uns in der Lindenstraße 4, 70565 Stuttgart.", "DE", "Lindenstraße 4, 70565 Stuttgart"),
        ("Am Markt 5, 60311 Frankfurt am Main", "DE", "Am Markt 5, 60311 Frankfurt am Main"),
        ("Der Landesbeauftragte, Weg 20, 70173 Stuttgart", "DE", None),
        ("本社 〒150-0002 東京都渋谷区渋谷1-2-3 TEL 03-1234", "JP", "〒150-0002 東京都渋谷区渋谷1-2-3"),
        ("Registered office: 5 New Square, London EC4A 3TW", "GB", "5 New Square, London EC4A 3TW"),
        ("We fitted the roof of 12 Oak Street, Leeds LS1 4AB", "GB", None),
        ("Postfach 11 65, 78549 Spaichingen", "DE", None),
    ],
)
def test_an_address_abroad_is_read_in_its_countrys_form(text: str, country: str, address: str | None) -> None:
    """From its street on; none in a sentence about something else, or in a form that is not known."""
    assert find_address_abroad(text, country) == address


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("Over 40 Ansatte, 2000 Kunder", "NO"),
        ("Mere end 500 Kunder, 1200 Projekter", "DK"),
        ("Turnover 30 Millions, 12000 Customers", "FI"),
        ("Turnover 30 Millions, 12000 Customers, Finland", "FI"),
        ("Plus de 250 Clients, 15 000 Produits livrés", "FR"),
        ("Depuis 12 Ans, 35000 Foyers", "FR"),
        ("Raum 5, ab 12345 Euro", "DE"),
        ("Bestellnr. 4711, 12345 Stück", "DE"),
        ("Modell 300, 12345 Varianten", "DE"),
        ("Gründung 12, 2015 Expansion", "AT"),
        ("Mais de 30 Projetos, 1200-300 Lisboa", "PT"),
        ("Meer dan 25 Projecten, 2024 IN Amsterdam", "NL"),
        ("Founded with 5 Staff in Hong Kong", "HK"),
        ("Trademark 12 Registered in Hong Kong", "HK"),
        ("Level 3 Partner, Hong Kong", "HK"),
        ("12 Awards, Dubai, UAE", "AE"),
        ("15 Partners, Dublin 2", "IE"),
        ("Team of 12, Auckland 2010", "NZ"),
        ("iPhone 15 Pro SW1A 1AA", "GB"),
    ],
)
def test_ordinary_figures_are_no_address(text: str, country: str) -> None:
    """Counts, sums, rooms and models have the form of an address, but no street."""
    assert find_address_abroad(text, country) is None


@pytest.mark.parametrize(
    ("text", "country", "address"),
    [
        ("Over 40 Ansatte, 2000 Kunder\nVestergade 12\n1456 København K", "DK", "Vestergade 12, 1456 København K"),
        ("250 Clients, 15 000 Produits\n18 rue du Bac\n75007 Paris", "FR", "18 rue du Bac, 75007 Paris"),
        ("Bestellnr. 4711, 12345 Stück\nLange Reihe 12, 20099 Bonn", "DE", "Lange Reihe 12, 20099 Bonn"),
        ("We have 5 Staff in Hong Kong\n8 Wyndham Street, Hong Kong", "HK", "8 Wyndham Street, Hong Kong"),
        ("Karl Johans gate 5, 0154 Oslo", "NO", "Karl Johans gate 5, 0154 Oslo"),
        ("Meir 12, 2000 Antwerpen", "BE", "Meir 12, 2000 Antwerpen"),
        ("27 Cheapside, London EC2V 6AA", "GB", "27 Cheapside, London EC2V 6AA"),
        ("Meir 12 bus 5, 2000 Antwerpen", "BE", "Meir 12 bus 5, 2000 Antwerpen"),
        ("5 Grand'Rue, 67000 Strasbourg", "FR", "5 Grand'Rue, 67000 Strasbourg"),
        ("Av. da Liberdade 12, 3.º, 1250-142 Lisboa", "PT", "Av. da Liberdade 12, 3.º, 1250-142 Lisboa"),
        ("1-2-3 Shibuya, Shibuya-ku, Tokyo 150-0002", "JP", "1-2-3 Shibuya, Shibuya-ku, Tokyo 150-0002"),
    ],
)
def test_the_street_counts_behind_ordinary_figures(text: str, country: str, address: str) -> None:
    """The address is found behind figures of its form, also where its street has no word for one."""
    assert find_address_abroad(text, country) == address


@pytest.mark.parametrize(
    ("url", "body", "address"),
    [
        (
            "http://valves.com/",
            "<p><span>13601 Grove Drive</span>, <span>Maple Grove</span>, <abbr>MN</abbr> <span>55311</span></p>"
            "<p>Call +1 763 494 0178</p>",
            "13601 Grove Drive, Maple Grove, MN 55311",
        ),
        ("http://valves.co.uk/", "<p>Valves Asia, 12 Mill Lane, Leeds LS1 4AB</p>", "12 Mill Lane, Leeds LS1 4AB"),
        (
            "http://valves.co.uk/",
            "<p>Registered office: 1 Law Row, Leeds LS1 1AA</p><p>12 Mill Lane, Leeds LS1 4AB</p>",
            "12 Mill Lane, Leeds LS1 4AB",
        ),
        (
            "http://valves.de/",
            "<p>Filiale: Weg 1, 10115 Berlin</p><p>Zentrale: Platz 2, 20095 Hamburg</p>",
            "Platz 2, 20095 Hamburg",
        ),
        (
            "http://valves.in/",
            "<p>Plot No. J-44, MIDC Bhosari, Pune - 411 026, Maharashtra, India</p>",
            "Plot No. J-44, MIDC Bhosari, Pune - 411 026, Maharashtra, India",
        ),
    ],
)
def test_the_main_address_abroad_is_chosen(url: str, body: str, address: str) -> None:
    """The head office first, the registered office last; parts in elements of their own are put together."""
    assert address_on(body, url) == address


@pytest.mark.parametrize(
    ("said", "country"),
    [("We fitted LS1 4AB ", "GB"), ("NY 10001 ", "US"), ("Since 1998, 2010 ", "NZ"), ("411 026 ", "IN")],
)
def test_a_line_as_long_as_the_page_is_read_in_time(said: str, country: str) -> None:
    """Only the words just before each postal code are looked at, and of a thousand codes: more took minutes."""
    line = (said * 6_000)[:50_000]

    started = time.process_time()

    assert find_address_abroad(line, country) is None
    assert time.process_time() - started < 3


def test_a_word_as_long_as_the_page_is_read_in_time() -> None:
    """A house's word has a bound: the search for its beginning took quadratic time."""
    started = time.process_time()

    assert find_address_abroad("A" * 40_000 + " 12345 Bonn", "DE") is None
    assert find_address_abroad("A" * 40_000 + "\nLS1 4AB", "GB") is None
    assert _HOUSE.search("A" * 40_000) is None
    assert time.process_time() - started < 2
