-- Public facts, shared by all tenants: the industry codes and the register's companies.

CREATE TABLE ssic_ref (
    version     text NOT NULL,                 -- '2020', '2025'
    code        text NOT NULL,                 -- 'C', '25', '259', '2591', '25910': leading zeros matter
    level       text NOT NULL CHECK (level IN ('section', 'division', 'group', 'class', 'subclass')),
    title       text NOT NULL,
    parent_code text,
    PRIMARY KEY (version, code),
    FOREIGN KEY (version, parent_code) REFERENCES ssic_ref (version, code)
);
CREATE INDEX ssic_ref_by_parent ON ssic_ref (version, parent_code);

CREATE TABLE companies (
    company_id              bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    uen                     text UNIQUE,
    name                    text NOT NULL,
    entity_type             text,
    status                  text,              -- 'live', 'closing', 'gone'
    incorporated_on         date,
    industry_code           text,              -- primary SSIC code, five digits
    industry_norm           text,              -- its title, lower case, single spaces
    secondary_industry_code text,
    address                 text,
    postal_code             text,
    website_domain          text,
    first_seen              timestamptz NOT NULL DEFAULT now(),
    last_seen               timestamptz NOT NULL DEFAULT now(),
    updated_at              timestamptz NOT NULL DEFAULT now() -- moves only when content did
);
CREATE INDEX companies_by_industry_norm ON companies (lower(industry_norm));
CREATE INDEX companies_by_name ON companies (lower(name));
CREATE INDEX companies_by_website_domain ON companies (website_domain);

GRANT SELECT ON ssic_ref TO leadgen_service;
GRANT SELECT, INSERT, UPDATE ON companies TO leadgen_service;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO leadgen_service;
