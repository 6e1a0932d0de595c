"""A tenant's ideal customer profile: whom it looks for. For now its industries; the gateway's own table.

They are kept as codes with their version (`2020:25`), since some mean another thing in the next version of SSIC. A code
without one, as it was kept once, means that code in every version.
"""

import re
from collections.abc import Sequence

from common.contracts import Industry
from common.postgres import Connection
from gateway.classification import Known, versioned
from gateway.problems import Problem
from gateway.wording import one_of
from industries.editions import explicit

FIND = "SELECT industries FROM icp_rules WHERE tenant_id = tenant()"

SAVE = """
    INSERT INTO icp_rules (tenant_id, industries) VALUES (tenant(), $1)
    ON CONFLICT (tenant_id) DO UPDATE SET industries = excluded.industries, updated_at = now()
"""

#: Entries that an ICP may be given as, and codes that it may come to: each costs every search a little.
MOST_ENTRIES, MOST_CODES = 50, 100

_VERSIONED = re.compile(r"[0-9]{4}:[0-9A-Za-z]+")


async def find(tx: Connection) -> list[str]:
    """The codes that this tenant's ICP names; none for a tenant without one."""
    return list(await tx.fetchval(FIND) or ())


async def save(tx: Connection, codes: Sequence[str]) -> None:
    """Replaces the codes that this tenant's ICP names."""
    await tx.execute(SAVE, list(codes))


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
