"""Visits each company's own site and announces what it says. Both lanes do the same; each has workers of its own."""

from common.contracts import CompanyEnriched, RequestEnrichment, RequestNightlyEnrichment
from common.stage import Stage, Work
from enricher import contacts, runs
from enricher.visiting import Visitor


def enricher(visitor: Visitor) -> Stage:
    """enrichment.requested and enrichment.requested.nightly in, company.enriched out."""
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment, RequestNightlyEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        """Repeatable: it visits again and leaves the request's own row. A bad site is a result, not an error."""
        company = work.event.company
        visit = await visitor.visit(company.website_domain)
        async with work.finish() as tx:
            await runs.save(
                tx,
                company.company_id,
                visit,
                event_id=work.event_id,
                replay_id=work.replay_id,
                lane=work.lane,
                now=work.now,
            )
            await contacts.save(tx, company.company_id, visit.contacts, now=work.now)
            work.announce(
                CompanyEnriched(
                    tenant_id=work.event.tenant_id,
                    company=company,
                    site=visit.site,
                    contacts=list(visit.contacts),
                    degraded_reasons=list(visit.degraded_reasons),
                    enriched_at=work.now,
                )
            )

    return stage
