-- Replays: a slice of a topic, played into one consumer again. A row is both the record of who did what, when and why,
-- and the place from which a replay goes on after it was killed. Written by the operator's commands alone.
CREATE TABLE replays (
    replay_id  uuid PRIMARY KEY,               -- of a rerun also the replay_id of its events
    kind       text NOT NULL CHECK (kind IN ('repeat', 'rerun', 'rewind')),
    topic      text NOT NULL,
    consumer   text NOT NULL,
    slice      jsonb NOT NULL,                 -- the filters: tenant, company, run, since, until; of a rewind its target
    afresh     boolean NOT NULL DEFAULT false,
    rate       int,                            -- events per second at most
    operator   text NOT NULL,
    reason     text NOT NULL,
    state      text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'done', 'abandoned')),
    started_at timestamptz NOT NULL DEFAULT now(),
    ended_at   timestamptz,
    events     bigint NOT NULL DEFAULT 0,      -- in the slice, when it was planned
    first_at   timestamptz,                    -- time of the oldest of them, and of the newest
    last_at    timestamptz,
    ends       jsonb NOT NULL DEFAULT '{}',    -- partition -> the offset behind the slice
    positions  jsonb NOT NULL DEFAULT '{}',    -- partition -> the next offset to play
    played     bigint NOT NULL DEFAULT 0,      -- events offered to the consumer's inbox
    added      bigint NOT NULL DEFAULT 0,      -- those of them that it did not know
    recognised jsonb NOT NULL DEFAULT '{}'     -- state -> number of the others
);
CREATE INDEX replays_unfinished ON replays (consumer, topic) WHERE state = 'running';

-- Offsets of the events of reruns, behind every offset that Kafka will ever give: a rerun's event stands behind all that
-- is open of its key, and behind earlier reruns.
CREATE SEQUENCE replayed_offsets AS bigint START 4611686018427387904;

-- Dead letters: since when a row is dead, which handler failed, and whether the operator has dropped it.
ALTER TABLE inbox
    ADD COLUMN dead_at    timestamptz,
    ADD COLUMN handler    text,
    ADD COLUMN dropped_at timestamptz;
UPDATE inbox SET dead_at = coalesce(first_failed_at, received_at) WHERE state = 'dead';
CREATE INDEX inbox_dead ON inbox (topic, dead_at) WHERE state = 'dead' AND dropped_at IS NULL;

-- What operators did about dead letters. A correction keeps the original's key, value and headers.
CREATE TABLE dead_letter_actions (
    id        bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    consumer  text NOT NULL,
    event_id  uuid NOT NULL,
    replay_id uuid NOT NULL,
    topic     text NOT NULL,
    tenant_id int NOT NULL,
    action    text NOT NULL CHECK (action IN ('retry', 'correct', 'drop')),
    operator  text NOT NULL,
    reason    text,
    error     text,                            -- of the dead letter, at that time
    at        timestamptz NOT NULL DEFAULT now(),
    key       bytea,
    value     bytea,
    headers   text
);
CREATE INDEX dead_letter_actions_of_event ON dead_letter_actions (event_id);
