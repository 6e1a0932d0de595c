"""Outcomes of leads from the feedback of the tenant's reps (table `lead_feedback`)."""

from leadgen.scoring.leads import of_tenant
from leadgen.scoring.outcomes import NotOutcomes, Outcome, Outcomes

# The latest of each company. `wrong_contact` says nothing about the company, and is ignored.
LATEST = """
    SELECT DISTINCT ON (company_id) coalesce(uen, no_uen(name)) AS uen, given.outcome = 'won' AS is_won, given.score
      FROM lead_feedback given JOIN companies USING (company_id)
     WHERE given.tenant_id = tenant() AND given.outcome <> 'wrong_contact' ORDER BY company_id, given.id DESC
"""


async def feedback_of(database_url: str, tenant_id: int) -> Outcomes:
    """Reads the outcomes, each with the lead's score at that time.

    Raises NotOutcomes if there are none, DatabaseRefused, Unavailable.
    """
    async with of_tenant(database_url, tenant_id) as tx:
        rows = await tx.fetch(LATEST)
    if not rows:
        raise NotOutcomes(f"the reps of tenant {tenant_id} have given no feedback: POST /leads/{{company_id}}/feedback")
    outcomes = [Outcome(line, row["uen"], row["is_won"], row["score"], {}) for line, row in enumerate(rows, 1)]
    return Outcomes(outcomes, has_scores=True, features=(), unused=())
