-- The outbox by lanes: what someone waits for is sent before what the night has piled up. And bundles: the events of a
-- set-based statement as one row, which the relay takes apart; a row each cost more than the rows they tell of.
ALTER TABLE outbox
    ADD COLUMN lane   text NOT NULL DEFAULT 'interactive',
    ADD COLUMN events int,                     -- how many a bundle holds; NULL: the row is one message
    DROP CONSTRAINT outbox_pkey,
    ADD PRIMARY KEY (producer, lane, id);
-- Bundles are some hundred kilobytes: compressing them takes longer than writing them. Applies to new partitions too.
ALTER TABLE outbox ALTER COLUMN value SET STORAGE EXTERNAL;
DO $$
DECLARE part regclass;
BEGIN
    FOR part IN SELECT inhrelid FROM pg_inherits WHERE inhparent = 'outbox'::regclass LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN value SET STORAGE EXTERNAL', part);
    END LOOP;
END $$;

-- Where a job stands, apart from what it is to do: the one changes with every batch, the other never.
ALTER TABLE background_jobs ADD COLUMN reached jsonb;
ALTER TABLE background_jobs NO FORCE ROW LEVEL SECURITY; -- for the owner, here
UPDATE background_jobs SET reached = nullif(params -> 'after', 'null'), params = params - 'after' WHERE params ? 'after';
ALTER TABLE background_jobs FORCE ROW LEVEL SECURITY;

-- Nobody lists candidates by age, and keeping the list cost a job a tenth of its writing.
DROP INDEX icp_candidate_companies_newest;

-- What a company's industry is called, ready to be taken: making it of the title again and again cost a job as much as
-- looking it up.
ALTER TABLE ssic_ref ADD COLUMN name text GENERATED ALWAYS AS (lower(one_line(title))) STORED;
-- As before but for that, and for a status that nearly all entries of a job have being seen at a glance.
CREATE OR REPLACE VIEW registered_companies AS
SELECT entry.uen AS entry,
       CASE WHEN entry.uen NOT LIKE 'NO-UEN-%' THEN entry.uen END AS uen,
       coalesce(one_line(entry.entity_name), entry.uen) AS name,
       one_line(entry.entity_type_description) AS entity_type,
       CASE WHEN entry.entity_status_description LIKE 'Live%' THEN 'live'
            ELSE company_status(one_line(entry.entity_status_description)) END AS status,
       day_of(entry.registration_incorporation_date) AS incorporated_on,
       CASE WHEN industry_code(entry.primary_ssic_code) IS NOT NULL THEN entry.ssic_version END AS ssic_version,
       industry_code(entry.primary_ssic_code) AS industry_code,
       -- Not as a join: whoever does not ask for it does not pay for it.
       (SELECT industry.name FROM ssic_ref industry
         WHERE industry.version = entry.ssic_version AND industry.code = industry_code(entry.primary_ssic_code)
       ) AS industry_norm,
       industry_code(entry.secondary_ssic_code) AS secondary_industry_code,
       -- In one line, without the postal code: `10 ANSON ROAD, #10-01, INTERNATIONAL PLAZA`.
       nullif(concat_ws(', ',
           one_line(concat_ws(' ', entry.block, entry.street_name)),
           '#' || one_line(entry.level_no) || '-' || one_line(entry.unit_no),
           one_line(entry.building_name), one_line(entry.other_address_line1), one_line(entry.other_address_line2)
       ), '') AS address,
       postal_code(entry.postal_code) AS postal_code,
       website_domain(entry.website) AS website_domain,
       entry.updated_at AS registered_at
  FROM staging_acra_companies entry;

-- What ids.derived_id gives, of the two parts that are the same for all events of one cause and type (ids.derivation):
-- the moment, and what is digested before the event's identity. STABLE, as convert_to is: declared more than its parts
-- are, it would be called for each row instead of inlined.
DROP FUNCTION derived_id(uuid, text, text);
CREATE FUNCTION derived_id(moment text, digested bytea, identity text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (moment || left(overlay(overlay(encode(sha256(digested || convert_to(identity, 'UTF8')), 'hex')
                PLACING '8' FROM 1) PLACING '8' FROM 5), 20))::uuid;

-- The same values as before. Starting a regular expression takes longer than looking at five digits, and a job does it
-- for each row several times.
CREATE OR REPLACE FUNCTION industry_code(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(given) = 5 AND btrim(given, '0123456789') = '' THEN given
                WHEN given ~ '^[0-9]{4}$' THEN '0' || given END;
CREATE OR REPLACE FUNCTION day_of(given text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN octet_length(given) = 10 AND given LIKE '____-__-__'
                 AND btrim(replace(given, '-', ''), '0123456789') = '' AND pg_input_is_valid(given, 'date')
                THEN given::date END;
