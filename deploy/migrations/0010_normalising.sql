-- From an entry of the register to a company: each field in the one form that the rest of the product relies on. Pure
-- and total: any text gives a company, what cannot be understood becomes NULL, and normalising what is normal already
-- changes nothing. In SQL, since a job takes over tens of thousands of rows a second that need not leave the database.

-- Trimmed, with single spaces; NULL when nothing is left. Most texts are so already: looking is cheaper than replacing.
CREATE FUNCTION one_line(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN given ~ '^$|^\s|\s$|\s\s|[^\S ]' THEN nullif(btrim(regexp_replace(given, '\s+', ' ', 'g')), '')
                ELSE given END;

-- 'live', 'closing' (on the way out) or 'gone'; NULL for a text that the register did not use when this was written.
CREATE FUNCTION company_status(description text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN description ILIKE 'live%' THEN 'live'
        WHEN description ILIKE 'gazetted to be struck off%' OR description ILIKE 'cancellation in progress%'
          OR description ILIKE 'in liquidation%' THEN 'closing'
        WHEN description ILIKE 'struck off%' OR description ILIKE 'terminated%' OR description ILIKE 'cancelled%'
          OR description ILIKE 'ceased registration%' OR description ILIKE 'dissolved%'
          OR description ILIKE 'amalgamated%' OR description ILIKE 'converted to%'
          OR description ILIKE 'registration expired%' THEN 'gone'
    END;

-- The day of a YYYY-MM-DD; NULL for what is no day.
CREATE FUNCTION day_of(given text) RETURNS date LANGUAGE sql STABLE PARALLEL SAFE
    RETURN CASE WHEN given ~ '^\d{4}-\d{2}-\d{2}$' AND pg_input_is_valid(given, 'date') THEN given::date END;

-- Five digits: a loader that read numbers has lost the leading zero of 01111.
CREATE FUNCTION industry_code(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN given ~ '^[0-9]{4,5}$' THEN lpad(given, 5, '0') END;

-- Six digits, the lost leading zero put back; the two to four digits of the codes before 1995 as they are.
CREATE FUNCTION postal_code(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN given ~ '^[0-9]{2,6}$' THEN CASE length(given) WHEN 5 THEN '0' || given ELSE given END END;

-- The host name of a website: lower case, without scheme, port, path and `www.`. NULL for what names no website: an
-- e-mail address, a bare word, an IP address, a name that DNS could not hold. Letters beyond ASCII stay as they are.
CREATE FUNCTION website_host(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN rtrim(regexp_replace(
        regexp_replace(lower(btrim(given)), '^[a-z][a-z0-9+.-]*://', ''),    -- the scheme
        '^([^/?#\\@:]*)(:[0-9]*)?([/?#\\].*)?$', '\1'), '.');                 -- port, path, query; the root's dot
CREATE FUNCTION website_domain(given text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE
        WHEN length(given) <= 63 AND given NOT LIKE 'www.%'
         AND given ~ '^([a-z0-9]([a-z0-9-]*[a-z0-9])?\.)+[a-z]+$' THEN given -- as most are; the rest takes ten times as long
        WHEN length(website_host(given)) <= 253 AND website_host(given) !~ '[^.]{64}' THEN
        substring(website_host(given) FROM
            '^(?:www\.(?=[^.]+\.))*((?:[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]*[a-z0-9\u0080-\uffff])?\.)+'
            || '(?![0-9]+$)[a-z0-9\u0080-\uffff](?:[a-z0-9\u0080-\uffff-]*[a-z0-9\u0080-\uffff])?)$')
    END;

-- The register as companies. The industry is named by the code list, never by the register's description columns: they
-- hold anybody's words. `entry` is the row's key in the register; where that is one we made, for want of a UEN, `uen`
-- is NULL (see no_uen).
CREATE FUNCTION no_uen(name text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN 'NO-UEN-' || left(md5(lower(name)), 16);

CREATE VIEW registered_companies AS
SELECT entry.uen AS entry,
       CASE WHEN entry.uen NOT LIKE 'NO-UEN-%' THEN entry.uen END AS uen,
       coalesce(one_line(entry.entity_name), entry.uen) AS name,
       one_line(entry.entity_type_description) AS entity_type,
       company_status(one_line(entry.entity_status_description)) AS status,
       day_of(entry.registration_incorporation_date) AS incorporated_on,
       CASE WHEN industry_code(entry.primary_ssic_code) IS NOT NULL THEN entry.ssic_version END AS ssic_version,
       industry_code(entry.primary_ssic_code) AS industry_code,
       -- Not as a join: whoever does not ask for it does not pay for it.
       (SELECT lower(one_line(industry.title)) FROM ssic_ref industry
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

GRANT SELECT ON registered_companies TO leadgen_service;

-- What ids.derived_id gives: the time of the cause, version 8, and a digest of cause, type and identity.
-- STABLE, as convert_to is: declared more than its parts are, it would be called for each row instead of inlined.
CREATE FUNCTION derived_id(cause uuid, event_type text, identity text) RETURNS uuid
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN (left(replace(cause::text, '-', ''), 12)
            || left(overlay(overlay(
                   encode(sha256(uuid_send(cause) || convert_to(E'\n' || event_type || E'\n' || identity, 'UTF8')), 'hex')
                   PLACING '8' FROM 1) PLACING '8' FROM 5), 20))::uuid;
