-- The register as it was last loaded, written by the operator's `leadgen load` only. Every column of every vintage of
-- ACRA's "Information on Corporate Entities", all text: leading zeros, odd dates and free text stay as they came.
-- NULL is ACRA's "na". The first 94 columns are the register's (today's file has 53 of them); website is ours.
CREATE TABLE staging_acra_companies (
    uen                               text PRIMARY KEY,
    issuance_agency_id                text,
    entity_name                       text,
    entity_type_description           text,
    business_constitution_description text,
    company_type_description          text,
    paf_constitution_description      text,
    entity_status_description         text,
    registration_incorporation_date   text,
    uen_issue_date                    text,
    address_type                      text,
    block                             text,
    street_name                       text,
    level_no                          text,
    unit_no                           text,
    building_name                     text,
    postal_code                       text,
    other_address_line1               text,
    other_address_line2               text,
    account_due_date                  text,
    annual_return_date                text,
    no_of_charges                     text,
    primary_ssic_code                 text,
    primary_ssic_description          text,
    primary_user_described_activity   text,
    secondary_ssic_code               text,
    secondary_ssic_description        text,
    secondary_user_described_activity text,
    no_of_officers                    text,
    former_entity_name1               text,
    former_entity_name2               text,
    former_entity_name3               text,
    former_entity_name4               text,
    former_entity_name5               text,
    former_entity_name6               text,
    former_entity_name7               text,
    former_entity_name8               text,
    former_entity_name9               text,
    former_entity_name10              text,
    former_entity_name11              text,
    former_entity_name12              text,
    former_entity_name13              text,
    former_entity_name14              text,
    former_entity_name15              text,
    paid_up_capital1_currency         text,
    paid_up_capital1_ordinary         text,
    paid_up_capital1_preference       text,
    paid_up_capital1_others           text,
    paid_up_capital2_currency         text,
    paid_up_capital2_ordinary         text,
    paid_up_capital2_preference       text,
    paid_up_capital2_others           text,
    paid_up_capital3_currency         text,
    paid_up_capital3_ordinary         text,
    paid_up_capital3_preference       text,
    paid_up_capital3_others           text,
    paid_up_capital4_currency         text,
    paid_up_capital4_ordinary         text,
    paid_up_capital4_preference       text,
    paid_up_capital4_others           text,
    paid_up_capital5_currency         text,
    paid_up_capital5_ordinary         text,
    paid_up_capital5_preference       text,
    paid_up_capital5_others           text,
    paid_up_capital6_currency         text,
    paid_up_capital6_ordinary         text,
    paid_up_capital6_preference       text,
    paid_up_capital6_others           text,
    paid_up_capital7_currency         text,
    paid_up_capital7_ordinary         text,
    paid_up_capital7_preference       text,
    paid_up_capital7_others           text,
    paid_up_capital8_currency         text,
    paid_up_capital8_ordinary         text,
    paid_up_capital8_preference       text,
    paid_up_capital8_others           text,
    paid_up_capital9_currency         text,
    paid_up_capital9_ordinary         text,
    paid_up_capital9_preference       text,
    paid_up_capital9_others           text,
    paid_up_capital10_currency        text,
    paid_up_capital10_ordinary        text,
    paid_up_capital10_preference      text,
    paid_up_capital10_others          text,
    uen_of_audit_firm1                text,
    name_of_audit_firm1               text,
    uen_of_audit_firm2                text,
    name_of_audit_firm2               text,
    uen_of_audit_firm3                text,
    name_of_audit_firm3               text,
    uen_of_audit_firm4                text,
    name_of_audit_firm4               text,
    uen_of_audit_firm5                text,
    name_of_audit_firm5               text,
    website                           text,    -- a file may carry one; the register has none
    first_loaded_at                   timestamptz NOT NULL DEFAULT now(),
    updated_at                        timestamptz NOT NULL DEFAULT now(), -- moves only when content did
    -- "Live Company" (companies), "Live" (businesses, partnerships), "Live (Receiver or ... appointed)".
    -- NULL where the status is unknown: not to be counted among the living.
    is_live boolean GENERATED ALWAYS AS (
        lower(entity_status_description) IN ('live', 'live company') OR lower(entity_status_description) LIKE 'live (%'
    ) STORED
) WITH (
    -- A load touches up to all rows at once: have vacuum and statistics follow soon, whatever the table has grown to.
    autovacuum_vacuum_scale_factor = 0.05,
    autovacuum_vacuum_insert_scale_factor = 0.05,
    autovacuum_analyze_scale_factor = 0.02
);

-- The living of a set of industry codes, newest first. Two indexes and no more: each costs a load some speed.
-- They hold what the best-of query sorts by, so that only the winners' rows are read.
CREATE INDEX staging_live_by_primary_ssic
    ON staging_acra_companies (primary_ssic_code, registration_incorporation_date DESC, uen) WHERE is_live;
CREATE INDEX staging_live_by_secondary_ssic
    ON staging_acra_companies (secondary_ssic_code, registration_incorporation_date DESC, uen)
    INCLUDE (primary_ssic_code) WHERE is_live;

GRANT SELECT ON staging_acra_companies TO leadgen_service;
