-- The order of the candidates' list itself, for pages without a filter and for those of a name that very many begin with.
CREATE INDEX listed_candidates_newest ON listed_companies (tenant_id, updated_at, company_id)
    INCLUDE (until, facet, score, industry, name_key) WHERE is_candidate;
