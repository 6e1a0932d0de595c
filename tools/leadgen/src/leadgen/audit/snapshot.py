"""The snapshot that an audit reads: temporary tables with the ledger as of one moment, while the services run.

The snapshot is taken in this order, so that no event on its way looks lost:

1. the positions of the consumer groups: every message before them is in an inbox already
2. the database in one transaction, as of `audit_scope.at`
3. the topics up to their present ends: every event that had left its outbox at step 2 is in them

A chain of events (a request and all that follows from it) belongs to the snapshot by the time at which it began, which
its ids carry: for a night, midnight in Singapore. An event whose id was made elsewhere belongs to it by its own time.
"""

from datetime import timedelta
from typing import TypeAlias

import asyncpg

from common.delivery.inbox.redacted_arrivals import MARK
from common.delivery.outbox import sendables
from leadgen.audit.check import Scope
from leadgen.audit.messages import Facts, Place, add_waiting
from leadgen.audit.tables import TABLES
from leadgen.kafka.topics import LISTENER, Topics

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

SCOPE = """
    INSERT INTO audit_scope
    SELECT now(), since, first_event_id(since), $2, $3, $6,
           ((since - interval '2 hours') AT TIME ZONE 'Asia/Singapore')::date + 1, coalesce($4, interval '5 minutes'),
           coalesce($4, interval '15 minutes'), coalesce($4, interval '24 hours'), coalesce($4, interval '25 hours'),
           CASE WHEN $4 = interval '0' THEN interval '100 years' ELSE interval '2 days' END
      FROM greatest(date_trunc('day', $1::timestamptz, 'Asia/Singapore'), now() - $5::interval) AS since
    RETURNING at, since
"""

# Ids of no time of ours begin with zeros.
_BEGAN = """
    (event_id >= first_id OR event_id < '00000100-0000-0000-0000-000000000000' AND {at} >= scope.since)
    AND (only_tenant IS NULL OR tenant_id = only_tenant)
    AND (only_run IS NULL OR {correlation} = only_run::text)
"""
#: Days whose spending is compared: whole days of Singapore. What began shortly before the first is not clear-cut.
_OF_DAYS = "(enriched_at AT TIME ZONE 'Asia/Singapore')::date >= (SELECT first_day FROM audit_scope)"
_SINCE_FIRST = """
    enriched_at >= (SELECT first_day::timestamp AT TIME ZONE 'Asia/Singapore' - interval '2 hours' FROM audit_scope)
"""
_CORRELATION = """substring(headers FROM '"ce_correlationid","([^"]*)"')"""
#: Something forgotten was removed from the other rows, and may still be in their messages.
_IS_AS_IT_CAME = f"position('{MARK}' IN headers) = 0"
_CONTENT = "md5(convert_to(topic, 'UTF8') || '\\x00' || coalesce(key, '') || '\\x00' || coalesce(value, ''))::uuid"

INBOX = f"""
    INSERT INTO audit_inbox
    SELECT consumer, event_id, replay_id, topic, kafka_partition, kafka_offset, encode(key, 'escape'), tenant_id,
           lane, state, phase, received_at, next_at, attempts, failures, crashes, first_failed_at, error,
           {_CORRELATION}, CASE WHEN {_IS_AS_IT_CAME} THEN {_CONTENT} END
      FROM inbox, audit_scope AS scope
     WHERE {_BEGAN.format(at="received_at", correlation=_CORRELATION)}
       AND (services IS NULL OR consumer = ANY(services))
"""
PAUSES = "INSERT INTO audit_pauses SELECT consumer, tenant_id, since, reason FROM inbox_pauses"

#: The tenant's own rows, read with its policy on.
OF_TENANT = f"""
    INSERT INTO audit_runs
    SELECT tenant_id, company_id, event_id, replay_id, enriched_at FROM company_enrichment_runs
     WHERE tenant_id = tenant() AND event_id >= (SELECT first_id FROM audit_scope);
    INSERT INTO audit_candidates SELECT tenant_id, company_id FROM icp_candidate_companies WHERE tenant_id = tenant();
    INSERT INTO audit_scores
    SELECT tenant_id, company_id, scores.model_version, scores.enriched_at, features.model_version, features.enriched_at
      FROM (SELECT * FROM lead_scores WHERE tenant_id = tenant()) AS scores
      FULL JOIN (SELECT * FROM lead_features WHERE tenant_id = tenant()) AS features USING (tenant_id, company_id);
    INSERT INTO audit_links
    SELECT tenant_id, company_id, outcome, place, lead_id, enriched_at FROM odoo_links WHERE tenant_id = tenant();
    INSERT INTO audit_jobs
    SELECT tenant_id, job_id, status, processed, total, error, continues, background_jobs.created_at, started_at,
           ended_at, active
      FROM background_jobs JOIN tenants USING (tenant_id) WHERE tenant_id = tenant();
    INSERT INTO audit_nights
    SELECT tenant_id, run_id, run.night, status, cap, window_ends_at, company_ids
      FROM enrichment_runs AS run LEFT JOIN run_manifests USING (tenant_id, run_id)
     WHERE tenant_id = tenant() AND run_id >= (SELECT first_id FROM audit_scope)
       AND run_id = coalesce((SELECT only_run FROM audit_scope), run_id);
    INSERT INTO audit_night_companies
    SELECT tenant_id, run_id, company_id, position, tenant_id || ':' || uen, event_id, enriched_id, scored_id, state
      FROM run_companies
     WHERE tenant_id = tenant() AND event_id >= (SELECT first_id FROM audit_scope)
       AND run_id = coalesce((SELECT only_run FROM audit_scope), run_id);
    INSERT INTO audit_usage
    SELECT tenant_id, vendor, sum(used) FILTER (WHERE day >= (SELECT first_day FROM audit_scope)), sum(used)
      FROM vendor_usage WHERE tenant_id = tenant() GROUP BY 1, 2;
    INSERT INTO audit_wording SELECT tenant_id, sum(tokens) FROM wording_usage WHERE tenant_id = tenant() GROUP BY 1;
    INSERT INTO audit_spent
    SELECT tenant_id, vendor, sum((step ->> 'units')::bigint) FILTER (WHERE {_OF_DAYS}),
           bool_or(step ->> 'reason' LIKE '%' || vendor || ':%' OR NOT {_OF_DAYS})
      FROM company_enrichment_runs
     CROSS JOIN LATERAL jsonb_array_elements(steps) AS step
      JOIN (VALUES ('find_site', 'tavily'), ('tavily', 'tavily'), ('understand', 'openai'), ('lusha', 'lusha'),
                   ('zerobounce', 'zerobounce')) AS buys (step_name, vendor) ON step_name = step ->> 'step'
     WHERE tenant_id = tenant() AND {_SINCE_FIRST} GROUP BY 1, 2
"""
TENANTS = "SELECT tenant_id FROM tenants WHERE $1::int IS NULL OR tenant_id = $1 ORDER BY tenant_id"

OUTBOX = """
    SELECT 'outbox' AS place, topic, key, value, headers, events, created_at AS at FROM outbox
     UNION ALL
    SELECT 'refused', topic, key, value, headers, NULL, refused_at FROM outbox_refused
"""

#: Rows that are gathered before they are written.
ROWS = 5_000

#: Consumer, its topic, and the topic of the one event that follows from each of its events with the same key.
FOLLOWS = (
    ("enricher", "enrichment.requested.v1", "company.enriched.v1"),
    ("enricher", "enrichment.requested.nightly.v1", "company.enriched.v1"),
    ("scorer", "company.enriched.v1", "lead.scored.v1"),
    ("odoo-sync", "lead.scored.v1", "lead.synced.v1"),
)
EXPECTED = """
    INSERT INTO audit_expected
    SELECT consumer, topic, event_id, replay_id, tenant_id, key, state, following,
           pg_temp.effect_id(event_id, following, key)
      FROM audit_inbox
      JOIN unnest($1::text[], $2::text[], $3::text[]) AS follows (consumer, topic, following) USING (consumer, topic)
"""
#: An answer that lists companies promises a request for each. Its id says which request was answered.
EXPECTED_OF_ANSWERS = """
    INSERT INTO audit_expected
    SELECT 'upserter', asked.topic, asked.event_id, asked.replay_id, asked.tenant_id, head.key, asked.state,
           'enrichment.requested.v1',
           pg_temp.effect_id(asked.event_id, 'enrichment.requested.v1', head.key)
      FROM audit_heads AS head
      JOIN audit_inbox AS asked
        ON asked.consumer = 'upserter' AND asked.topic = 'industry.requested.v1'
       AND asked.tenant_id = head.tenant_id AND asked.replay_id = head.replay_id
       AND pg_temp.effect_id(asked.event_id, 'job.progressed.v1', head.identity) = head.event_id
"""


async def create_tables(owner: Owner, scope: Scope, topics: Topics) -> None:
    """Creates the tables. They are empty, except for the producers and consumers of each topic."""
    await owner.execute(TABLES)
    for table, role in (("audit_producers", "producers"), ("audit_consumers", "consumers")):
        rows = [
            (name, service)
            for name, topic in topics.topics.items()
            for service in getattr(topic, role)
            if scope.has(service) and (role, service) != ("consumers", LISTENER)
        ]
        await owner.copy_records_to_table(table, records=rows)


async def copy_database_rows(owner: Owner, scope: Scope, *, kept: timedelta) -> asyncpg.Record:
    """Fills the tables from the database, in one transaction; returns `at` and `since`.

    `kept` is for how long topics keep their messages: nothing older can be proved.
    """
    services = None if scope.services is None else sorted(scope.services)
    patience = None if scope.patience_s is None else timedelta(seconds=scope.patience_s)
    async with owner.transaction(isolation="repeatable_read"):
        taken = await owner.fetchrow(SCOPE, scope.since, scope.tenant_id, scope.run_id, patience, kept, services)
        assert taken is not None  # noqa: S101 # the statement returns its one row
        await owner.execute(INBOX)
        await owner.execute(PAUSES)
        facts = Facts(scope, taken["since"])
        async for row in owner.cursor(OUTBOX, prefetch=20):
            place = Place(row["place"], row["topic"], None, None, row["at"])
            for key, value, headers in sendables(row["key"], row["value"], row["headers"], row["events"]):
                add_waiting(facts, place, key, value, headers)
            if len(facts) >= ROWS:
                await copy(owner, facts)
        await copy(owner, facts)
        for tenant in await owner.fetch(TENANTS, scope.tenant_id):
            await owner.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant["tenant_id"]))
            await owner.execute(OF_TENANT)
    return taken


async def copy(owner: Owner, facts: Facts) -> None:
    """Writes collected rows into the tables, and deletes them from the collection."""
    for table, rows in facts.gathered():
        await owner.copy_records_to_table(table, records=rows)
    facts.clear()


async def derive(owner: Owner) -> None:
    """Computes the events that must follow from those in the inboxes."""
    await owner.execute("ANALYZE audit_inbox, audit_messages, audit_heads")
    await owner.execute(EXPECTED, *map(list, zip(*FOLLOWS, strict=True)))
    await owner.execute(EXPECTED_OF_ANSWERS)
    await owner.execute("ANALYZE audit_night_companies")
    await owner.execute("ANALYZE audit_expected, audit_runs, audit_scores, audit_links, audit_candidates, audit_jobs")
