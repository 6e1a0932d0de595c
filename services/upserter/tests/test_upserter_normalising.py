"""From the register's texts to a company: the conventions of ACRA's files, and laws that hold for any text."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from upserter.normalising import (
    RegisterEntry,
    address,
    incorporated_on,
    industry_code,
    industry_norm,
    normalise,
    one_line,
    postal_code,
    status,
    website_domain,
)

TITLES = {"01111": "Growing of leafy and fruit vegetables", "62011": "Development  of Software"}
TEXTS = st.none() | st.text(max_size=80)


def test_an_entry_becomes_a_company() -> None:
    """Every field in its one form; the industry is named by the code list, not by the description column."""
    company = normalise(
        RegisterEntry(
            uen="201912345K",
            entity_name="  ACME   PTE. LTD. ",
            entity_type_description="Local Company",
            entity_status_description="Live Company",
            registration_incorporation_date="2019-04-30",
            block="10",
            street_name="ANSON ROAD",
            level_no="10",
            unit_no="01",
            building_name="INTERNATIONAL PLAZA",
            postal_code="79903",
            primary_ssic_code="1111",
            secondary_ssic_code="62011",
            website="https://www.Acme.com.sg/about?x=1",
        ),
        TITLES,
    )
    assert company.model_dump() == {
        "company_id": 0,
        "uen": "201912345K",
        "name": "ACME PTE. LTD.",
        "entity_type": "Local Company",
        "status": "live",
        "incorporated_on": date(2019, 4, 30),
        "industry_code": "01111",
        "industry_norm": "growing of leafy and fruit vegetables",
        "secondary_industry_code": "62011",
        "address": "10 ANSON ROAD, #10-01, INTERNATIONAL PLAZA",
        "postal_code": "079903",
        "website_domain": "acme.com.sg",
    }


def test_an_entry_with_nothing_but_its_uen_is_still_a_company() -> None:
    """The UEN stands in for the name; all else is unknown."""
    company = normalise(RegisterEntry("201912345K"), TITLES)
    assert company.name == company.uen
    assert {value for field, value in company if field not in ("company_id", "uen", "name")} == {None}


@pytest.mark.parametrize(
    ("description", "meaning"),
    [
        ("Live Company", "live"),
        ("Live", "live"),
        ("LIVE (Receiver or Receiver and Manager appointed)", "live"),
        ("Gazetted To Be Struck Off", "closing"),
        ("Cancellation In Progress", "closing"),
        ("In Liquidation", "closing"),
        ("In Liquidation - Compulsory Winding Up", "closing"),
        ("In Liquidation - Compulsory Winding Up (Insolvency)", "closing"),
        ("In Liquidation - Creditors voluntary winding up", "closing"),
        ("In Liquidation - Members voluntary winding up", "closing"),
        ("Struck Off", "gone"),
        ("Struck Off (Early Dissolution)", "gone"),
        ("Terminated", "gone"),
        ("Cancelled", "gone"),
        ("Cancelled (Non-Renewal)", "gone"),
        ("Ceased Registration", "gone"),
        ("Dissolved", "gone"),
        ("Dissolved - Compulsory Winding Up", "gone"),
        ("Dissolved - Compulsory Winding Up (Insolvency)", "gone"),
        ("Dissolved - Creditors Voluntary Winding Up", "gone"),
        ("Dissolved - Members Voluntary Winding Up", "gone"),
        ("Amalgamated", "gone"),
        ("Converted To LLP", "gone"),
        ("Registration expired and has not been renewed", "gone"),
        ("Something New", None),
        (None, None),
    ],
)
def test_the_status_says_whether_a_company_lives(description: str | None, meaning: str | None) -> None:
    """All 24 texts of the register, in any capitals; a text that is new is not guessed at."""
    assert status(description) == meaning
    assert status(description.upper() if description else None) == meaning


@pytest.mark.parametrize(
    ("text", "code"),
    [("088535", "088535"), ("88535", "088535"), ("0104", "0104"), ("na", None), ("1", None), ("1234567", None)],
)
def test_postal_codes_get_their_zero_back(text: str, code: str | None) -> None:
    """Five digits have lost one; the codes before 1995 are shorter and stay."""
    assert postal_code(text) == code


@pytest.mark.parametrize(
    ("text", "domain"),
    [
        ("http://www.acme.com.sg:8080/", "acme.com.sg"),
        ("WWW.ACME.SG.", "acme.sg"),
        ("acme.sg?utm=1", "acme.sg"),
        ("https://shop.acme.sg#top", "shop.acme.sg"),
        ("www.sg", "www.sg"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("info@acme.sg", None),
        ("acme", None),
        ("127.0.0.1", None),
        ("http://[::1]/", None),
        ("-acme.sg", None),
        ("not a host.sg", None),
        ("", None),
        (f"{'a' * 64}.sg", None),
    ],
)
def test_a_website_is_a_host_name_or_nothing(text: str, domain: str | None) -> None:
    """Scheme, path, port, case and www. are not part of it."""
    assert website_domain(text) == domain


@given(st.builds(RegisterEntry, st.text(min_size=1, max_size=20), *[TEXTS] * (len(RegisterEntry._fields) - 1)))
def test_any_text_gives_a_company(entry: RegisterEntry) -> None:
    """Never raises."""
    assert normalise(entry, TITLES).uen == entry.uen


@given(
    st.text(max_size=80) | st.from_regex(r"(?i)(https?://)?(www\.)*[a-zß-ü0-9.-]{1,30}(:\d+)?(/.*)?", fullmatch=True)
)
@example("www.www.acme.sg")
@example("http://http://acme.sg")
def test_normalising_twice_is_normalising_once(text: str) -> None:
    """Of every field that a text goes into."""
    for field in (one_line, postal_code, industry_code, industry_norm, website_domain):
        once = field(text)
        assert once is None or field(once) == once, field
    day = incorporated_on(text)
    assert day is None or incorporated_on(day.isoformat()) == day
    line = address(RegisterEntry("1", street_name=text))
    assert line is None or address(RegisterEntry("1", street_name=line)) == line
