-- The gateway's lists of a tenant's candidates and leads, in columns that can be filtered and sorted by index. They are
-- kept a moment behind the tables that they are made of (ADR 0023): a job that wrote them itself would take twice as long.

-- Versions of a company in its tenant's lists. A row whose content changes gets an end and a successor, so that whoever
-- is reading a list page by page goes on reading the list as it was. Ended versions are deleted after an hour.
CREATE TABLE listed_companies (
    tenant_id    int NOT NULL,
    company_id   bigint NOT NULL,
    updated_at   timestamptz NOT NULL,           -- of this version; see list_clocks
    until        timestamptz NOT NULL DEFAULT 'infinity', -- updated_at of its successor
    is_candidate boolean NOT NULL,               -- else it is only a lead
    facet        smallint NOT NULL,              -- 0 no score, 2 Low, 4 Medium, 6 High; one more with a verified e-mail address
    score        double precision,
    industry     text COLLATE "C",               -- the primary SSIC code with its version: 2020:62011
    name_key     text COLLATE "C" NOT NULL,      -- see name_key()
    PRIMARY KEY (tenant_id, company_id, updated_at)
) WITH (fillfactor = 90, autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_insert_scale_factor = 0.05);
CALL keep_tenants_apart('listed_companies');

-- All are read backwards. What follows INCLUDE saves reading rows that are not on the page.
CREATE INDEX listed_candidates ON listed_companies (tenant_id, facet, updated_at, company_id)
    INCLUDE (until, score) WHERE is_candidate;
CREATE INDEX listed_candidates_by_industry ON listed_companies (tenant_id, industry, facet, updated_at, company_id)
    INCLUDE (until, score) WHERE is_candidate;
CREATE INDEX listed_candidates_by_name ON listed_companies (tenant_id, name_key)
    INCLUDE (updated_at, company_id, until, facet, industry, score) WHERE is_candidate;
CREATE INDEX listed_leads ON listed_companies (tenant_id, score, company_id)
    INCLUDE (updated_at, until, facet) WHERE score IS NOT NULL;
CREATE INDEX listed_leads_by_industry ON listed_companies (tenant_id, industry, score, company_id)
    INCLUDE (updated_at, until, facet) WHERE score IS NOT NULL;
CREATE INDEX listed_companies_ended ON listed_companies (tenant_id, until) WHERE until < 'infinity';

-- The time of a tenant's newest versions. They get it while they hold this row, so it never runs ahead of what is
-- committed: a list "as of" it is complete.
CREATE TABLE list_clocks (
    tenant_id int PRIMARY KEY,
    at        timestamptz NOT NULL DEFAULT 'epoch'
) WITH (fillfactor = 50);
CALL keep_tenants_apart('list_clocks');

-- Companies whose rows in the lists may be out of date, one note per statement. Tenant 0: any tenant that has them.
-- Plumbing, without row-level security, as the outbox is.
CREATE TABLE list_changes (
    tenant_id   int NOT NULL,
    id          bigint GENERATED ALWAYS AS IDENTITY,
    company_ids bigint[] NOT NULL,
    noted_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000);

GRANT SELECT, INSERT, UPDATE, DELETE ON listed_companies, list_clocks, list_changes TO leadgen_service;

-- Triggers, so that no writer of these tables can forget the note. One per statement costs a job 1 to 2 % of its time.
CREATE FUNCTION note_list_changes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO list_changes (tenant_id, company_ids)
    SELECT tenant_id, array_agg(company_id) FROM changed GROUP BY tenant_id;
    RETURN NULL;
END $$;
CREATE TRIGGER list_of_inserted AFTER INSERT ON icp_candidate_companies
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_list_changes();
CREATE TRIGGER list_of_inserted AFTER INSERT ON lead_scores
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_list_changes();
CREATE TRIGGER list_of_updated AFTER UPDATE ON lead_scores
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_list_changes();
CREATE TRIGGER list_of_inserted AFTER INSERT ON contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_list_changes();
CREATE TRIGGER list_of_updated AFTER UPDATE ON contacts
    REFERENCING NEW TABLE AS changed FOR EACH STATEMENT EXECUTE FUNCTION note_list_changes();

CREATE FUNCTION note_company_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO list_changes (tenant_id, company_ids) VALUES (0, ARRAY[new.company_id]);
    RETURN NULL;
END $$;
-- Every job updates last_seen of every company: the condition keeps the function from being called for that.
CREATE TRIGGER list_of_updated AFTER UPDATE ON companies FOR EACH ROW
    WHEN (old.name IS DISTINCT FROM new.name OR old.industry_code IS DISTINCT FROM new.industry_code
          OR old.ssic_version IS DISTINCT FROM new.ssic_version)
    EXECUTE FUNCTION note_company_change();

-- A name as the lists search it: lower case, letters and digits with single spaces between the words. A key of an index
-- has a largest size, a name has not.
CREATE FUNCTION name_key(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN left(btrim(regexp_replace(lower(name), '[^[:alnum:]]+', ' ', 'g')), 100);

-- What is there already, a thousand companies to a note.
ALTER TABLE icp_candidate_companies NO FORCE ROW LEVEL SECURITY; -- for the owner, here
ALTER TABLE lead_scores NO FORCE ROW LEVEL SECURITY;
INSERT INTO list_changes (tenant_id, company_ids)
SELECT tenant_id, array_agg(company_id)
  FROM (SELECT tenant_id, company_id FROM icp_candidate_companies UNION SELECT tenant_id, company_id FROM lead_scores) AS it
 GROUP BY tenant_id, company_id / 1000;
ALTER TABLE icp_candidate_companies FORCE ROW LEVEL SECURITY;
ALTER TABLE lead_scores FORCE ROW LEVEL SECURITY;
