"""Feedback of reps on their leads (table `lead_feedback`). Rows are only added; a company's latest counts."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field

from common.postgres import Connection

Outcome = Literal["won", "lost", "not_a_fit", "wrong_contact"]

ADD = """
    INSERT INTO lead_feedback (tenant_id, company_id, outcome, note, actor, score)
    SELECT tenant_id, company_id, $2, $3, $4, score FROM lead_scores WHERE tenant_id = tenant() AND company_id = $1
 RETURNING company_id, outcome, note, actor, at, score
"""

OF_COMPANY = """
    SELECT company_id, outcome, note, actor, at, score
      FROM lead_feedback WHERE tenant_id = tenant() AND company_id = $1 ORDER BY id DESC LIMIT $2
"""


class Feedback(BaseModel):
    """Feedback of a rep on a lead: its outcome."""

    company_id: int
    outcome: Outcome
    note: str | None
    actor: str = Field(description="subject of the token, or `key:<id>` of an API key", examples=["ann@example.com"])
    at: datetime
    score: float = Field(description="of the lead at that time")


async def add(tx: Connection, company_id: int, outcome: Outcome, note: str | None, actor: str) -> Feedback | None:
    """Adds feedback; `None` if the company is no lead of the tenant."""
    row = await tx.fetchrow(ADD, company_id, outcome, note, actor)
    return None if row is None else Feedback(**row)


async def of_company(tx: Connection, company_id: int, *, limit: int) -> list[Feedback]:
    """Finds the latest feedback on a company, newest first."""
    return [Feedback(**row) for row in await tx.fetch(OF_COMPANY, company_id, limit)]
