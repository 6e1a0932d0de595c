-- without transaction
-- The indexes in the lists' orders get the names. A page of a name that many companies begin with reads one of them in its
-- order; without the name in it, each company on the way cost a row of the table. `is_candidate` keeps the planner from the
-- index of names for such a page, since that index lacks it. The four older indexes, which these replace, go.
CREATE INDEX CONCURRENTLY IF NOT EXISTS candidates_by_facet ON listed_companies
    (tenant_id, facet, updated_at, company_id)
    INCLUDE (until, score, name_key, is_candidate) WHERE is_candidate;
CREATE INDEX CONCURRENTLY IF NOT EXISTS candidates_by_industry ON listed_companies
    (tenant_id, industry, facet, updated_at, company_id)
    INCLUDE (until, score, name_key, is_candidate) WHERE is_candidate;
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_by_score ON listed_companies
    (tenant_id, score, company_id)
    INCLUDE (updated_at, until, facet, name_key, is_candidate) WHERE score IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS leads_by_industry ON listed_companies
    (tenant_id, industry, score, company_id)
    INCLUDE (updated_at, until, facet, name_key, is_candidate) WHERE score IS NOT NULL;
DROP INDEX CONCURRENTLY IF EXISTS listed_candidates;
DROP INDEX CONCURRENTLY IF EXISTS listed_candidates_by_industry;
DROP INDEX CONCURRENTLY IF EXISTS listed_leads;
DROP INDEX CONCURRENTLY IF EXISTS listed_leads_by_industry;
