"""From the register's texts to a company, in SQL: the conventions of ACRA's files."""

from datetime import date

from testkit.register.entries import Owner, each, entries


async def test_an_entry_becomes_a_company(sql: Owner) -> None:
    """Every field in its one form; the industry is named by the code list, not by the description column."""
    (company,) = await entries(
        sql,
        {
            "uen": "201912345K",
            "entity_name": "  ACME   PTE. LTD. ",
            "entity_type_description": "Local Company",
            "entity_status_description": "Live Company",
            "registration_incorporation_date": "2019-04-30",
            "block": "10",
            "street_name": "ANSON ROAD",
            "level_no": "10",
            "unit_no": "01",
            "building_name": "INTERNATIONAL PLAZA",
            "postal_code": "79903",
            "primary_ssic_code": "1111",
            "secondary_ssic_code": "62011",
            "website": "https://www.Acme.com.sg/about?x=1",
        },
    )
    assert dict(company) == {
        "entry": "201912345K",
        "uen": "201912345K",
        "name": "ACME PTE. LTD.",
        "entity_type": "Local Company",
        "status": "live",
        "incorporated_on": date(2019, 4, 30),
        "ssic_version": "2020",
        "industry_code": "01111",
        "industry_norm": "growing of leafy and fruit vegetables",
        "secondary_industry_code": "62011",
        "address": "10 ANSON ROAD, #10-01, INTERNATIONAL PLAZA",
        "postal_code": "079903",
        "website_domain": "acme.com.sg",
    }


async def test_an_entry_with_nothing_but_its_uen_is_still_a_company(sql: Owner) -> None:
    """The UEN stands in for the name; all else is unknown."""
    (company,) = await entries(sql, {"uen": "201912345K"})
    assert company["name"] == company["uen"] == "201912345K"
    assert {value for field, value in company.items() if field not in ("entry", "uen", "name")} == {None}


async def test_a_key_that_was_made_for_want_of_a_uen_is_none(sql: Owner) -> None:
    """It names the entry; the company has no UEN. The same for a name in any letters."""
    key, same, other = await each(sql, "no_uen", ["Zest Traders", "ZEST TRADERS", "Zest Trader"])
    assert key == same != other
    (company,) = await entries(sql, {"uen": key, "entity_name": "Zest Traders"})
    assert (company["entry"], company["uen"], company["name"]) == (key, None, "Zest Traders")


async def test_a_code_is_named_in_its_own_version(sql: Owner, owner: Owner) -> None:
    """63901 is a news agency in 2020 and a search engine in 2025; a version without such a code has no name for it."""
    await owner.execute(
        "INSERT INTO staging_acra_companies (uen, primary_ssic_code, ssic_version)"
        " VALUES ('A', '63901', '2020'), ('B', '63901', '2025'), ('C', '01111', '2025'), ('D', NULL, '2025')"
    )
    rows = await owner.fetch("SELECT entry, ssic_version, industry_norm FROM registered_companies ORDER BY entry")
    assert [tuple(row) for row in rows] == [
        ("A", "2020", "news agency activities"),
        ("B", "2025", "internet search engines"),
        ("C", "2025", None),
        ("D", None, None),
    ]


STATUSES = {
    "Live Company": "live",
    "Live": "live",
    "LIVE (Receiver or Receiver and Manager appointed)": "live",
    "Gazetted To Be Struck Off": "closing",
    "Cancellation In Progress": "closing",
    "In Liquidation": "closing",
    "In Liquidation - Compulsory Winding Up": "closing",
    "In Liquidation - Compulsory Winding Up (Insolvency)": "closing",
    "In Liquidation - Creditors voluntary winding up": "closing",
    "In Liquidation - Members voluntary winding up": "closing",
    "Struck Off": "gone",
    "Struck Off (Early Dissolution)": "gone",
    "Terminated": "gone",
    "Cancelled": "gone",
    "Cancelled (Non-Renewal)": "gone",
    "Ceased Registration": "gone",
    "Dissolved": "gone",
    "Dissolved - Compulsory Winding Up": "gone",
    "Dissolved - Compulsory Winding Up (Insolvency)": "gone",
    "Dissolved - Creditors Voluntary Winding Up": "gone",
    "Dissolved - Members Voluntary Winding Up": "gone",
    "Amalgamated": "gone",
    "Converted To LLP": "gone",
    "Registration expired and has not been renewed": "gone",
    "Something New": None,
}


async def test_the_status_says_whether_a_company_lives(sql: Owner) -> None:
    """All 24 texts of the register, in any capitals; a text that is new is not guessed at."""
    for changed in (str, str.upper, str.lower, str.title):
        assert await each(sql, "company_status", [changed(text) for text in STATUSES]) == list(STATUSES.values())
    assert await each(sql, "company_status", [None, ""]) == [None, None]


async def test_only_who_lives_is_looked_for(sql: Owner, owner: Owner) -> None:
    """Searches find only live entries: the same that are live companies after they were saved."""
    await owner.executemany(
        "INSERT INTO staging_acra_companies (uen, entity_status_description) VALUES ($1, $2)",
        [(f"U{n}", changed(text)) for n, text in enumerate(STATUSES) for changed in [str.upper if n % 2 else str]],
    )
    differ = await owner.fetch(
        "SELECT uen FROM staging_acra_companies s JOIN registered_companies USING (uen)"
        " WHERE coalesce(is_live, false) <> coalesce(status = 'live', false)"
    )
    assert differ == []


async def test_postal_codes_get_their_zero_back(sql: Owner) -> None:
    """Five digits have lost one; the codes before 1995 are shorter and stay."""
    codes = {"088535": "088535", "88535": "088535", "0104": "0104", "na": None, "1": None, "1234567": None, "": None}
    assert await each(sql, "postal_code", list(codes)) == list(codes.values())


async def test_industry_codes_get_their_zero_back(sql: Owner) -> None:
    """Industry codes get their zero back, of four digits; what is shorter or longer is no five-digit code."""
    codes = {"01111": "01111", "1111": "01111", "62011": "62011", "620": None, "620111": None, "C": None, "": None}
    assert await each(sql, "industry_code", list(codes)) == list(codes.values())


async def test_a_day_is_a_day_of_the_calendar(sql: Owner) -> None:
    """Written as the register writes it; any other date, or none, is unknown."""
    days = {
        "2020-02-29": date(2020, 2, 29),
        "1819-01-01": date(1819, 1, 1),
        "2021-02-29": None,
        "2020-13-01": None,
        "0000-01-01": None,
        "2020-1-1": None,
        "01/02/2020": None,
        "20200101": None,
        "today": None,
        "infinity": None,
        "": None,
    }
    assert await each(sql, "day_of", list(days)) == list(days.values())


WEBSITES = {
    "http://www.acme.com.sg:8080/": "acme.com.sg",
    "WWW.ACME.SG.": "acme.sg",
    "acme.sg?utm=1": "acme.sg",
    "https://shop.acme.sg#top": "shop.acme.sg",
    "  acme.sg  ": "acme.sg",
    "www.sg": "www.sg",
    "www.www.acme.sg": "acme.sg",
    "bücher.example": "bücher.example",
    "BÜCHER.example": "bücher.example",
    "xn--bcher-kva.example": "xn--bcher-kva.example",
    f"{'a' * 63}.sg": f"{'a' * 63}.sg",
    "info@acme.sg": None,
    "http://user:secret@acme.sg/": None,
    "acme": None,
    "127.0.0.1": None,
    "http://[::1]/": None,
    "-acme.sg": None,
    "acme-.sg": None,
    "acme..sg": None,
    ".sg": None,
    "not a host.sg": None,
    "http://http://acme.sg": None,
    "": None,
    f"{'a' * 64}.sg": None,
    f"{'a.' * 130}sg": None,
}


async def test_a_website_is_a_host_name_or_nothing(sql: Owner) -> None:
    """Scheme, path, port, case and www. are not part of it."""
    assert dict(zip(WEBSITES, await each(sql, "website_domain", list(WEBSITES)), strict=True)) == WEBSITES


async def test_an_address_is_what_is_known_of_it(sql: Owner) -> None:
    """A floor needs a level and a unit; what is missing leaves no comma."""
    given = [
        {"block": "10", "street_name": "ANSON  ROAD", "level_no": "10"},
        {"street_name": " ", "other_address_line1": "P.O. BOX 7"},
        {"level_no": "02", "unit_no": "03", "building_name": " TOWER "},
        {"block": " "},
    ]
    shown = await entries(sql, *({"uen": str(n), **entry} for n, entry in enumerate(given)))
    assert [row["address"] for row in shown] == ["10 ANSON ROAD", "P.O. BOX 7", "#02-03, TOWER", None]
