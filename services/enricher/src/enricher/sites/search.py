"""Searches for the website of a company without one in the register. A site is used only if its pages prove it.

The result is saved for all tenants. When it is no longer fresh, the known site is checked again, and a new search is
paid for only if the check fails.
"""

from datetime import timedelta

from common.contracts import Company, Site
from common.forgotten.digests import scopes_of
from common.handling.group_commit import GroupCommit
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.freshness import fresh_within
from enricher.pages.urls import host_of
from enricher.purchases.public_answers import PublicAnswers
from enricher.sites import company_sites
from enricher.sites.candidates import candidates
from enricher.sites.company_sites import FoundSite
from enricher.sites.ownership import prove_site
from enricher.steps import Step, Steps


class SiteSearch:
    """Finds sites, many at once. Results are used again for `fresh_for`."""

    def __init__(
        self, group_commit: GroupCommit, sites: SiteCache, answers: PublicAnswers, *, fresh_for: timedelta
    ) -> None:
        self._group_commit = group_commit
        self._sites = sites
        self._answers = answers
        self._fresh_for = fresh_for

    async def find(self, company: Company, tenant_id: int, steps: Steps) -> tuple[FoundSite, Visit | None]:
        """Finds the company's site and visits it. Returns no visit for a guess, or if there is no site.

        Raises SiteBusy or Unavailable, from the site cache.
        """
        found, visit = FoundSite(), None
        with steps.take("find_site") as step:
            steps.require("find_site", "crawl")
            fresh_for = fresh_within(self._fresh_for, steps.afresh)
            kept = await self._group_commit(None, company_sites.find, (company.company_id, fresh_for))
            if kept and kept.is_fresh:
                step.outcome, found = "reused", kept.site
                visit = await visit_site(found.domain, self._sites, steps) if found.domain else None
                return found, visit
            if kept and kept.site.domain:
                found, visit = await self._prove_again(company, kept.site, kept.site.domain, steps)
            if visit is None:
                found, visit = await self._search(company, tenant_id, steps, step)
            if visit is None or visit.documents:
                await self._group_commit(None, company_sites.save, (company.company_id, found))
        return found, visit

    async def _prove_again(
        self, company: Company, site: FoundSite, domain: str, steps: Steps
    ) -> tuple[FoundSite, Visit | None]:
        """Checks the known site again. Returns no visit if the proof fails; an unreachable site keeps its proof."""
        visit = await visit_site(domain, self._sites, steps, with_texts=True)
        if not visit.documents:
            return site, visit
        proof = prove_site(company, visit.documents)
        if proof.is_accepted:
            return FoundSite(domain, None, proof.confidence, proof.evidence), visit
        return FoundSite(), None

    async def _search(
        self, company: Company, tenant_id: int, steps: Steps, step: Step
    ) -> tuple[FoundSite, Visit | None]:
        """Searches for the first site whose pages prove it, else the best guess. Raises StepSkipped."""
        scopes = scopes_of(company.uen, company.website_domain)
        query = f"{company.name} Singapore"
        paid = await self._answers.search(query, tenant_id, afresh=steps.afresh, scopes=scopes)
        step.units = paid.units
        best = FoundSite()
        for home in candidates(company, paid.answer.results):
            domain = host_of(home)
            visit = await visit_site(domain, self._sites, steps, with_texts=True)
            proof = prove_site(company, visit.documents)
            if proof.is_accepted:
                return FoundSite(domain, None, proof.confidence, proof.evidence), visit
            if proof.confidence > best.confidence:
                best = FoundSite(None, visit.site.url, proof.confidence, proof.evidence)
        return best, None


async def visit_site(domain: str, sites: SiteCache, steps: Steps, *, with_texts: bool = False) -> Visit:
    """Visits a site as a step of the enrichment; returns an empty visit if the request leaves out the step.

    Raises SiteBusy or Unavailable, from the site cache.
    """
    visit = Visit(Site(outcome="empty"))
    with steps.take("crawl") as step:
        steps.require("crawl")
        visit = await sites.visit(domain, with_texts=with_texts, afresh=steps.afresh)
        step.outcome = "reused" if visit.was_cached else "done"
    return visit
