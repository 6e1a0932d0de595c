"""The facts of one request for leads, as a conversation is told them, and what it says then."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from common.contracts import (
    Company,
    CompanyEnriched,
    Contact,
    Event,
    Industry,
    JobProgressed,
    LeadScored,
    LeadSynced,
    SearchAnswer,
    Site,
)
from common.ids import new_id
from gateway.chat.conversation import Conversation, Message
from testkit.stages import a_company

NOW = datetime(2026, 1, 1, tzinfo=UTC)
REQUEST = new_id()
HEAD = [a_company(f"20191234{number}K", company_id=number + 1) for number in range(3)]
MANUFACTURING = Industry(version="2020", code="C", level="section", title="MANUFACTURING")


def an_answer(head: Sequence[Company] = HEAD, *, remaining: int = 7, **other: Any) -> SearchAnswer:
    matches = len(head) + remaining
    return SearchAnswer(
        **{"resolved": [MANUFACTURING], "matches": matches, "head": head, "remaining": remaining, **other}
    )


def progressed(answer: SearchAnswer | None, *, has_job: bool = True, **other: Any) -> JobProgressed:
    job_id = REQUEST if has_job else None
    found = {"request_id": REQUEST, "job_id": job_id, "status": "queued", "processed": 0, "total": 7, **other}
    return JobProgressed(tenant_id=1, answer=answer, **found)


QUEUED = progressed(None)


def enriched(company: Company) -> CompanyEnriched:
    return CompanyEnriched(
        tenant_id=1, company=company, site=Site(outcome="visited"), contacts=[], degraded_reasons=[], enriched_at=NOW
    )


def scored(company: Company, contact: Contact | None = None) -> LeadScored:
    return LeadScored(
        tenant_id=1,
        company=company,
        score=0.7,
        bucket="High",
        rationale="Makes things.",
        contact=contact,
        model_version="1",
        enriched_at=NOW,
        scored_at=NOW,
    )


def synced(company: Company) -> LeadSynced:
    return LeadSynced(tenant_id=1, company=company, outcome="no_connection")


def facts_of(head: Sequence[Company] = HEAD) -> list[Event]:
    """All that is announced of a request, in the order of its making."""
    return [
        progressed(an_answer(head)),
        *(stage(company) for stage in (enriched, scored, synced) for company in head),
    ]


def messages_after(facts: Iterable[Event]) -> list[Message]:
    conversation = Conversation(REQUEST)
    return [message for fact in facts for message in conversation.take(fact)]
