"""Reads the history of a company of a tenant, in order and in both lanes.

Events are found in the services' inboxes by their ids, never by reading an inbox: an enrichment's request is named by
the enrichment, by the night that made it, by the rep who requested it, or follows from the request that found the
company; ids of later events follow from its id. Every other moment is a row of a table that has an index by company.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, Field

from common.contracts import Company, CompanyEnriched, Lane, LeadScored, RequestEnrichment
from common.ids import NO_REPLAY, derived_id
from common.postgres import Connection
from gateway.leads import feedback

#: The most rows of each kind, the newest of them.
MOST = 50

CANDIDATE = "SELECT created_at, job_id FROM icp_candidate_companies WHERE tenant_id = tenant() AND company_id = $1"
NIGHTS = """
    SELECT run.started_at, company.night, company.position, company.detail, company.state, company.error,
           company.event_id
      FROM run_companies company JOIN enrichment_runs run USING (tenant_id, run_id)
     WHERE company.tenant_id = tenant() AND company.company_id = $1 ORDER BY company.night DESC LIMIT $2
"""
ASKED = """
    SELECT requested_at, requested_by, event_id
      FROM requested_enrichments WHERE tenant_id = tenant() AND company_id = $1 ORDER BY requested_at DESC LIMIT $2
"""
RUNS = """
    SELECT enriched_at, event_id, replay_id, lane, outcome, jsonb_array_length(pages) AS pages, duration_ms,
           steps::text AS steps, degraded_reasons
      FROM company_enrichment_runs WHERE tenant_id = tenant() AND company_id = $1 ORDER BY enriched_at DESC LIMIT $2
"""
SCORE = """
    SELECT updated_at, score, bucket, rationale, model_version
      FROM lead_scores WHERE tenant_id = tenant() AND company_id = $1
"""
LISTED = """
    SELECT listed_at, night, score, bucket, is_late
      FROM shortlist_leads WHERE tenant_id = tenant() AND company_id = $1 ORDER BY night DESC LIMIT $2
"""
LINK = (
    "SELECT updated_at, outcome, lead_id, reason, notes FROM odoo_links WHERE tenant_id = tenant() AND company_id = $1"
)
# An event's reruns have its id and a replay's: all are found by the beginning of the primary key. Inboxes have no
# policy, so the statement compares the tenant itself.
TAKEN_IN = " UNION ALL ".join(
    f"""
    SELECT it.* FROM unnest($1::uuid[]) AS wanted (id) CROSS JOIN LATERAL (
        SELECT consumer, event_id, replay_id, topic, lane, state, received_at, next_at, failures, error
          FROM inbox_{service.replace("-", "_")}
         WHERE consumer = '{service}' AND event_id = wanted.id AND tenant_id = tenant() LIMIT 20) AS it"""
    for service in ("enricher", "scorer", "upserter", "odoo-sync")
)

Kind = Literal["candidate", "selected", "requested", "event", "enriched", "scored", "listed", "synced", "feedback"]


class Moment(BaseModel):
    """An event in the history of the company."""

    at: datetime
    kind: Kind
    service: str = Field(description="the service that did it, or the rep", examples=["scorer"])
    what: str = Field(examples=["takes in company.enriched.v1: handled"])
    details: list[str]
    lane: Lane | None = Field(description="of events and enrichments")
    event_id: UUID | None
    replay_id: UUID | None = Field(description="set if it belongs to a rerun")


class Timeline(BaseModel):
    """A company's history, the earliest entry first. At most the newest 50 of each kind."""

    company_id: int
    uen: str
    name: str
    moments: list[Moment]


async def find(tx: Connection, company: Company, tenant_id: int) -> Timeline:
    """Finds the history of this company of the transaction's tenant."""
    candidate = await tx.fetchrow(CANDIDATE, company.company_id)
    nights = await tx.fetch(NIGHTS, company.company_id, MOST)
    runs = await tx.fetch(RUNS, company.company_id, MOST)
    key = f"{tenant_id}:{company.uen}"
    asked = await tx.fetch(ASKED, company.company_id, MOST)
    requests = {row["event_id"] for row in (*nights, *runs, *asked)}
    if candidate is not None:
        requests.add(derived_id(candidate["job_id"], RequestEnrichment.topic, key))
    events = await tx.fetch(TAKEN_IN, chains(requests, key))
    moments = [
        *(
            []
            if candidate is None
            else [_moment(candidate["created_at"], "candidate", "upserter", "saves it as a candidate")]
        ),
        *map(_selected, nights),
        *map(_asked, asked),
        *map(_taken_in, events),
        *map(_enriched, runs),
        *map(_scored, await tx.fetch(SCORE, company.company_id)),
        *map(_listed, await tx.fetch(LISTED, company.company_id, MOST)),
        *map(_linked, await tx.fetch(LINK, company.company_id)),
        *map(_answered, await feedback.of_company(tx, company.company_id, limit=MOST)),
    ]
    moments.sort(key=lambda it: it.at)
    return Timeline(company_id=company.company_id, uen=company.uen, name=company.name, moments=moments)


def chains(requests: Iterable[UUID], key: str) -> list[UUID]:
    """Builds the ids of enrichment requests and of the events that follow from them."""
    ids = set(requests)
    enriched = {derived_id(it, CompanyEnriched.topic, key) for it in ids}
    return sorted(ids | enriched | {derived_id(it, LeadScored.topic, key) for it in enriched})


def _moment(
    at: datetime,
    kind: Kind,
    service: str,
    what: str,
    details: Sequence[str | None] = (),
    *,
    lane: Lane | None = None,
    event_id: UUID | None = None,
    replay_id: UUID = NO_REPLAY,
) -> Moment:
    return Moment(
        at=at,
        kind=kind,
        service=service,
        what=what,
        details=[it for it in details if it],
        lane=lane,
        event_id=event_id,
        replay_id=None if replay_id == NO_REPLAY else replay_id,
    )


def _selected(row: Any) -> Moment:
    what = f"selects it as number {row['position']} of the night of {row['night']}: {row['detail']}"
    return _moment(row["started_at"], "selected", "nightly", what, [row["state"], row["error"]], lane="nightly")


def _asked(row: Any) -> Moment:
    what = "requests its enrichment now"
    return _moment(
        row["requested_at"], "requested", row["requested_by"], what, lane="interactive", event_id=row["event_id"]
    )


def _taken_in(row: Any) -> Moment:
    outcome = {"done": "handled", "dead": "given up", "open": "not handled yet"}[row["state"]]
    details = [
        f"{row['failures']} failures" if row["failures"] else None,
        row["error"],
        f"next attempt at {row['next_at'].isoformat()}" if row["state"] == "open" else None,
    ]
    what = f"takes in {row['topic']}: {outcome}"
    ids = {"lane": row["lane"], "event_id": row["event_id"], "replay_id": row["replay_id"]}
    return _moment(row["received_at"], "event", row["consumer"], what, details, **ids)


def _enriched(row: Any) -> Moment:
    what = f"enriches it: site {row['outcome']}, {row['pages']} pages, in {row['duration_ms']:,} ms"
    steps = [
        f"{it['step']}: {it.get('outcome') or 'done'}" + (f", {it['units']:,} units" if it.get("units") else "")
        for it in json.loads(row["steps"])
    ]
    details = [*steps, *(f"degraded: {reason}" for reason in row["degraded_reasons"])]
    ids = {"lane": row["lane"], "event_id": row["event_id"], "replay_id": row["replay_id"]}
    return _moment(row["enriched_at"], "enriched", "enricher", what, details, **ids)


def _scored(row: Any) -> Moment:
    what = f"scores it {row['score']:.2f} {row['bucket']} by model {row['model_version']}"
    return _moment(row["updated_at"], "scored", "scorer", what, [row["rationale"]])


def _listed(row: Any) -> Moment:
    what = f"puts it on the shortlist of the night of {row['night']} with {row['score']:.2f} {row['bucket']}"
    late = "scored after the night's run had ended" if row["is_late"] else None
    return _moment(row["listed_at"], "listed", "nightly", what, [late], lane="nightly")


def _linked(row: Any) -> Moment:
    what = f"keeps the link: {row['outcome']}" + (f", lead {row['lead_id']}" if row["lead_id"] else "")
    return _moment(row["updated_at"], "synced", "odoo-sync", what, [row["reason"], *row["notes"]])


def _answered(it: feedback.Feedback) -> Moment:
    return _moment(it.at, "feedback", it.actor, f"says {it.outcome}", [it.note])
