-- odoo-sync's own: what it has to remember so that it writes what is new, and nothing over what people changed.

ALTER TABLE odoo_connections
    ADD COLUMN login      text,                                            -- JSON-RPC asks for one
    ADD COLUMN own_fields text[] NOT NULL DEFAULT '{}'; -- such as company.website: ours, whatever people make of them

-- A tenant whose Odoo refuses us altogether: nothing is sent there until `leadgen odoo check` finds that it is well.
CREATE TABLE odoo_states (
    tenant_id  int PRIMARY KEY REFERENCES tenants,
    blocked    text NOT NULL,                  -- why, in words
    blocked_at timestamptz NOT NULL DEFAULT now()
);
CALL keep_tenants_apart('odoo_states');
GRANT SELECT, INSERT, UPDATE, DELETE ON odoo_states TO leadgen_service;

ALTER TABLE odoo_links
    DROP CONSTRAINT odoo_links_outcome_check,
    ADD CONSTRAINT odoo_links_outcome_check
        CHECK (outcome IN ('synced', 'no_connection', 'blocked', 'refused', 'deleted')),
    ADD COLUMN enriched_at timestamptz NOT NULL DEFAULT 'epoch', -- scores are ordered by enrichment, then by scored_at
    ADD COLUMN digest  text,                   -- of what was brought there: a lead with the same one needs no call
    ADD COLUMN lead    json,                   -- the lead.scored whose rows are there, or wait to be
    ADD COLUMN place   text,                   -- the Odoo that the numbers are of
    ADD COLUMN records json NOT NULL DEFAULT '{}', -- per record: hash of the row wanted last, what Odoo held after it
    ADD COLUMN reason  text,                   -- Odoo's words, or ours, where the outcome is not the wished one
    ADD COLUMN notes   text[] NOT NULL DEFAULT '{}'; -- what people changed and keep, how a partner was found

-- Whose a partner is already.
CREATE INDEX odoo_links_partner ON odoo_links (tenant_id, partner_id) WHERE partner_id IS NOT NULL;

-- A night confirms thousands of them: with room on its page a row is rewritten without a word to the indexes.
ALTER TABLE odoo_links SET (fillfactor = 75);
