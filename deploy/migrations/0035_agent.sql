-- Conversations of chat clients that speak the LangGraph protocol. Written by the gateway. A thread is one subject's own.
CREATE TABLE agent_threads (
    tenant_id  int NOT NULL REFERENCES tenants,
    thread_id  uuid NOT NULL,
    subject    text NOT NULL,
    metadata   jsonb NOT NULL DEFAULT '{}',
    created_at timestamptz NOT NULL DEFAULT now(),
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, thread_id)
);
CREATE INDEX agent_threads_newest ON agent_threads (tenant_id, subject, updated_at DESC, thread_id DESC);
CALL keep_tenants_apart('agent_threads');

-- A run is one reply. The replica that works on it extends its lease; when the lease is over, any replica takes it over.
CREATE TABLE agent_runs (
    tenant_id   int NOT NULL,
    run_id      uuid NOT NULL,
    thread_id   uuid NOT NULL,
    number      bigint GENERATED ALWAYS AS IDENTITY,
    message_id  text,                          -- the client's id of the message: a repeat is the same run
    input       jsonb NOT NULL,
    status      text NOT NULL DEFAULT 'pending' CHECK (status IN ('pending', 'running', 'success', 'error', 'interrupted')),
    claim       int NOT NULL DEFAULT 1,        -- fencing token: a replica that lost the run writes nothing any more
    lease_until timestamptz NOT NULL,
    created_at  timestamptz NOT NULL DEFAULT now(),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES agent_threads
);
CREATE UNIQUE INDEX agent_runs_of_message ON agent_runs (tenant_id, thread_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX agent_runs_by_thread ON agent_runs (tenant_id, thread_id, number);
CALL keep_tenants_apart('agent_runs');

-- States of a thread: a tree. Each has the messages that it adds to its parent's.
CREATE TABLE agent_checkpoints (
    tenant_id     int NOT NULL,
    thread_id     uuid NOT NULL,
    checkpoint_id uuid NOT NULL,
    number        bigint GENERATED ALWAYS AS IDENTITY,
    parent_id     uuid,
    run_id        uuid,
    added         json NOT NULL,
    proposal      json,                        -- a change of the ICP that waits for a yes
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, thread_id, checkpoint_id),
    FOREIGN KEY (tenant_id, thread_id) REFERENCES agent_threads
);
CREATE INDEX agent_checkpoints_in_order ON agent_checkpoints (tenant_id, thread_id, number);
CALL keep_tenants_apart('agent_checkpoints');

-- What a run has streamed, so that a client can go on reading at any replica. Deleted after an hour.
CREATE TABLE agent_events (
    tenant_id  int NOT NULL,
    run_id     uuid NOT NULL,
    number     int NOT NULL,
    key        text NOT NULL,                  -- what it says; a run says nothing twice
    event      text NOT NULL,
    data       text NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, run_id, number),
    UNIQUE (tenant_id, run_id, key)
);
CREATE INDEX agent_events_by_age ON agent_events (tenant_id, created_at);
CALL keep_tenants_apart('agent_events');

GRANT SELECT, INSERT, UPDATE ON agent_threads, agent_runs TO leadgen_service;
GRANT SELECT, INSERT ON agent_checkpoints TO leadgen_service;
GRANT SELECT, INSERT, DELETE ON agent_events TO leadgen_service;
