"""The generated register: repeatable, in ACRA's format, and mixed like the real one."""

import csv
import gzip
import re
from collections import Counter
from datetime import date
from itertools import islice
from math import gcd

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leadgen.ssic import ssic_2020
from simulator.register import uen
from simulator.register.industries import INDUSTRIES
from simulator.register.registry import COLUMNS, company, index_of, rows
from simulator.register.statuses import LIVE_STATUSES
from testkit.checkout import SHARED

_FORMATS = {
    uen.BUSINESS: r"\d{8}[A-Z]",
    uen.LOCAL: r"(19|20)\d{7}[A-Z]",
    uen.LLP: r"[TS]\d{2}LL\d{4}[A-Z0-9]",
    uen.BRANCH: r"[TS]\d{2}FC\d{4}[A-Z0-9]",
    uen.PARTNERSHIP: r"[TS]\d{2}LP\d{4}[A-Z0-9]",
}
_SAMPLE = SHARED / "data/acra_sample.csv.gz"


def _column(name: str) -> int:
    return COLUMNS.index(name)


UEN, NAME, KIND = _column("uen"), _column("entity_name"), _column("entity_type_description")
STATUS, REGISTERED = _column("entity_status_description"), _column("registration_incorporation_date")
CODE, SECOND_CODE = _column("primary_ssic_code"), _column("secondary_ssic_code")
POSTAL, WEBSITE = _column("postal_code"), _column("website")


@pytest.fixture(scope="module")
def some() -> list[tuple[str, ...]]:
    """40,000 companies: enough for shares to be within a percent or two."""
    return list(rows(40_000, seed=65))


def test_the_columns_are_acras_and_the_website() -> None:
    """53 columns in the register's order, then ours; former names and audit firms are numbered."""
    assert len(COLUMNS) == 54
    assert COLUMNS[:3] == ("uen", "issuance_agency_id", "entity_name")
    assert COLUMNS[28:43] == tuple(f"former_entity_name{n}" for n in range(1, 16))
    assert COLUMNS[43:45] == ("uen_of_audit_firm1", "name_of_audit_firm1")
    assert COLUMNS[52:] == ("name_of_audit_firm5", "website")


def test_a_seed_gives_the_same_rows_again(some: list[tuple[str, ...]]) -> None:
    """The register of a seed never changes, and another seed is another register."""
    assert list(rows(500, seed=65)) == some[:500]
    assert list(rows(500, seed=66)) != some[:500]


def test_the_first_row_is_what_it_was() -> None:
    """Rows are part of what demos and benchmarks stand on: changing them is a decision, not an accident."""
    first = dict(zip(COLUMNS, next(rows(1, seed=65)), strict=True))

    assert first["uen"] == "52577616L"
    assert first["entity_name"] == "QUASENSE PARTNERS & CO."


@given(index=st.integers(0, uen.CAPACITY - 1), seed=st.integers(0, 2**31))
def test_any_company_can_be_made_alone(index: int, seed: int) -> None:
    """Wherever it stands and whatever the seed: a UEN that passes its check, a date in its year, a name, a code."""
    made = company(index, seed)

    assert re.fullmatch(_FORMATS[made.entity_type], made.uen)
    assert uen.check_letter(made.uen[:-1]) == made.uen[-1]
    year = date.fromisoformat(made.registered_on).year
    if made.entity_type == uen.LOCAL:
        assert made.uen[:4] == str(year)
    elif made.entity_type != uen.BUSINESS:
        assert made.uen[:3] == f"{'S' if year < 2000 else 'T'}{year % 100:02d}"
    assert re.fullmatch(r"\d{4}|\d{6}", made.postal_code)
    if made.website:
        assert index_of(made.website) == index


def test_a_company_alone_is_the_one_in_the_row(some: list[tuple[str, ...]]) -> None:
    """`company` and `rows` tell the same."""
    for index in range(0, len(some), 997):
        made = company(index, seed=65)
        row = some[index]
        assert (made.uen, made.name, made.status, made.primary_ssic_code) == (
            row[UEN],
            row[NAME],
            row[STATUS],
            row[CODE],
        )
        assert (made.website or "na", made.secondary_ssic_code or "na") == (row[WEBSITE], row[SECOND_CODE])


@pytest.mark.slow
def test_no_two_companies_share_a_uen() -> None:
    """300,000 companies, 300,000 UENs."""
    assert len({uen.identity(index, seed=7).uen for index in range(300_000)}) == 300_000


def test_uens_stay_unique_to_the_last_company() -> None:
    """A range of numbers gives each ordinal its own, and has enough of them for its share of three million."""
    ranges = {uen.LOCAL: uen.LOCAL_RANGE, uen.BUSINESS: uen.BUSINESS_RANGE}
    ranges |= {kind: numbers for kind, (_, numbers) in uen.OTHER_RANGES.items()}
    for kind, _, share in uen.SHARES:
        numbers = ranges[kind]
        assert numbers.capacity >= uen.CAPACITY * share // 100
        assert gcd(numbers.step, numbers.capacity) == 1
        ordinals = range(min(numbers.capacity, 50_000))
        assert len({numbers.place(ordinal, seed=65)[:2] for ordinal in ordinals}) == len(ordinals)


def test_the_register_ends_where_uniqueness_would() -> None:
    """Asking for more companies than there are is refused, not answered with repeats."""
    with pytest.raises(ValueError, match="3,000,000 companies"):
        company(uen.CAPACITY, seed=65)


def test_check_letters_agree_with_the_real_register() -> None:
    """All 8,906 real UENs of the sample pass."""
    if not _SAMPLE.exists():
        pytest.skip("the sample of the real register is not on this machine")
    with gzip.open(_SAMPLE, "rt", encoding="utf-8") as file:
        real = [row["uen"] for row in csv.DictReader(file)]

    assert [each for each in real if uen.check_letter(each[:-1]) != each[-1]] == []


def test_every_code_is_in_ssic_2020() -> None:
    """The codes are real ones, each is listed once, and every division of manufacturing has one."""
    codes = [industry.code for industry in INDUSTRIES]

    known = {code for code, *_ in ssic_2020()}
    assert [code for code in codes if code not in known] == []
    assert len(set(codes)) == len(codes) >= 150
    assert {int(code[:2]) for code in codes} >= set(range(10, 33))


def test_the_mix_is_the_registers(some: list[tuple[str, ...]]) -> None:
    """About half live; a few catch-all codes are most of it; manufacturing is one in twenty."""
    live = [row for row in some if row[STATUS] in LIVE_STATUSES]
    codes = Counter(row[CODE] for row in some)
    makers = sum(10 <= int(row[CODE][:2]) <= 32 for row in some)

    assert 0.45 < len(live) / len(some) < 0.55
    assert 0.12 < codes["46900"] / len(some) < 0.18
    assert 0.10 < codes["64202"] / len(some) < 0.15
    assert 0.07 < codes["70201"] / len(some) < 0.11
    assert 0.04 < makers / len(some) < 0.055
    assert 0.5 < sum(row[SECOND_CODE] != "na" for row in some) / len(some) < 0.6
    assert {row[KIND] for row in some} == set(_FORMATS)


def test_websites_belong_to_the_living(some: list[tuple[str, ...]]) -> None:
    """About 60 % of live companies have a site, hardly any dead one, each its own, none in a real domain."""
    live = [row[WEBSITE] for row in some if row[STATUS] in LIVE_STATUSES]
    gone = [row[WEBSITE] for row in some if row[STATUS] not in LIVE_STATUSES]
    sites = [site for site in live + gone if site != "na"]

    assert 0.57 < sum(site != "na" for site in live) / len(live) < 0.63
    assert sum(site != "na" for site in gone) / len(gone) < 0.02
    assert len(set(sites)) == len(sites)
    assert all(re.fullmatch(r"[a-z0-9-]{3,63}\.example", site) for site in sites)


def test_names_are_believable_and_mostly_unique(some: list[tuple[str, ...]]) -> None:
    """Upper case words of the trade, the legal form of the kind; hardly any name twice."""
    names = [row[NAME] for row in some]

    assert len(set(names)) / len(names) > 0.99
    assert all(name == name.upper() and name.strip() == name for name in names)
    assert all(row[NAME].endswith("LLP") for row in some if row[KIND] == uen.LLP)
    words = {industry.code: industry.name_words for industry in INDUSTRIES}
    assert all(any(word in row[NAME] for word in words[row[CODE]]) for row in some)


def test_missing_is_na_and_leading_zeros_stay(some: list[tuple[str, ...]]) -> None:
    """No cell is empty, as in the register; postal codes of the city begin with a zero."""
    assert all(cell for row in islice(some, 5000) for cell in row)
    assert sum(row[POSTAL].startswith("0") for row in some) > len(some) / 10
