"""Enrichments that reps request by hand (table `requested_enrichments`): up to a cap per tenant and day in Singapore.

A request's companies are announced in the transaction that records them, each under an id of its own, and a repeat of
the request finds it recorded. The inboxes of the enricher and the scorer have the progress of each company, by that id.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple
from uuid import UUID

from pydantic import BaseModel, Field

from common.contracts import Company, CompanyEnriched
from common.ids import derived_id, new_id
from common.postgres import Connection
from gateway.http.problems import Problem

#: A request is kept for so long: as long as Kafka keeps its events.
KEPT = timedelta(days=7)

#: One request of a tenant at a time: otherwise two would pass the cap together.
LOCK = "SELECT pg_advisory_xact_lock(hashtext('requested_enrichments'), tenant())"
COUNTED = """
    SELECT coalesce((SELECT nightly_cap FROM tenants WHERE tenant_id = tenant()), $1) AS cap,
           (SELECT count(*) FROM requested_enrichments WHERE tenant_id = tenant() AND requested_at >= $2) AS used
"""
CANDIDATES = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, entity_type, status, incorporated_on, industry_code,
           industry_norm, secondary_industry_code, address, postal_code, website_domain, ssic_version
      FROM companies JOIN icp_candidate_companies candidate USING (company_id)
     WHERE candidate.tenant_id = tenant() AND company_id = ANY($1::bigint[]) ORDER BY company_id
"""
ADD = """
    INSERT INTO requested_enrichments (tenant_id, request_id, company_id, event_id, requested_by, requested_at)
    SELECT tenant(), $1, company_id, event_id, $4, $5 FROM unnest($2::bigint[], $3::uuid[]) AS it (company_id, event_id)
"""
FORGET = "DELETE FROM requested_enrichments WHERE tenant_id = tenant() AND requested_at < $1"

FIND = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, event_id, requested_by, requested_at
      FROM requested_enrichments JOIN companies USING (company_id)
     WHERE tenant_id = tenant() AND request_id = $1 ORDER BY company_id
"""
# Inboxes have no policy, so the statement compares the tenant itself. Reruns of an event have its id: the first counts.
TAKEN_IN = " UNION ALL ".join(
    f"""
    SELECT consumer, event_id, state, error FROM inbox_{service}
     WHERE consumer = '{service}' AND event_id = ANY(${number}::uuid[]) AND tenant_id = tenant()
       AND replay_id = '00000000-0000-0000-0000-000000000000'"""
    for number, service in enumerate(("enricher", "scorer"), 1)
)
CUT_SHORT = """
    SELECT degraded_reasons FROM company_enrichment_runs
     WHERE tenant_id = tenant() AND company_id = ANY($1::bigint[]) AND event_id = ANY($2::uuid[])
       AND replay_id = '00000000-0000-0000-0000-000000000000'
"""

CompanyState = Literal["waiting", "enriched", "scored", "failed"]


class RequestedCompany(BaseModel):
    """A company of a request, and its progress."""

    company_id: int
    name: str
    state: CompanyState = Field(description="enriched: its score is on the way; failed: given up, `error` says why")
    error: str | None


class CutShort(BaseModel):
    """A reason why steps of enrichments were left out, such as a budget that was used up."""

    reason: str = Field(examples=["lusha: out of budget"])
    companies: int


class RequestedEnrichment(BaseModel):
    """A request for the enrichment of companies. It has ended when each of them is scored or has failed."""

    request_id: UUID = Field(examples=["0198f3a2-7c1e-7d33-8a55-3f6b1c2d4e5f"])
    requested_by: str
    requested_at: datetime
    total: int = Field(examples=[20])
    enriched: int = Field(description="companies that are enriched, also those that are scored", examples=[12])
    scored: int = Field(examples=[11])
    failed: int
    is_over: bool
    cut_short: list[CutShort] = Field(description="the most frequent first; what was found otherwise counts")
    companies: list[RequestedCompany]

    @property
    def version(self) -> str:
        """Identifies the request's present state: equal states have equal versions, on every replica."""
        return f"{self.enriched}.{self.scored}.{self.failed}"


class Allowance(NamedTuple):
    """The number of companies whose enrichment a tenant may request in a day, and the number already requested."""

    cap: int
    used: int

    @property
    def left(self) -> int:
        """Companies that may still be requested today."""
        return max(0, self.cap - self.used)


async def lock(tx: Connection) -> None:
    """Keeps other requests of the tenant from being recorded before the transaction ends."""
    await tx.execute(LOCK)


async def allowance(tx: Connection, usual: int, since: datetime) -> Allowance:
    """Counts the companies requested since the day began. A tenant's own cap of a night replaces the `usual` cap."""
    row = await tx.fetchrow(COUNTED, usual, since)
    assert row is not None  # noqa: S101 # one row, always
    return Allowance(row["cap"], row["used"])


async def candidates(tx: Connection, company_ids: Sequence[int]) -> list[Company]:
    """Finds those of the companies that are candidates of the tenant."""
    return [Company(**row) for row in await tx.fetch(CANDIDATES, company_ids)]


async def add(
    tx: Connection, request_id: UUID, companies: Sequence[Company], *, requested_by: str, now: datetime
) -> dict[int, UUID]:
    """Records the request, and deletes those past their retention period. Returns the event's id of each company."""
    events = {company.company_id: new_id(now) for company in companies}
    await tx.execute(FORGET, now - KEPT)
    await tx.execute(ADD, request_id, list(events), list(events.values()), requested_by, now)
    return events


async def find(tx: Connection, request_id: UUID, tenant_id: int) -> RequestedEnrichment | None:
    """Finds a request of the transaction's tenant, with the progress of each company; `None` if there is none."""
    rows = await tx.fetch(FIND, request_id)
    if not rows:
        return None
    asked = {
        row["event_id"]: derived_id(row["event_id"], CompanyEnriched.topic, f"{tenant_id}:{row['uen']}") for row in rows
    }
    taken_in = {
        (it["consumer"], it["event_id"]): (it["state"], it["error"])
        for it in await tx.fetch(TAKEN_IN, list(asked), list(asked.values()))
    }
    companies = [
        RequestedCompany(
            company_id=row["company_id"],
            name=row["name"],
            **_progress(taken_in.get(("enricher", row["event_id"])), taken_in.get(("scorer", asked[row["event_id"]]))),
        )
        for row in rows
    ]
    runs = await tx.fetch(CUT_SHORT, [row["company_id"] for row in rows], list(asked))
    reasons = Counter(reason for run in runs for reason in run["degraded_reasons"])
    states = Counter(it.state for it in companies)
    return RequestedEnrichment(
        request_id=request_id,
        requested_by=rows[0]["requested_by"],
        requested_at=rows[0]["requested_at"],
        total=len(companies),
        enriched=states["enriched"] + states["scored"],
        scored=states["scored"],
        failed=states["failed"],
        is_over=states["scored"] + states["failed"] == len(companies),
        cut_short=[CutShort(reason=reason, companies=number) for reason, number in reasons.most_common()],
        companies=companies,
    )


def no_such(tenant_id: int, request_id: UUID) -> Problem:
    """Builds the 404 for a request that the tenant does not have, or that was deleted."""
    return Problem(404, "No such request", f"Tenant {tenant_id} has no request {request_id} of this week.")


def _progress(enriching: tuple[str, str | None] | None, scoring: tuple[str, str | None] | None) -> dict[str, Any]:
    """Describes a company's progress by its event at the enricher and the next one at the scorer."""
    for taken_in in (enriching, scoring):
        if taken_in is not None and taken_in[0] == "dead":
            return {"state": "failed", "error": taken_in[1]}
    if scoring is not None and scoring[0] == "done":
        return {"state": "scored", "error": None}
    is_enriched = enriching is not None and enriching[0] == "done"
    return {"state": "enriched" if is_enriched else "waiting", "error": None}
