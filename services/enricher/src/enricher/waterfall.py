"""The steps of an enrichment, in order: the company's site, what it says, whom to write to, and whether mail arrives.

A vendor that is missing, out of budget or down costs a step, never the company: `steps` says what was left out and why.
"""

import asyncio
from datetime import datetime

from common.contracts import Company, Contact
from common.group_commit import GroupCommit
from enricher import company_facts
from enricher.contacts import contacts
from enricher.contacts.prospects import People, Sold, sold_with, with_status
from enricher.contacts.verification import Verifier
from enricher.enrichment import Enrichment
from enricher.extract.facts import Fact
from enricher.pages.urls import homepage, host_of, site_of
from enricher.profiling import Limits, Web, profile
from enricher.sites.directories import is_directory
from enricher.steps import Steps

MAX_CONTACTS = 12


class Waterfall:
    """Enriches companies, many at once, which share the transactions of `group_commit`."""

    def __init__(self, web: Web, people: People, verifier: Verifier, group_commit: GroupCommit, limits: Limits) -> None:
        self._web = web
        self.group_commit = group_commit
        self._people = people
        self._verifier = verifier
        self._limits = limits

    async def enrich(self, company: Company, tenant_id: int) -> Enrichment:
        """May be repeated: what was bought is used again. Raises SiteBusy, Unavailable; nothing for a vendor's sake."""
        steps = Steps()
        found = await profile(company, tenant_id, self._web, self._limits, steps)
        sold = await self._people.find(_domain_of(company, found.site.url), found.contacts, tenant_id, steps)
        ways = await self._verified(_merged(found.contacts, sold)[:MAX_CONTACTS], tenant_id, steps)
        by_address = {contact.value: contact for contact in ways}
        sold = [sold_with(it, by_address[it.contact.value]) for it in sold if it.contact.value in by_address]
        return Enrichment(found, ways, tuple(sold), steps)

    async def keep(self, company: Company, tenant_id: int, done: Enrichment, *, now: datetime) -> list[Fact]:
        """Keeps facts and contacts; what is known by now. May be repeated. Raises Unavailable."""
        vendor_ids = {it.contact.value: it.vendor_id for it in done.sold}
        facts = company_facts.FoundNow(company.company_id, done.facts, now)
        found = contacts.FoundContacts(company.company_id, done.contacts, vendor_ids, now)
        known, _ = await asyncio.gather(
            self.group_commit(None, company_facts.keep, facts), self.group_commit(tenant_id, contacts.save, found)
        )
        return list(known.values())

    async def _verified(self, ways: tuple[Contact, ...], tenant_id: int, steps: Steps) -> tuple[Contact, ...]:
        """The ways to write to it, their e-mail addresses as verified as can be."""
        with steps.take("zerobounce") as step:
            emails = [contact.value for contact in ways if contact.kind == "email"]
            if not emails:
                step.outcome = "not_needed"
                return ways
            verified = await self._verifier.verify(tenant_id, emails)
            step.units = verified.units
            step.outcome = "done" if verified.is_new else "reused" if verified.known else "skipped"
            if verified.reasons:
                steps.explain(step, *verified.reasons)
            return tuple(
                with_status(contact, said.status, said.sub_status or None)
                if contact.kind == "email" and (said := verified.known.get(contact.value))
                else contact
                for contact in ways
            )
        return ways


def _domain_of(company: Company, url: str | None) -> str | None:
    """The registrable domain that is the company's own; none where its page is on a marketplace or a social network."""
    home = url or (homepage(company.website_domain, "https") if company.website_domain else None)
    host = host_of(home) if home else ""
    return None if not host or is_directory(host) else site_of(host)


def _merged(own: tuple[Contact, ...], sold: list[Sold]) -> tuple[Contact, ...]:
    """People first, then desks, then telephones; one entry per address, the one that names its person."""
    found: dict[str, Contact] = {}
    for contact in (*(it.contact for it in sold), *own):
        found.setdefault(contact.value, contact)
    rank = {("email", False): 0, ("email", True): 1}
    return tuple(sorted(found.values(), key=lambda contact: rank.get((contact.kind, contact.is_role), 2)))
