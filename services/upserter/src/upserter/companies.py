"""The shared table `companies`: what the register says of a company, one row per UEN, the same for every tenant.

A known value is never erased by a missing one. `last_seen` moves each time, `updated_at` only when content did.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.contracts import Company
from common.postgres import Connection

#: Rows go in sorted by UEN: of two transactions that meet in the same companies one waits, and neither deadlocks.
UPSERT = """
    INSERT INTO companies AS known (
           uen, name, entity_type, status, incorporated_on, industry_code, industry_norm, secondary_industry_code,
           address, postal_code, website_domain)
    SELECT uen, name, entity_type, status, incorporated_on, industry_code, industry_norm, secondary_industry_code,
           address, postal_code, website_domain
      FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[], $6::text[], $7::text[], $8::text[],
                  $9::text[], $10::text[], $11::text[])
           AS fresh (uen, name, entity_type, status, incorporated_on, industry_code, industry_norm,
                     secondary_industry_code, address, postal_code, website_domain)
     ORDER BY uen
    ON CONFLICT (uen) DO UPDATE
       SET name = excluded.name,
           entity_type = coalesce(excluded.entity_type, known.entity_type),
           status = coalesce(excluded.status, known.status),
           incorporated_on = coalesce(excluded.incorporated_on, known.incorporated_on),
           industry_code = coalesce(excluded.industry_code, known.industry_code),
           industry_norm = coalesce(excluded.industry_norm, known.industry_norm),
           secondary_industry_code = coalesce(excluded.secondary_industry_code, known.secondary_industry_code),
           address = coalesce(excluded.address, known.address),
           postal_code = coalesce(excluded.postal_code, known.postal_code),
           website_domain = coalesce(excluded.website_domain, known.website_domain),
           last_seen = now(),
           updated_at = CASE
               WHEN excluded.name = known.name
                AND coalesce(excluded.entity_type = known.entity_type, excluded.entity_type IS NULL)
                AND coalesce(excluded.status = known.status, excluded.status IS NULL)
                AND coalesce(excluded.incorporated_on = known.incorporated_on, excluded.incorporated_on IS NULL)
                AND coalesce(excluded.industry_code = known.industry_code, excluded.industry_code IS NULL)
                AND coalesce(excluded.industry_norm = known.industry_norm, excluded.industry_norm IS NULL)
                AND coalesce(excluded.secondary_industry_code = known.secondary_industry_code,
                             excluded.secondary_industry_code IS NULL)
                AND coalesce(excluded.address = known.address, excluded.address IS NULL)
                AND coalesce(excluded.postal_code = known.postal_code, excluded.postal_code IS NULL)
                AND coalesce(excluded.website_domain = known.website_domain, excluded.website_domain IS NULL)
               THEN known.updated_at ELSE now() END
 RETURNING new.company_id, new.uen, new.name, new.entity_type, new.status, new.incorporated_on, new.industry_code,
           new.industry_norm, new.secondary_industry_code, new.address, new.postal_code, new.website_domain,
           old.company_id IS NULL AS inserted,
           old.company_id IS NULL OR old.updated_at <> new.updated_at AS changed
"""


@dataclass(frozen=True, slots=True)
class Upserted:
    """A company as it stands now, and what the upsert did: `changed` is true of new ones too."""

    company: Company
    inserted: bool
    changed: bool


async def upsert(tx: Connection, companies: Sequence[Company]) -> list[Upserted]:
    """Writes the companies in one statement and returns them as they stand now, in the order given.

    Their `company_id` is not looked at; of several with one UEN the last holds. May be repeated.
    """
    by_uen = {company.uen: company for company in companies}
    columns = zip(*(_row(by_uen[uen]) for uen in sorted(by_uen)), strict=True)
    rows = await tx.fetch(UPSERT, *columns) if by_uen else []
    written = {}
    for row in rows:
        *facts, inserted, changed = row.items()
        written[row["uen"]] = Upserted(Company(**dict(facts)), inserted=inserted[1], changed=changed[1])
    return [written[uen] for uen in by_uen]


def _row(company: Company) -> tuple[object, ...]:
    return (
        company.uen,
        company.name,
        company.entity_type,
        company.status,
        company.incorporated_on,
        company.industry_code,
        company.industry_norm,
        company.secondary_industry_code,
        company.address,
        company.postal_code,
        company.website_domain,
    )
