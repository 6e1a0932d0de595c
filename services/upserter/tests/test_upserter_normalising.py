"""From the register's texts to a company, in SQL: the conventions of ACRA's files, and laws that hold for any text."""

import asyncio
from datetime import date
from typing import Any, TypeAlias

import asyncpg
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.contracts import Company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TITLES = """
    INSERT INTO ssic_ref (version, code, level, title)
    VALUES ('2020', '01111', 'subclass', 'Growing of  Leafy and fruit vegetables'),
           ('2020', '63901', 'subclass', 'News agency activities'),
           ('2025', '63901', 'subclass', 'Internet search engines')
"""
#: The columns of the register that the view reads, but for the key.
COLUMNS = [
    "entity_name",
    "entity_type_description",
    "entity_status_description",
    "registration_incorporation_date",
    "block",
    "street_name",
    "level_no",
    "unit_no",
    "building_name",
    "postal_code",
    "other_address_line1",
    "other_address_line2",
    "primary_ssic_code",
    "secondary_ssic_code",
    "website",
]
ENLIST = f"""
    INSERT INTO staging_acra_companies (uen, {", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f"${n}::text[]" for n in range(1, len(COLUMNS) + 2))})
"""
SHOWN = f"SELECT entry, {', '.join(set(Company.model_fields) - {'company_id'})} FROM registered_companies"

#: PostgreSQL's texts hold any character but NUL.
CHARACTERS = st.characters(exclude_characters="\0", exclude_categories=["Cs"])
ANY = st.text(CHARACTERS, max_size=80)
NEARLY = st.one_of(
    ANY,
    st.from_regex(r"(?i)\A(https?://)?(www\.)*[a-zß-ü0-9.-]{1,30}(:\d+)?(/.*)?\Z").filter(lambda it: "\0" not in it),
    st.from_regex(r"\A[0-9]{1,7}\Z"),
    st.from_regex(r"\A\s?[0-9]{4}-[0-9]{2}-[0-9]{2}\s?\Z"),
    st.sampled_from(
        ["Live", "STRUCK  OFF", " 2020-01-01", "१२३४५", "٢٠٢٠-٠١-٠١", "a\u00a0b", "\u200b", "ǅ.sg", "K.sg"]
    ),
)
#: Many at a time: what takes long is the way to the database.
MANY = st.lists(NEARLY, min_size=1, max_size=150)

#: A database is a test's own; examples that only ask it, or roll back, do not meet.
on_the_database = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
FUNCTIONS = ["one_line", "company_status", "industry_code", "postal_code", "website_domain"]


@pytest.fixture
async def sql(owner: Owner) -> Owner:
    """A database that knows three industries."""
    await owner.execute(TITLES)
    return owner


async def each(sql: Owner, function: str, texts: list[str | None]) -> list[Any]:
    """The function of each text."""
    rows = await sql.fetch(
        f"SELECT {function}(given) FROM unnest($1::text[]) WITH ORDINALITY t (given, n) ORDER BY n", texts
    )
    return [row[0] for row in rows]


async def entries(sql: Owner, *given: dict[str, str | None]) -> list[asyncpg.Record]:
    """The entries as the view shows them, in the order given; the register is as it was afterwards."""
    columns = [[entry.get(column) for entry in given] for column in ["uen", *COLUMNS]]
    await sql.execute("BEGIN")
    try:
        await sql.execute(ENLIST, *columns)
        shown = {row["entry"]: row for row in await sql.fetch(SHOWN)}
    finally:
        await sql.execute("ROLLBACK")
    return [shown[entry["uen"]] for entry in given]


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


@on_the_database
@given(MANY)
async def test_any_text_gives_something_and_twice_is_once(sql: Owner, texts: list[str]) -> None:
    """Total and idempotent, every function that a text goes through."""
    for function in FUNCTIONS:
        once = await each(sql, function, texts)
        if function != "company_status":  # its texts are no descriptions, but for 'live'
            assert dict(zip(once, await each(sql, function, once), strict=True)) == {it: it for it in once}, function
    days = [day.isoformat() if day else None for day in await each(sql, "day_of", texts)]
    assert [day.isoformat() if day else None for day in await each(sql, "day_of", days)] == days


@on_the_database
@given(MANY)
@example(["acme.sg", "xn--bcher-kva.example", "1.2.3.4.5", "a.b", "\u0130.sg"])
async def test_what_comes_out_has_the_form_that_is_promised(sql: Owner, texts: list[str]) -> None:
    """One line without blanks at its ends, digits of the right number, a name that DNS could hold."""
    for line in filter(None, await each(sql, "one_line", texts)):
        assert line == line.strip(" \t\n\r\f\v")
        assert "  " not in line
        assert "\n" not in line
    assert all(code.isascii() and code.isdigit() and len(code) == 5 for code in await kept(sql, "industry_code", texts))
    for code in await kept(sql, "postal_code", texts):
        assert code.isascii()
        assert code.isdigit()
        assert len(code) in (2, 3, 4, 6)
    for host in await kept(sql, "website_domain", texts):
        labels = host.split(".")
        assert len(host) <= 253
        assert len(labels) >= 2
        assert all(0 < len(label) <= 63 and label.strip("-") == label for label in labels)
        assert not labels[-1].isdigit() or not labels[-1].isascii()
        assert not set(host) & set(" \t\n/:@?#\\[]ABCDEFGHIJKLMNOPQRSTUVWXYZ_")


async def kept(sql: Owner, function: str, texts: list[str]) -> list[str]:
    return [value for value in await each(sql, function, texts) if value is not None]


ENTRIES = st.lists(st.fixed_dictionaries({}, optional=dict.fromkeys(COLUMNS, NEARLY)), min_size=1, max_size=12)


@settings(on_the_database, max_examples=20)
@given(ENTRIES)
async def test_any_entry_is_one_company_that_an_event_can_carry(sql: Owner, given: list[dict[str, str]]) -> None:
    """The view never fails and loses no row; what it shows is valid by the contract."""
    shown = await entries(sql, *({"uen": f"U{n}", **entry} for n, entry in enumerate(given)))
    companies = [
        Company(company_id=0, **{name: value for name, value in row.items() if name != "entry"}) for row in shown
    ]
    assert len(companies) == len(given)
    assert all(company.name for company in companies)


@settings(on_the_database, max_examples=20)
@given(ENTRIES)
async def test_an_entry_that_is_normal_already_stays_as_it_is(sql: Owner, given: list[dict[str, str]]) -> None:
    """A company, written into a register and read again, is the same company."""
    once = await entries(sql, *({"uen": f"U{n}", **entry} for n, entry in enumerate(given)))
    again = await entries(
        sql,
        *(
            {
                "uen": row["uen"],
                "entity_name": row["name"],
                "entity_type_description": row["entity_type"],
                "entity_status_description": entry.get("entity_status_description"),
                "registration_incorporation_date": row["incorporated_on"] and row["incorporated_on"].isoformat(),
                "street_name": row["address"],
                "postal_code": row["postal_code"],
                "primary_ssic_code": row["industry_code"],
                "secondary_ssic_code": row["secondary_industry_code"],
                "website": row["website_domain"],
            }
            for row, entry in zip(once, given, strict=True)
        ),
    )
    assert [dict(row) for row in again] == [dict(row) for row in once]


async def test_a_hostile_website_takes_no_time(sql: Owner) -> None:
    """No text, however long, keeps a job busy: 300 of the worst in well under a second."""
    worst = ["a" * 5000, "a." * 2500, "www." * 1200 + "sg", "-" * 5000, "a-" * 2500 + ".sg", "ü" * 5000, "a:" * 2500]
    await asyncio.wait_for(each(sql, "website_domain", worst * 40), timeout=60)
    await asyncio.wait_for(each(sql, "one_line", [" " * 5000 + "a", "a " * 2500] * 40), timeout=60)
