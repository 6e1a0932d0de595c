"""A million candidates and scores over twenty tenants, written as the services write them; the gateway makes its lists.

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
#: $1 the tenant.
CANDIDATES = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id)
    SELECT $1::int, company_id, gen_random_uuid() FROM companies WHERE company_id % $2::int = $1::int - 1
"""
SCORES = """
    INSERT INTO lead_scores
        (tenant_id, company_id, score, bucket, rationale, model_version, enriched_at, confidence, has_icp)
    SELECT $1::int, company_id, score,
           CASE WHEN score >= 0.66 THEN 'High' WHEN score >= 0.33 THEN 'Medium' ELSE 'Low' END,
           'Its industry matches your ICP; hiring 4 roles (careers page); verified email of the COO', '2026-11-2',
           now(), 0.75, true
      FROM (SELECT company_id, company_id * 7717 % 9973 / 10000.0 AS score FROM companies
             WHERE company_id % $2::int = $1::int - 1 AND company_id / 20 % 10 >= 3) AS scored
"""
CONTACTS = """
    INSERT INTO contacts (tenant_id, company_id, kind, value, source_url, status)
    SELECT $1::int, company_id, 'email', 'info@' || website_domain, 'http://' || website_domain, 'valid' FROM companies
     WHERE company_id % $2::int = $1::int - 1 AND company_id / 20 % 5 = 0
"""


#: A note for the lists of each 5,000 companies, as of a job's batches, instead of three by triggers of 50,000.
NOTES = """
    INSERT INTO list_changes (tenant_id, company_ids)
    SELECT tenant_id, array_agg(company_id) FROM icp_candidate_companies GROUP BY tenant_id, company_id / 100_000
"""


async def fill(owner: Owner, database_url: str, companies: int) -> None:
    """Fills a migrated database. The lists are made when a gateway starts."""
    await seed_ssic(database_url)
    await owner.execute("SET session_replication_role = replica")  # without the triggers
    await owner.execute(COMPANIES, companies, timeout=1800)
    for tenant in range(1, TENANTS + 1):
        await add_tenant(database_url, tenant, f"Tenant {tenant}")
        for statement in (CANDIDATES, SCORES, CONTACTS):
            await owner.execute(statement, tenant, TENANTS, timeout=600)
    await owner.execute("RESET session_replication_role")
    await owner.execute(NOTES, timeout=600)
    await tidy(owner)


async def tidy(owner: Owner) -> None:
    """Does what autovacuum does within minutes."""
    tables = "companies, icp_candidate_companies, lead_scores, contacts, listed_companies, list_changes"
    await owner.execute(f"VACUUM ANALYZE {tables}", timeout=1800)
