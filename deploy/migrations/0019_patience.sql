-- Retries that are patient by time, tenants whose remote system is away, and events that kill their workers.
ALTER TABLE inbox
    ADD COLUMN first_failed_at timestamptz,            -- of the transient failures; an event is given up some time after
    -- By whom the row is worked on: together with others, or alone in its process. NULL: by nobody. A claim that finds
    -- it set takes the row from a holder that died.
    ADD COLUMN in_hand         text CHECK (in_hand IN ('shared', 'alone')),
    ADD COLUMN crashes         int NOT NULL DEFAULT 0, -- holders that died in a row
    ADD COLUMN solo_crashes    int NOT NULL DEFAULT 0; -- those of them that held nothing else

-- A tenant whose remote system is away: the consumer leaves its rows alone until `until`, then tries one (the probe).
CREATE TABLE inbox_pauses (
    consumer  text NOT NULL,
    tenant_id int NOT NULL,
    since     timestamptz NOT NULL DEFAULT now(),
    until     timestamptz NOT NULL,
    failures  int NOT NULL DEFAULT 1,                  -- probes that failed, and the failure that began the pause
    reason    text NOT NULL,
    PRIMARY KEY (consumer, tenant_id)
);
GRANT SELECT, INSERT, UPDATE, DELETE ON inbox_pauses TO leadgen_service;
