-- without transaction
-- The order of the candidates' list itself, for pages without a filter and for those of a name that very many begin with.
-- `facet >= 0` is always true. Only statements that say so can use the index: for the others PostgreSQL would take it, too,
-- in a plan for all parameters, and read all of a tenant's candidates for those of a rare facet.
CREATE INDEX CONCURRENTLY IF NOT EXISTS listed_candidates_newest ON listed_companies (tenant_id, updated_at, company_id)
    INCLUDE (until, facet, score, industry, name_key) WHERE is_candidate AND facet >= 0;
