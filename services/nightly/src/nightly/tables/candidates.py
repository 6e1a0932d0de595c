"""Candidates of a tenant for a selection, from the tables of the upserter, enricher and scorer.

Companies whose last selection is still under way are left out: they go on by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import asyncpg

from common.contracts import Company
from common.postgres import Connection
from common.singapore.districts import sectors_of
from nightly.model import midnight_of
from nightly.plan.selection import Candidate

#: Columns of `companies`, which have the names of the contract.
COMPANY = tuple(Company.model_fields)
_COMPANY = ", ".join("coalesce(c.uen, no_uen(c.name)) AS uen" if it == "uen" else f"c.{it}" for it in COMPANY)

# $1 the night, $2 sectors of the ICP's districts. A company fits the ICP by what the register says; without one all do.
_KNOWN = """
    WITH RECURSIVE icp AS MATERIALIZED (
        SELECT industries, age_from, age_to, districts FROM icp_rules WHERE tenant_id = tenant()),
    codes (version, code) AS (
        SELECT ref.version, ref.code FROM icp CROSS JOIN LATERAL unnest(industries) AS asked (given)
          JOIN ssic_ref AS ref
            ON ref.code = substring(given FROM '[^:]*$') AND (given NOT LIKE '%:%' OR given LIKE ref.version || ':%')
         UNION
        SELECT below.version, below.code FROM codes JOIN ssic_ref AS below
            ON below.version = codes.version AND below.parent_code = codes.code),
    last AS MATERIALIZED (
        SELECT DISTINCT ON (company_id) company_id, night, state, dead_at, error,
               count(*) FILTER (WHERE night >= $1::date - 7) OVER (PARTITION BY company_id) AS tries
          FROM run_companies WHERE tenant_id = tenant() AND night <> $1 ORDER BY company_id, night DESC),
    known AS (
        SELECT c.company_id, k.created_at AS added_at, k.enriched_at, last.night AS selected_on, last.state,
               last.dead_at, last.error, coalesce(last.tries, 0) AS tries,
               coalesce((SELECT (industries = '{}' OR (c.ssic_version, c.industry_code) IN (SELECT * FROM codes)
                                 OR (c.ssic_version, c.secondary_industry_code) IN (SELECT * FROM codes))
                            AND (age_from IS NULL OR c.incorporated_on <= $1 - make_interval(years => age_from))
                            AND (age_to IS NULL OR c.incorporated_on > $1 - make_interval(years => age_to + 1))
                            AND (districts = '{}' OR left(c.postal_code, 2) = ANY($2::text[]))
                           FROM icp), NOT EXISTS (SELECT FROM icp)) AS fits
          FROM icp_candidate_companies AS k JOIN companies AS c USING (company_id) LEFT JOIN last USING (company_id)
         WHERE k.tenant_id = tenant() AND c.status = 'live')
"""

# The order of `selection`, so that the best of many thousand come, and how many there are.
FIND_NEW = f"""{_KNOWN}
    SELECT {_COMPANY}, added_at, c.updated_at, fits, domain_seen, total
      FROM (SELECT known.company_id, added_at, fits, count(*) OVER () AS total,
                   EXISTS (SELECT FROM companies AS other JOIN icp_candidate_companies AS k USING (company_id)
                            WHERE other.website_domain = of.website_domain AND k.tenant_id = tenant()
                              AND (k.enriched_at IS NOT NULL
                                   OR other.company_id IN (SELECT company_id FROM last))) AS domain_seen
              FROM known JOIN companies AS of USING (company_id)
             WHERE enriched_at IS NULL AND selected_on IS NULL) AS new
      JOIN companies AS c USING (company_id)
     ORDER BY fits DESC, CASE WHEN c.website_domain IS NULL THEN 1 WHEN domain_seen THEN 2 ELSE 0 END, added_at,
              c.incorporated_on DESC NULLS LAST, c.company_id
     LIMIT $3
"""

# What is under way is left out, unless it has not come back for days: a vendor step that was skipped for another reason
# than that nobody wants it cut an enrichment short, and so did a dead letter.
FIND_SEEN = f"""{_KNOWN}
    SELECT {_COMPANY}, added_at, c.updated_at, fits, selected_on, tries, known.enriched_at,
           features.enriched_at AS features_at, scores.bucket,
           CASE WHEN EXISTS (SELECT FROM contacts WHERE tenant_id = tenant() AND contacts.company_id = c.company_id)
                THEN known.enriched_at END AS contacts_at,
           CASE WHEN state = 'dead' THEN concat(dead_at, ': ', error)
                WHEN state IN ('requested', 'enriching') THEN 'it did not come back'
                ELSE visit.cut END AS cut,
           coalesce(state = 'dead', false) AS is_dead
      FROM known JOIN companies AS c USING (company_id)
      LEFT JOIN lead_features AS features ON features.tenant_id = tenant() AND features.company_id = known.company_id
      LEFT JOIN lead_scores AS scores ON scores.tenant_id = tenant() AND scores.company_id = known.company_id
      LEFT JOIN LATERAL (
           SELECT (SELECT string_agg(DISTINCT step ->> 'reason', '; ')
                     FROM jsonb_array_elements(run.steps) AS step
                    WHERE step ->> 'outcome' = 'skipped' AND step ->> 'reason' !~ $3) AS cut
             FROM company_enrichment_runs AS run
            WHERE run.tenant_id = tenant() AND run.company_id = known.company_id
            ORDER BY run.enriched_at DESC LIMIT 1) AS visit ON true
     WHERE (known.enriched_at IS NOT NULL OR selected_on IS NOT NULL)
       AND (state IS NULL OR selected_on < $1 - 3
            OR state NOT IN ('requested', 'enriching', 'scoring', 'syncing', 'odoo_waiting'))
"""
#: Reasons for which a step is skipped on purpose, or in vain.
ON_PURPOSE = "no key|switched off|website is not known|left out by SCHED_SKIP"

#: Companies by UEN or number that a manifest names, as far as they are candidates.
FIND_GIVEN = f"""
    SELECT {_COMPANY} FROM icp_candidate_companies AS k JOIN companies AS c USING (company_id)
     WHERE k.tenant_id = tenant()
       AND (c.company_id = ANY($1::bigint[]) OR coalesce(c.uen, no_uen(c.name)) = ANY($2::text[]))
"""


@dataclass(frozen=True)
class Found:
    """Candidates for the selection, and the total number of new ones."""

    candidates: list[Candidate]
    new: int


_OTHERS = [it.name for it in fields(Candidate) if it.name not in ("company", "is_domain_seen", "selected_at")]


async def find(tx: Connection, night: date, districts: Sequence[str], most: int) -> Found:
    """Finds all candidates that were enriched or selected before, and the first `most` of the new ones."""
    sectors = sectors_of(districts)
    new = await tx.fetch(FIND_NEW, night, sectors, most)
    seen = await tx.fetch(FIND_SEEN, night, sectors, ON_PURPOSE)
    candidates = [_candidate(row, is_domain_seen=row["domain_seen"]) for row in new]
    return Found([*candidates, *map(_candidate, seen)], new[0]["total"] if new else 0)


async def find_given(tx: Connection, company_ids: Sequence[int], uens: Sequence[str]) -> list[Company]:
    """Finds the tenant's candidates with these numbers or UENs."""
    return [_company(row) for row in await tx.fetch(FIND_GIVEN, company_ids, uens)]


def _company(row: "asyncpg.Record") -> Company:
    return Company(**{name: row[name] for name in COMPANY})


def _candidate(row: "asyncpg.Record", *, is_domain_seen: bool = False) -> Candidate:
    known = {name: row[name] for name in _OTHERS if name in row}
    selected_on = row.get("selected_on")
    return Candidate(
        _company(row),
        is_domain_seen=is_domain_seen,
        selected_at=None if selected_on is None else midnight_of(selected_on),
        **known,
    )
