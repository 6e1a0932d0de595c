"""Addresses and numbers of others on a company's page are not the company's."""

import pytest

from enricher.extract.findings import extract
from enricher.pages.documents import parse_html

HOME = "https://harbourlift.com.sg/contact"
OWN = "<p>Tel: 6777 1200</p><p>desk@harbourlift.com.sg</p>"


def found_on(body: str) -> tuple[list[str], list[str], list[str]]:
    """The e-mail addresses, telephones and people of a page."""
    found = extract([parse_html(HOME, f"<title>Harbour Lift Pte Ltd</title>{body}")])
    ways = {kind: [it.value for it in found.contacts if it.kind == kind] for kind in ("email", "phone")}
    return ways["email"], ways["phone"], [person.name for person in found.people]


@pytest.mark.parametrize(
    "body",
    [
        "<p>Website designed by <a href='//lob.sg'>Lobster Web</a></p><p>(hi@lobweb.sg, 6888 1234)</p>",
        "<p>© 2020 Harbour Lift. Direka oleh Kedai Web (6888 1234) hi@lobweb.sg</p>",
        "<h4>Useful numbers</h4><p>BCA: 6888 1234</p><p>SCDF: hi@scdf.example.sg</p>",
        "<h4>Johor associate office</h4><p>Messrs Kaya, an independent firm</p><p>T: 6888 1234 law@kaya.com.my</p>",
        "<h4>Vendors we recommend</h4><p>Hoists: Ah Seng, 6888 1234</p><p>Ropes: rope@ropes.sg</p>",
        "<p>Beware of scams: messages from 6888 1234 or harbour.lift.hr@gmail.com are not from us.</p>",
        "<p>After hours please go to Northpoint General Hospital at 6888 1234.</p>",
        "<p>Sole agents in Singapore for Kranwerk GmbH (info@kranwerk.de).</p>",
        "<h4>Agents</h4><table><tr><td>Vietnam<td>Delta JSC<td>ops@delta.vn, 6888 1234</tr></table>",
        "<p>Media contact: Ana Cruz, Finch PR, ana@finchpr.com, 6888 1234</p>",
        "<p>Agents in Piraeus: Aegean, tel 6888 1234</p><p>Ask your insurer's hotline, 6888 1235.</p>",
        "<p>Ropes by our supplier Ropeworks, 6888 1234</p><p>Webmaster: webmaster@lobweb.sg</p>",
        "<p>For supplies write to orders@ropes.sg</p>",
    ],
)
def test_what_belongs_to_others_is_left_out(body: str) -> None:
    """What belongs to others is left out: whoever made the site, authorities, partners, impostors; and who is elsewhere
    while we have an own address.
    """
    assert found_on(OWN + body)[:2] == (["desk@harbourlift.com.sg"], ["+6567771200"])


def test_what_is_said_of_the_company_too_is_its_own() -> None:
    """A number that stands in a warning and in the company's own lines; lines that name the company again."""
    emails, phones, _ = found_on(
        "<p>Beware of scams. We only call from 6777 1200.</p><p>Call us: 6777 1200</p><p>Website by Lob</p>"
        "<p>Harbour Lift: 6777 1201</p><p>harbourlift@singnet.com.sg, hello@harbourlift.com</p>"
        "<p>desk@harbourlift.com.sg</p>"
    )

    assert phones == ["+6567771200", "+6567771201"]
    assert set(emails) == {"desk@harbourlift.com.sg", "harbourlift@singnet.com.sg", "hello@harbourlift.com"}


def test_a_menu_begins_no_part_about_others() -> None:
    """It names pages about them; the company's number may stand just below."""
    menu = "<nav><a href='/d'>Distributors</a><a href='/u'>Useful links</a><a href='/'>Home</a></nav>"

    assert found_on(f"{menu}<p>6777 1200</p><p>desk@harbourlift.com.sg</p>")[1] == ["+6567771200"]


def test_an_address_elsewhere_counts_where_there_is_no_own_one() -> None:
    assert found_on("<p>Write to office@liftholdings.com</p>")[0] == ["office@liftholdings.com"]


def test_people_of_others_are_none_of_the_companys() -> None:
    assert found_on(
        "<p>Tan Siew Lan, Sales Manager</p><h4>Suppliers we work with</h4><p>Bruno Ortiz, Photographer</p>"
    )[2] == ["Tan Siew Lan"]
