-- Codes of the register are read in the version of SSIC that the row was written in: 48 codes of 2025 mean something
-- else than in 2020. `leadgen load` fills the column in; what was loaded before is of 2020.
ALTER TABLE staging_acra_companies ADD COLUMN ssic_version text NOT NULL DEFAULT '2020';

DROP INDEX staging_live_by_primary_ssic, staging_live_by_secondary_ssic;

-- The living of a set of industry codes, youngest first. Of a few companies the first two indexes find the best, code by
-- code; of many the third walks all of the living in order of age, until enough of them match.
CREATE INDEX staging_live_by_primary_ssic
    ON staging_acra_companies (ssic_version, primary_ssic_code, registration_incorporation_date DESC, uen) WHERE is_live;
CREATE INDEX staging_live_by_secondary_ssic
    ON staging_acra_companies (ssic_version, secondary_ssic_code, registration_incorporation_date DESC, uen)
    INCLUDE (primary_ssic_code) WHERE is_live;
CREATE INDEX staging_live_by_age
    ON staging_acra_companies (registration_incorporation_date DESC, uen)
    INCLUDE (ssic_version, primary_ssic_code, secondary_ssic_code) WHERE is_live;

-- How far `companies` follows the register: a refresh takes what was loaded after `upto`. While one runs, `until` says
-- what it takes and `after` where it stands, so that a killed one goes on from there.
CREATE TABLE register_refresh (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    upto     timestamptz NOT NULL DEFAULT '-infinity',
    until    timestamptz,
    after    text NOT NULL DEFAULT '',
    ended_at timestamptz
);
INSERT INTO register_refresh DEFAULT VALUES;
GRANT SELECT, UPDATE ON register_refresh TO leadgen_service;

ALTER TABLE companies
    ADD COLUMN ssic_version  text,         -- that the codes are of
    ADD COLUMN registered_at timestamptz;  -- updated_at of the entry that the facts are from: while it is the same, so are they
-- Every look moves last_seen: with room on its page that costs no index entry, and dead versions go as pages are read.
ALTER TABLE companies SET (fillfactor = 50);
