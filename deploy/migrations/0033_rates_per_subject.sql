-- Requests are counted per user or key, too: a row with its subject. The row of its tenant has none. The rows are of the
-- last seconds and may be lost, so they start anew.
TRUNCATE request_rates;
ALTER TABLE request_rates ADD COLUMN subject text NOT NULL DEFAULT '';
ALTER TABLE request_rates DROP CONSTRAINT request_rates_pkey, ADD PRIMARY KEY (tenant_id, subject);
