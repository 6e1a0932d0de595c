"""A made-up company register in the columns of ACRA's, with each company's website.

The same index and seed give the same company for ever, and any company can be made without those before it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import repeat

from simulator.draws import draws, spread
from simulator.register.addresses import address_of
from simulator.register.industries import INDUSTRIES, Industry
from simulator.register.statuses import LIVE_STATUSES, status_of
from simulator.register.uen import BRANCH, BUSINESS, LLP, LOCAL, PARTNERSHIP, check_letter, identity
from simulator.register.words import FIRST_WORDS, SECOND_WORDS

COLUMNS: tuple[str, ...] = (
    "uen",
    "issuance_agency_id",
    "entity_name",
    "entity_type_description",
    "business_constitution_description",
    "company_type_description",
    "paf_constitution_description",
    "entity_status_description",
    "registration_incorporation_date",
    "uen_issue_date",
    "address_type",
    "block",
    "street_name",
    "level_no",
    "unit_no",
    "building_name",
    "postal_code",
    "other_address_line1",
    "other_address_line2",
    "account_due_date",
    "annual_return_date",
    "primary_ssic_code",
    "primary_ssic_description",
    "primary_user_described_activity",
    "secondary_ssic_code",
    "secondary_ssic_description",
    "secondary_user_described_activity",
    "no_of_officers",
    *(f"former_entity_name{n}" for n in range(1, 16)),
    *(column for n in range(1, 6) for column in (f"uen_of_audit_firm{n}", f"name_of_audit_firm{n}")),
    "website",
)
DEFAULT_SEED = 65
TLD = ".example"

_NA = "na"
_WORD = 65_536
_TRADES = spread([(industry, industry.weight) for industry in INDUSTRIES], 8192)
_SUFFIXES = {
    LOCAL: spread((("PTE. LTD.", 85), ("PTE LTD", 8), ("PRIVATE LIMITED", 5), ("(S) PTE. LTD.", 2)), 64),
    BUSINESS: spread((("", 70), ("& CO.", 15), ("ENTERPRISE", 15)), 64),
    LLP: ("LLP",) * 64,
    BRANCH: spread((("LIMITED", 40), ("INC.", 30), ("GMBH", 15), ("B.V.", 15)), 64),
    PARTNERSHIP: ("LP",) * 64,
}
_COMPANY_TYPES = spread(
    (
        ("Exempt Private Company Limited by Shares", 780),
        ("Private Company Limited by Shares", 200),
        ("Public Company Limited by Guarantee", 12),
        ("Public Company Limited by Shares", 6),
        ("Unlimited Exempt Private Company", 2),
    ),
    1024,
)
_AUDITORS = tuple(
    (body + check_letter(body), f"{FIRST_WORDS[n * 37]} ASSURANCE LLP")
    for n, body in enumerate(f"T{8 + n % 15:02d}LL{n * 83 + 7:04d}" for n in range(40))
)
_NO_FORMER_NAMES = (_NA,) * 14
_NO_AUDITORS = (_NA,) * 8
_NO_AUDITOR = (_NA, _NA)
# How many of 65,536 draws say yes.
_SITES_LIVE = round(0.6 * _WORD)
_SITES_GONE = round(0.01 * _WORD)
_SITES_UNLISTED = round(0.4 * _WORD)
_SECOND_WORD = round(0.8 * _WORD)
_SECOND_TRADE = round(0.56 * _WORD)
_RENAMED = round(0.11 * _WORD)
_DESCRIBED = round(0.33 * _WORD)
_AUDITED = round(0.08 * _WORD)
_PARTNERS = round(0.17 * _WORD)
_SLUGS = {
    word: re.sub("[^a-z]+", "-", word.lower()).strip("-") for industry in INDUSTRIES for word in industry.name_words
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class RegistryCompany:
    """A company's entry in the register. `website` is a bare domain, or `None`.

    `unlisted_website` is what the register does not say: the site of a live company that has none in it.
    """

    index: int
    uen: str
    name: str
    entity_type: str
    status: str
    registered_on: str
    address: str
    postal_code: str
    primary_ssic_code: str
    secondary_ssic_code: str | None
    website: str | None
    unlisted_website: str | None

    @property
    def live(self) -> bool:
        """Whether the company is live."""
        return self.status in LIVE_STATUSES


#: The agency that issued the UENs: a loader can tell these companies from real ones.
INVENTED = "INVENTED"


def rows(count: int, seed: int) -> Iterator[tuple[str, ...]]:
    """Yields the first `count` companies, each as the texts of `COLUMNS`; missing values are `na`.

    Raises ValueError past the end.
    """
    return map(_row, range(count), repeat(seed))


def company(index: int, seed: int) -> RegistryCompany:
    """Builds the company with this index alone: the row of `rows` at that place."""
    row = dict(zip(COLUMNS, _row(index, seed), strict=True))
    unit = f"#{row['level_no']}-{row['unit_no']}" if row["level_no"] != _NA else _NA
    is_live = row["entity_status_description"] in LIVE_STATUSES
    parts = (f"{row['block']} {row['street_name']}", unit, row["building_name"])
    return RegistryCompany(
        index=index,
        uen=row["uen"],
        name=row["entity_name"],
        entity_type=row["entity_type_description"],
        status=row["entity_status_description"],
        registered_on=row["registration_incorporation_date"],
        address=", ".join(part for part in parts if part != _NA),
        postal_code=row["postal_code"],
        primary_ssic_code=row["primary_ssic_code"],
        secondary_ssic_code=None if row["secondary_ssic_code"] == _NA else row["secondary_ssic_code"],
        website=None if row["website"] == _NA else row["website"],
        unlisted_website=_unlisted(index, seed) if row["website"] == _NA and is_live else None,
    )


def stem_of(index: int, seed: int) -> str:
    """Returns the company's name without its legal form, faster than by building the company."""
    _, _, _, stem = _named(draws(seed, b"company", index))
    return stem


def _unlisted(index: int, seed: int) -> str | None:
    drawn = draws(seed, b"company", index)
    _, first_word, trade_word, _ = _named(drawn)
    return _host(first_word, trade_word, index) if drawn[19] < _SITES_UNLISTED else None


def _named(drawn: tuple[int, ...]) -> tuple[Industry, str, str, str]:
    """Builds the trade, the first word of the name, the word of the trade, and the name without its legal form."""
    industry = _TRADES[drawn[0] & 8191]
    first_word = FIRST_WORDS[drawn[3] % len(FIRST_WORDS)]
    trade_word = industry.name_words[drawn[5] % len(industry.name_words)]
    if drawn[4] < _SECOND_WORD:
        return (
            industry,
            first_word,
            trade_word,
            f"{first_word} {SECOND_WORDS[drawn[4] % len(SECOND_WORDS)]} {trade_word}",
        )
    return industry, first_word, trade_word, f"{first_word} {trade_word}"


def _host(first_word: str, trade_word: str, index: int) -> str:
    return f"{first_word.lower()}-{_SLUGS[trade_word]}-{_base36(index)}{TLD}"


def index_of(host: str) -> int | None:
    """Returns the index in a website's host name; whether such a company exists is not checked."""
    stem = host.removesuffix(TLD)
    if stem == host:
        return None
    tail = stem.rpartition("-")[2]
    return int(tail, 36) if tail and all(digit in _DIGITS for digit in tail) and len(tail) <= 6 else None


def _base36(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits


def _row(index: int, seed: int) -> tuple[str, ...]:
    drawn = draws(seed, b"company", index)
    _, fate, cause, _, _, _, suffix, where, detail, unit = drawn[:10]
    other, has_other, renamed, has_site, described, officers, form, audited, partners = drawn[10:19]
    kind, uen, year, date = identity(index, seed)
    industry, first_word, trade_word, stem = _named(drawn)
    name = f"{stem} {_SUFFIXES[kind][suffix & 63]}".rstrip()
    status = status_of(kind, year, fate, cause)
    live = status in LIVE_STATUSES
    block, street, level, unit_no, building, postal_code = address_of(industry.code, year, where, detail, unit)
    form_of_company = constitution = due = returned = _NA
    auditor = _NO_AUDITOR
    if kind is LOCAL:
        form_of_company = _COMPANY_TYPES[form & 1023]
        if live:
            due, returned = f"2026-{form % 12 + 1:02d}-28", f"2025-{officers % 12 + 1:02d}-15"
        if audited < _AUDITED:
            auditor = _AUDITORS[audited % len(_AUDITORS)]
    elif kind is BUSINESS:
        constitution = "Partnership" if partners < _PARTNERS else "Sole-Proprietor"
    second_code = _NA
    if has_other < _SECOND_TRADE:
        candidate = _TRADES[other & 8191]
        second_code = candidate.code if candidate is not industry else _NA
    known = (
        uen,
        INVENTED,
        name,
        kind,
        constitution,
        form_of_company,
        _NA,
        status,
        date,
        date,
        "LOCAL",
        block,
        street,
        level,
        unit_no,
        building,
        postal_code,
        _NA,
        _NA,
        due,
        returned,
        industry.code,
        _own_words(industry) if described < _DESCRIBED else _NA,
        _NA,
        second_code,
        _NA,
        _NA,
        str(officers % 4 + 1),
        f"{FIRST_WORDS[renamed * 7 % len(FIRST_WORDS)]} {trade_word}" if renamed < _RENAMED else _NA,
    )
    website = _NA
    if has_site < (_SITES_LIVE if live else _SITES_GONE):
        website = _host(first_word, trade_word, index)
    return known + _NO_FORMER_NAMES + auditor + _NO_AUDITORS + (website,)


def _own_words(industry: Industry) -> str:
    return f"{industry.trade} ({industry.offers[0]})".upper()
