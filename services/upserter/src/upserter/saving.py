"""Makes entries of the register a tenant's companies: normalised, upserted, and its candidates."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from common.postgres import Connection
from upserter import candidates, companies
from upserter.companies import Upserted
from upserter.normalising import normalise
from upserter.register import Match


async def save(tx: Connection, matches: Sequence[Match], titles: Mapping[str, str], job_id: UUID) -> list[Upserted]:
    """Saves the matches, in their order. `titles` names the industries, `job_id` the request that found them."""
    saved = await companies.upsert(tx, [normalise(match.entry, titles) for match in matches])
    await candidates.add(tx, [each.company.company_id for each in saved], job_id=job_id)
    return saved
