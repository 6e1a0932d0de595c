-- The nights: each tenant's run, the companies that it selected, where each of them stands, and what a stage came to.
-- Written by nightly. A run's id is made of tenant and night, so that a second start of a night finds its run; the ids
-- of all its events follow from it (common/ids.py), so that the stages' inboxes say where each company stands.

CREATE TABLE enrichment_runs (
    tenant_id      int NOT NULL REFERENCES tenants,
    run_id         uuid NOT NULL,
    night          date NOT NULL,               -- the date in Singapore
    trigger        text NOT NULL CHECK (trigger IN ('command', 'request')), -- leadgen-nightly, or run.requested
    requested_by   text,                        -- of a request: who made it
    status         text NOT NULL CHECK (status IN ('planning', 'publishing', 'running', 'done', 'partial', 'failed')),
    cap            int NOT NULL CHECK (cap >= 0), -- companies at most
    skip           text[] NOT NULL DEFAULT '{}', -- SCHED_SKIP
    requested_at   timestamptz NOT NULL,
    started_at     timestamptz NOT NULL,
    published_at   timestamptz,                 -- all requests are in Kafka
    ended_at       timestamptz,
    window_ends_at timestamptz NOT NULL,        -- until then the run is waited for
    observed_at    timestamptz NOT NULL DEFAULT '-infinity', -- when progress was read last: once a second at most
    error          text,                        -- why it failed, or what went wrong on the way
    summary        jsonb NOT NULL DEFAULT '{}', -- nightly/README.md says what it holds
    PRIMARY KEY (tenant_id, run_id),
    UNIQUE (tenant_id, night)
);
CALL keep_tenants_apart('enrichment_runs');

CREATE TABLE run_manifests (
    tenant_id     int NOT NULL,
    run_id        uuid NOT NULL,
    night         date NOT NULL,
    source        text NOT NULL CHECK (source IN ('selection', 'file', 'run')),
    company_ids   bigint[] NOT NULL,            -- in order; the reason of each is in run_companies
    caps          jsonb NOT NULL,               -- {"cap", "setting", "tenant", "limit"}: the lowest given one counts
    vendor_budget jsonb NOT NULL,               -- {"lusha": {"cap", "used"}, ...}: of the day, when the plan was made
    considered    jsonb NOT NULL,               -- {"new": n, "stale": n, "updated": n}: candidates that were due
    created_at    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, run_id),
    FOREIGN KEY (tenant_id, run_id) REFERENCES enrichment_runs
);
CALL keep_tenants_apart('run_manifests');

CREATE TABLE run_companies (
    tenant_id        int NOT NULL,
    run_id           uuid NOT NULL,
    company_id       bigint NOT NULL,
    night            date NOT NULL,
    position         int NOT NULL,              -- from 1
    uen              text NOT NULL,
    name             text NOT NULL,
    reason           text NOT NULL CHECK (reason IN ('new', 'stale', 'updated', 'given')),
    detail           text NOT NULL,             -- the reason in words
    event_id         uuid NOT NULL,             -- of enrichment.requested.nightly, in the inbox of the enricher
    enriched_id      uuid NOT NULL,             -- of company.enriched, in that of the scorer
    scored_id        uuid NOT NULL,             -- of lead.scored, in that of odoo-sync
    -- requested: not taken in yet. enriching, scoring, syncing: with that stage. odoo_waiting: with odoo-sync, which
    -- waits for an Odoo that does not answer. The others are ends; unsynced: SCHED_SKIP left out Odoo.
    state            text NOT NULL DEFAULT 'requested' CHECK (state IN (
        'requested', 'enriching', 'scoring', 'syncing', 'odoo_waiting',
        'synced', 'no_connection', 'held_back', 'unsynced', 'dead')),
    dead_at          text CHECK (dead_at IN ('enrich', 'score', 'sync')), -- the stage of the dead letter
    error            text,                      -- of the dead letter, or the last failure of what is still open
    taken_in_at      timestamptz,               -- by the enricher
    enriched_at      timestamptz,               -- taken in by the scorer
    scored_at        timestamptz,               -- taken in by odoo-sync
    ended_at         timestamptz,               -- seen to have ended
    enrich_ms        int,                       -- how long the enrichment took, without waiting for its turn
    score_ms         int,                       -- from taken in by the scorer to taken in by odoo-sync
    sync_ms          int,                       -- from taken in by odoo-sync to the link being written
    degraded_reasons text[] NOT NULL DEFAULT '{}',
    PRIMARY KEY (tenant_id, run_id, company_id),
    UNIQUE (tenant_id, run_id, position),
    FOREIGN KEY (tenant_id, run_id) REFERENCES enrichment_runs
) WITH (fillfactor = 75);
CREATE INDEX run_companies_by_company ON run_companies (tenant_id, company_id, night);
CALL keep_tenants_apart('run_companies');

CREATE TABLE run_stage_stats (
    tenant_id  int NOT NULL,
    run_id     uuid NOT NULL,
    stage      text NOT NULL CHECK (stage IN ('upsert', 'enrich', 'score', 'sync')),
    counts     jsonb NOT NULL,                  -- {"done": n, "open": n, "dead": n, ...}
    p50_ms     int,                             -- of the durations in run_companies; of upsert: none
    p95_ms     int,
    p99_ms     int,
    spend      jsonb NOT NULL DEFAULT '{}',     -- {"lusha": n, ...}: units charged by this run's enrichments
    degraded   jsonb NOT NULL DEFAULT '{}',     -- {"lusha: out of budget": n, ...}: companies by reason
    errors     jsonb NOT NULL DEFAULT '{}',     -- {"...": n}: companies by error
    updated_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (tenant_id, run_id, stage),
    FOREIGN KEY (tenant_id, run_id) REFERENCES enrichment_runs
);
CALL keep_tenants_apart('run_stage_stats');

GRANT SELECT, INSERT, UPDATE ON enrichment_runs, run_manifests, run_companies, run_stage_stats TO leadgen_service;

-- A tenant's own cap of a night (`leadgen tenant limit --nightly-cap`); NULL: SCHED_DAILY_CAP_PER_TENANT counts.
ALTER TABLE tenants ADD COLUMN nightly_cap int CHECK (nightly_cap >= 0);
