"""A million candidates and scores of twenty tenants, in the form that the services write, with their lists.

Names are made of two words of a list, industries are those of SSIC with few large and many small ones, three in ten
candidates have no score yet, and one in five has a verified e-mail address.
"""

from typing import TypeAlias

import asyncpg

from leadgen.ssic import seed_ssic
from leadgen.tenants.tenants import add_tenant

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TENANTS = 20

#: $1 the number of companies. Words: 40 first ones, 60 second ones. The industry is found by a number that is cast to
#: bigint: so it is a hash join, and not every company compared with every industry.
COMPANIES = """
    WITH industry AS MATERIALIZED (
        SELECT code, name, version, row_number() OVER (ORDER BY code) AS place
          FROM ssic_ref WHERE level = 'subclass' AND version = (SELECT max(version) FROM ssic_ref)
    ), numbered AS (
        SELECT n, 1 + floor((SELECT count(*) FROM industry)
                            * power((n::bigint * 7919 % 10007)::float8 / 10007, 2))::bigint AS place
          FROM generate_series(1, $1::int) AS n
    )
    INSERT INTO companies (company_id, uen, name, status, industry_code, industry_norm, ssic_version, website_domain)
    OVERRIDING SYSTEM VALUE
    SELECT n, 'T' || lpad(n::text, 9, '0'),
           initcap(left(md5((n * 7 % 40)::text), 6) || ' ' || left(md5((n * 13 % 60)::text), 5)) || ' ' || n
               || ' Pte. Ltd.',
           'live', industry.code, industry.name, industry.version, 'site' || n || '.sg'
      FROM numbered JOIN industry USING (place)
"""
#: $1 the number of tenants. Each has the companies of one remainder.
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT 1 + company_id % $1::int, company_id, gen_random_uuid() FROM companies ORDER BY 1, 2
"""
SCORES = """
    INSERT INTO lead_scores
        (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at, confidence, has_icp)
    SELECT 1 + company_id % $1::int, company_id, score,
           CASE WHEN score >= 0.66 THEN 'High' WHEN score >= 0.33 THEN 'Medium' ELSE 'Low' END,
           'Its industry matches your ICP; hiring 4 roles (careers page); verified email of the COO', '2026-11-2',
           now(), 0.75, true
      FROM (SELECT company_id, company_id * 7717 % 9973 / 10000.0 AS score FROM companies
             WHERE company_id / 20 % 10 >= 3) AS scored ORDER BY 1, 2
"""
CONTACTS = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, source_url, status)
    SELECT 1 + company_id % $1::int, company_id, 'email', 'info@' || website_domain, 'http://' || website_domain,
           'valid'
      FROM companies WHERE company_id / 20 % 5 = 0 ORDER BY 1, 2
"""
#: Tenants whose lists the gateway makes, as it makes them all; the rows of the others are written as it writes them.
LISTED_BY_THE_GATEWAY = (2, 3)
#: With the items as gateway/lists/items.py makes them.
LISTED = """
    INSERT INTO listed_companies
           (tenant_id, company_id, updated_at, is_candidate, facet, score, industry, name_key, candidate, lead)
    SELECT tenant_id, company_id, listed_at, true, facet, score, ssic_version || ':' || industry_code, name_key(name),
           (SELECT row_to_json(made)::text FROM (
               SELECT company_id, uen, name, status, industry_code, industry_norm, website_domain, bucket, score,
                      facet % 2 = 1 AS has_verified_email, listed_at AS updated_at) AS made),
           CASE WHEN score IS NOT NULL THEN (SELECT row_to_json(made)::text FROM (
               SELECT company_id, uen, name, industry_norm, website_domain, score, bucket, confidence, has_icp,
                      rationale, model_version, enriched_at, scored_at AS updated_at) AS made) END
      FROM (SELECT company.*, it.tenant_id, now() + company_id / 100_000 * interval '1 ms' AS listed_at,
                   lead.score, lead.bucket, lead.confidence, lead.has_icp, lead.rationale, lead.model_version,
                   lead.enriched_at, lead.updated_at AS scored_at,
                   (CASE lead.bucket WHEN 'High' THEN 6 WHEN 'Medium' THEN 4 WHEN 'Low' THEN 2 ELSE 0 END
                    + (contact.company_id IS NOT NULL)::int)::smallint AS facet
              FROM icp_candidate_companies AS it
              JOIN companies AS company USING (company_id)
              LEFT JOIN lead_scores AS lead USING (tenant_id, company_id)
              LEFT JOIN contacts AS contact USING (tenant_id, company_id)
             WHERE it.tenant_id <> ALL ($1::int[])) AS listed
     ORDER BY 1, 2
"""
CLOCK = "INSERT INTO list_clocks (tenant_id, at) SELECT tenant_id, max(updated_at) FROM listed_companies GROUP BY 1"
#: A note for the lists of each 5,000 companies, as of a job's batches, instead of three by triggers of 50,000.
NOTES = """
    INSERT INTO list_changes (tenant_id, company_ids)
    SELECT tenant_id, array_agg(company_id) FROM icp_candidate_companies WHERE tenant_id = ANY ($1::int[])
     GROUP BY tenant_id, company_id / 100_000
"""
TABLES = ("companies", "icp_candidate_companies", "lead_scores", "contacts", "listed_companies", "list_changes")
#: Indexes that are made anew after the tables are filled, which takes less time: all but those of constraints.
INDEXES = """
    SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index
     WHERE indrelid = ANY ($1::text[]::regclass[])
       AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid)
"""


async def fill(owner: Owner, database_url: str, companies: int) -> int:
    """Fills a migrated database. Returns the number of companies whose lists a gateway builds at its start."""
    await seed_ssic(database_url)
    indexes = await owner.fetch(INDEXES, TABLES)
    for index in indexes:
        await owner.execute(f"DROP INDEX {index['name']}")
    for tenant in range(1, TENANTS + 1):
        await add_tenant(database_url, tenant, f"Tenant {tenant}")
    await owner.execute("SET session_replication_role = replica")  # without the triggers
    await owner.execute(COMPANIES, companies, timeout=1800)
    for statement in (CANDIDATES, SCORES, CONTACTS):
        await owner.execute(statement, TENANTS, timeout=1800)
    await tidy(owner)  # else the lists are planned for empty tables
    await owner.execute(LISTED, LISTED_BY_THE_GATEWAY, timeout=1800)
    await owner.execute(CLOCK, timeout=1800)
    await owner.execute("RESET session_replication_role")
    await owner.execute(NOTES, LISTED_BY_THE_GATEWAY, timeout=1800)
    for index in indexes:
        await owner.execute(index["definition"], timeout=1800)
    await tidy(owner)
    return companies * len(LISTED_BY_THE_GATEWAY) // TENANTS


async def tidy(owner: Owner) -> None:
    """Runs the maintenance that autovacuum does within minutes."""
    await owner.execute(f"VACUUM ANALYZE {', '.join(TABLES)}", timeout=1800)
