-- The phase of an open inbox row, so that one index holds exactly what may be claimed now: rows that are leased, wait
-- for a later attempt, or stand behind an older event of their key cost a claim nothing.
--   ready      may be claimed, if it turns out to be the oldest open row of its key
--   scheduled  leased, or waiting for another attempt: becomes ready at next_at
--   blocked    behind an older open row of its key: becomes ready when that ends
-- An ended row keeps the phase it had.
ALTER TABLE inbox
    ADD COLUMN phase text NOT NULL DEFAULT 'ready' CHECK (phase IN ('ready', 'scheduled', 'blocked')),
    -- Set on an open row that younger rows of its key may be blocked behind: when it ends, the next one becomes ready.
    ADD COLUMN has_followers boolean NOT NULL DEFAULT false;

UPDATE inbox SET phase = 'scheduled' WHERE state = 'open' AND next_at > now();

DROP INDEX inbox_ready;
CREATE INDEX inbox_ready ON inbox (topic, lane, tenant_id, received_at, kafka_offset)
    WHERE state = 'open' AND phase = 'ready';
CREATE INDEX inbox_due ON inbox (next_at) WHERE state = 'open' AND phase <> 'ready';
