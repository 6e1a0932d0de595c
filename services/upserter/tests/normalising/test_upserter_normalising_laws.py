"""From the register's texts to a company, in SQL: laws that hold for any text."""

import asyncio

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from common.contracts import Company
from testkit.register.entries import COLUMNS, Owner, each, entries

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
