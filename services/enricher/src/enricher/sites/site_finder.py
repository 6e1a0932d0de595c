"""Finds a company's site and visits it: the site that the register names, or the result of a search."""

from dataclasses import replace
from typing import Any

from common.contracts import Company, Site
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visits import Visit
from enricher.extract.facts import LIKELY, Fact
from enricher.extract.linkedin import linkedin_page
from enricher.pages.directories import is_directory
from enricher.pages.urls import host_of, resolve
from enricher.sites.ownership import prove_site
from enricher.sites.search import SiteSearch, visit_site
from enricher.steps import Steps


def site_with(site: Site, **more: Any) -> Site:
    """Returns the site with these fields set; `None` leaves a field as it is."""
    return site.model_copy(update={name: value for name, value in more.items() if value is not None})


async def find_site(
    company: Company, tenant_id: int, sites: SiteCache, search: SiteSearch, steps: Steps
) -> tuple[Site, Visit]:
    """Visits the site that the register names, or one that a search finds and its pages prove.

    A page at a directory or social network is no site: the company's own is searched for.
    """
    profile_page = _profile_page(company.website_domain)
    if company.website_domain and not profile_page:
        return await _visit_named(company, company.website_domain, sites, steps)
    found, own = await search.find(company, tenant_id, steps)
    if own is not None:
        site = site_with(own.site, found_by="search", confidence=found.confidence, profile=profile_page)
        return site, _with_profile(own, profile_page)
    reason = "no website known"
    if profile_page:
        reason = f"the register names {host_of(profile_page)}, a directory or social network, as the website"
    if found.guess:
        reason = f"a site was found but not used: its proof of ownership is only {found.confidence:.2f}"
    site = site_with(Site(outcome="no_site_known"), guess=found.guess, profile=profile_page)
    return site, _with_profile(Visit(site, degraded_reasons=(reason,)), profile_page)


async def _visit_named(company: Company, domain: str, sites: SiteCache, steps: Steps) -> tuple[Site, Visit]:
    """Visits the site that the register names; a site that it redirects to has to prove that it is the company's."""
    visit = await visit_site(domain, sites, steps)
    if visit.moved_to and is_directory(host_of(visit.moved_to)):  # the company's page there, perhaps, but not its site
        site = site_with(visit.site, found_by="register", confidence=1.0, profile=visit.moved_to)
        return site, _with_profile(visit, visit.moved_to)
    if visit.moved_to:
        other = await visit_site(host_of(visit.moved_to), sites, steps, with_texts=True)
        proof = prove_site(company, other.documents)
        if proof.is_accepted:
            site = site_with(other.site, found_by="register", confidence=proof.confidence, moved_from=domain)
            return site, other
    return site_with(visit.site, found_by="register", confidence=1.0), visit


def _profile_page(domain: str | None) -> str | None:
    """Returns the page at a directory or social network that the register names as the website; `None` for a site."""
    if not domain:
        return None
    named = f"https://{domain.strip().rpartition('://')[2]}"
    url = resolve(named, named)
    return url if url and is_directory(host_of(url)) else None


def _with_profile(visit: Visit, profile_page: str | None) -> Visit:
    """Adds the company's LinkedIn page as a fact to the visit, if the register names it."""
    page = linkedin_page(profile_page) if profile_page else None
    if page is None:
        return visit
    return replace(visit, facts=(*visit.facts, Fact("linkedin", page, page, "page", LIKELY)))
