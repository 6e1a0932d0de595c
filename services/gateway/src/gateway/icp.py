"""A tenant's ideal customer profile: whom it looks for. The gateway's own table, `icp_rules`.

Industries are kept as codes with their version (`2020:25`), since some mean another thing in the next version of SSIC.
A code without one, as it was kept once, means that code in every version.
"""

import re
from collections.abc import Sequence
from datetime import datetime

from common.contracts import Icp, Industry
from common.postgres import Connection
from gateway.classification import Known, versioned
from gateway.problems import Problem
from gateway.wording import one_of
from industries.editions import explicit

FIND = """
    SELECT industries, employees_from, employees_to, age_from, age_to, districts, technologies
      FROM icp_rules WHERE tenant_id = tenant()
"""

BEGIN_WITH = "INSERT INTO icp_rules (tenant_id) VALUES (tenant()) ON CONFLICT DO NOTHING"

# The clock is read once the row is locked: of two changes the later one has the later time, whatever the clocks do.
CHANGE = """
    UPDATE icp_rules
       SET industries = $1, employees_from = $2, employees_to = $3, age_from = $4, age_to = $5, districts = $6,
           technologies = $7, updated_at = greatest(clock_timestamp(), updated_at + interval '1 microsecond')
     WHERE tenant_id = tenant()
       AND (industries, employees_from, employees_to, age_from, age_to, districts, technologies)
           IS DISTINCT FROM ($1::text[], $2::int, $3::int, $4::int, $5::int, $6::text[], $7::text[])
 RETURNING updated_at
"""

#: Entries that a list may have, and codes that the industries may come to: each costs every search a little.
MOST_ENTRIES, MOST_CODES = 50, 100

#: Singapore's postal districts, https://www.ura.gov.sg/realEstateIIWeb/resources/misc/list_of_postal_districts.htm
DISTRICTS = tuple(f"{number:02}" for number in range(1, 29))

_VERSIONED = re.compile(r"[0-9]{4}:[0-9A-Za-z]+")


async def find(tx: Connection) -> Icp:
    """Whom this tenant looks for; one that asks for nothing where it has not said."""
    row = await tx.fetchrow(FIND)
    return Icp() if row is None else Icp(**row)


async def save(tx: Connection, icp: Icp) -> datetime | None:
    """Replaces the tenant's ICP. The time of the change, later than any before; None where it says the same already."""
    await tx.execute(BEGIN_WITH)
    changed_at: datetime | None = await tx.fetchval(
        CHANGE,
        icp.industries,
        icp.employees_from,
        icp.employees_to,
        icp.age_from,
        icp.age_to,
        icp.districts,
        icp.technologies,
    )
    return changed_at


def district_of(given: str) -> str:
    """A postal district as it is kept: `01`. Raises ValueError with those that there are."""
    district = given.strip().zfill(2)
    if district not in DISTRICTS:
        raise ValueError(f"{given!r} is no postal district of Singapore: those are {DISTRICTS[0]} to {DISTRICTS[-1]}")
    return district


def each_once(names: Sequence[str]) -> list[str]:
    """In order of the alphabet; of spellings that differ in case alone the first one is kept."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.casefold(), name)
    return [spelled[name] for name in sorted(spelled)]


def codes_of(entries: Sequence[str], known: Known) -> list[str]:
    """The codes that the entries name, each with its version and once; what it returns may be given to it again.

    An entry is a code with its version; or a code or words, which are of every loaded version in which they mean that.
    Raises Problem 422 that names the first entry that is none of these, or says that they come to too many.
    """
    codes = list(dict.fromkeys(versioned(industry) for entry in entries for industry in _named(entry, known)))
    if len(codes) > MOST_CODES:
        raise Problem(
            422,
            "Too many industries",
            f"These come to {len(codes)} codes, and an ICP holds {MOST_CODES}: name fewer and broader industries.",
        )
    return codes


def _named(entry: str, known: Known) -> Sequence[Industry]:
    code = entry.upper()
    if _VERSIONED.fullmatch(code):
        if industries := known.named(code):
            return industries
        raise Problem(
            422, "Industry not understood", f"{entry!r} is no code here. Leave the version out, or use words."
        )
    if meant := explicit(code, known.hierarchy):
        return [known.hierarchy.industry(key) for key in meant]
    resolution = known.index.resolve([entry])
    if resolution.excluded or resolution.founded_since:
        raise Problem(
            422, "Industry not understood", f"{entry!r} says more than an industry: an ICP names industries alone."
        )
    if not resolution.industries:
        nearest = one_of(resolution.suggestions)
        hint = (
            f"Did you mean {nearest}?"
            if nearest
            else "Give a code, such as 25, or words, such as precision engineering."
        )
        raise Problem(422, "Industry not understood", f"{entry!r} names no industry. {hint}")
    return resolution.industries
