-- What the enricher spends, on whom it calls no more for a while, and when each site may be asked next: kept here, so
-- that it holds across replicas.

-- Units of a vendor (credits, tokens, verifications) that a tenant has used on a day of Singapore. A call is counted
-- before it is made and put right after: what a killed replica had under way stays counted, as if it had been charged.
CREATE TABLE vendor_usage (
    tenant_id int NOT NULL REFERENCES tenants,
    day       date NOT NULL,
    vendor    text NOT NULL CHECK (vendor IN ('tavily', 'lusha', 'zerobounce', 'openai')),
    used      bigint NOT NULL CHECK (used >= 0),
    calls     bigint NOT NULL DEFAULT 0,
    PRIMARY KEY (tenant_id, day, vendor)
);
CALL keep_tenants_apart('vendor_usage');
GRANT SELECT, INSERT, UPDATE ON vendor_usage TO leadgen_service;

-- One row per vendor, of no tenant: all of them use the same key.
CREATE TABLE vendor_breakers (
    vendor     text PRIMARY KEY CHECK (vendor IN ('tavily', 'lusha', 'zerobounce', 'openai')),
    failures   int NOT NULL DEFAULT 0,          -- in a row
    open_until timestamptz NOT NULL DEFAULT '-infinity',
    reason     text
);
INSERT INTO vendor_breakers (vendor) VALUES ('tavily'), ('lusha'), ('zerobounce'), ('openai');
GRANT SELECT, UPDATE ON vendor_breakers TO leadgen_service;

-- When a site may be asked for its next page, whoever asks. Lost in a crash of PostgreSQL: then a site is asked once too
-- soon, at most.
CREATE UNLOGGED TABLE site_turns (
    site    text PRIMARY KEY,
    next_at timestamptz NOT NULL
) WITH (fillfactor = 50);
GRANT SELECT, INSERT, UPDATE, DELETE ON site_turns TO leadgen_service;
