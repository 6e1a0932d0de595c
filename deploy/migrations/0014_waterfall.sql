-- What the enricher's steps have found and bought.

-- Answers of vendors, by what was asked: none is paid for twice while it is fresh, whoever dies meanwhile. What is public
-- (searches, pages, what a model read on them) belongs to tenant 0 and serves all; what a tenant bought serves it alone.
CREATE TABLE vendor_answers (
    tenant_id    int NOT NULL,                  -- 0: public
    vendor       text NOT NULL,
    request_hash text NOT NULL,                 -- SHA-256 of the request, hex
    answer       json,                          -- NULL until the first answer is there
    answered_at  timestamptz,
    asker        uuid,                          -- who asks now, or did last
    asking_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (tenant_id, vendor, request_hash)
);
CALL keep_tenants_apart('vendor_answers');
GRANT SELECT, INSERT, UPDATE ON vendor_answers TO leadgen_service;

-- What is known of a company beyond the register, public: of each field the fact that wins (enricher/facts.py).
CREATE TABLE company_facts (
    company_id bigint NOT NULL REFERENCES companies,
    field      text NOT NULL,
    value      text NOT NULL,
    source_url text NOT NULL,
    method     text NOT NULL,                   -- schema.org, meta, page, ai, vendor
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    quote      text,
    found_at   timestamptz NOT NULL,
    PRIMARY KEY (company_id, field)
);
GRANT SELECT, INSERT, UPDATE ON company_facts TO leadgen_service;

-- What ZeroBounce said of an address, for the tenant that paid. Its own words.
CREATE TABLE email_verifications (
    tenant_id    int NOT NULL REFERENCES tenants,
    email        text NOT NULL,                 -- in lower case
    status       text,                          -- NULL until the first answer is there
    sub_status   text,
    did_you_mean text,
    is_free      boolean,
    verified_at  timestamptz,
    asker        uuid,                          -- who asks now, or did last
    asking_until timestamptz NOT NULL DEFAULT '-infinity',
    PRIMARY KEY (tenant_id, email)
);
CALL keep_tenants_apart('email_verifications');
GRANT SELECT, INSERT, UPDATE ON email_verifications TO leadgen_service;

ALTER TABLE contacts
    ADD COLUMN name      text,
    ADD COLUMN title     text,
    ADD COLUMN vendor    text,                  -- who sold it; NULL: the company's own site
    ADD COLUMN vendor_id text,                  -- the person, as the vendor counts
    ADD COLUMN status    text,                  -- of an e-mail address, as verified
    ADD COLUMN sub_status text;

ALTER TABLE company_enrichment_runs
    ADD COLUMN inputs_hash text,                -- of what the run went by: the company as it was
    ADD COLUMN steps       jsonb NOT NULL DEFAULT '[]', -- [{"step", "outcome", "duration_ms", "units", "reason"}, ...]
    ADD COLUMN sources     text[] NOT NULL DEFAULT '{}',
    ADD COLUMN corpus      text;                -- only with PERSIST_CRAWL_CORPUS

-- Which site was found to be a company's own, by searching; public. A guess did not prove itself and is not used.
CREATE TABLE company_sites (
    company_id bigint PRIMARY KEY REFERENCES companies,
    domain     text,                            -- NULL: none was found
    guess      text,
    confidence double precision NOT NULL CHECK (confidence BETWEEN 0 AND 1),
    evidence   text[] NOT NULL,
    found_at   timestamptz NOT NULL
);
GRANT SELECT, INSERT, UPDATE ON company_sites TO leadgen_service;
