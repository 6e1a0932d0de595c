-- without transaction
-- The indexes that have an order of a list get the names: a page of a name that many companies begin with goes through one
-- of them in order, and read a row of the table for each company on its way. `is_candidate` keeps such a page from the index
-- of names, which does not have it. The older indexes go: they have nothing more.
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
