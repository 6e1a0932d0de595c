"""A tenant's ideal customer profile: whom it looks for. For now its industries, as codes; the gateway's own table."""

from collections.abc import Sequence

from common.postgres import Connection
from gateway.classification import Known
from gateway.problems import Problem
from gateway.wording import one_of

FIND = "SELECT industries FROM icp_rules WHERE tenant_id = tenant()"

SAVE = """
    INSERT INTO icp_rules (tenant_id, industries) VALUES (tenant(), $1)
    ON CONFLICT (tenant_id) DO UPDATE SET industries = excluded.industries, updated_at = now()
"""


async def find(tx: Connection) -> list[str]:
    """The codes that this tenant's ICP names; none for a tenant without one."""
    return list(await tx.fetchval(FIND) or ())


async def save(tx: Connection, codes: Sequence[str]) -> None:
    """Replaces the codes that this tenant's ICP names."""
    await tx.execute(SAVE, list(codes))


def codes_of(entries: Sequence[str], known: Known) -> list[str]:
    """The codes that the entries name, each once: an entry is a code of SSIC, or words that resolve.

    Raises Problem 422 that names the first entry that is neither.
    """
    return list(dict.fromkeys(code for entry in entries for code in _codes_of(entry, known)))


def _codes_of(entry: str, known: Known) -> list[str]:
    if entry.upper() in known.by_code:
        return [entry.upper()]
    resolution = known.index.resolve([entry])
    if resolution.excluded or resolution.founded_since:
        raise Problem(
            422, "Industry not understood", f"{entry!r} says more than an industry: an ICP names industries alone."
        )
    if not resolution.industries:
        meant = one_of(resolution.suggestions)
        hint = (
            f"Did you mean {meant}?" if meant else "Give a code, such as 25, or words, such as precision engineering."
        )
        raise Problem(422, "Industry not understood", f"{entry!r} names no industry. {hint}")
    return [industry.code for industry in resolution.industries]
