"""Runs the steps of an enrichment in order: public profile, prospects, verified e-mail addresses.

A vendor that is missing, out of budget or down skips a step and never fails the company: `steps` records why.
"""

import asyncio
import sys
from collections.abc import Collection, Sequence
from datetime import datetime

from common.contracts import Company, Contact
from common.forgotten.suppression import Suppression
from common.handling.group_commit import GroupCommit
from enricher.contacts import contacts
from enricher.contacts.prospects import Prospect, Prospects, with_contact, with_fit, with_status
from enricher.contacts.verification import Verifier
from enricher.enrichment import company_facts, forgetting
from enricher.enrichment.profiling import Limits, ProfileSources, profile
from enricher.enrichment.result import Enrichment
from enricher.extract.contact_limit import shortlist
from enricher.extract.facts import Fact
from enricher.extract.persons.titles import fit_of
from enricher.pages.directories import is_directory
from enricher.pages.urls import homepage, host_of, site_of
from enricher.steps import Steps

MAX_CONTACTS = 12


class Waterfall:
    """Enriches companies, many at once, which share the transactions of `group_commit`."""

    def __init__(
        self,
        web: ProfileSources,
        prospects: Prospects,
        verifier: Verifier,
        group_commit: GroupCommit,
        limits: Limits,
        suppression: Suppression,
    ) -> None:
        self._web = web
        self.group_commit = group_commit
        self._prospects = prospects
        self._verifier = verifier
        self._limits = limits
        self._suppression = suppression

    async def enrich(
        self, company: Company, tenant_id: int, left_out: Collection[str] = (), *, afresh: datetime | None = None
    ) -> Enrichment:
        """Enriches one company without the steps `left_out`. May be repeated: cached answers are not bought again.

        Of a rerun to be done afresh only those from `afresh` on. Nothing is looked for about a company that is
        forgotten, and forgotten people are left out. Raises SiteBusy or Unavailable.
        """
        steps = Steps(left_out=left_out, afresh=afresh)
        if (await self._suppression.current()).has_company(company.uen):
            steps.note(forgetting.REASON)
            return Enrichment(forgetting.nothing_of(), (), (), steps)
        found = await profile(company, tenant_id, self._web, self._limits, steps)
        found = forgetting.allowed(found, company, await self._suppression.current())
        prospects = await self._prospects.find(_domain_of(company, found.site.url), found.contacts, tenant_id, steps)
        prospects = forgetting.allowed_prospects(prospects, company, await self._suppression.current())
        known = _merged(found.contacts, prospects, self._prospects.titles)
        ways = await self._verified(shortlist(known, MAX_CONTACTS), tenant_id, steps)
        by_address = {contact.value: contact for contact in ways}
        prospects = [
            with_contact(it, by_address[it.contact.value]) for it in prospects if it.contact.value in by_address
        ]
        people = [
            person.model_copy(update={"fit": fit_of(person.title, self._prospects.titles)}) for person in found.people
        ]
        people.sort(key=lambda person: _place(person.fit))
        return Enrichment(found, ways, tuple(prospects), steps, tuple(people))

    async def save(self, company: Company, tenant_id: int, done: Enrichment, *, now: datetime) -> list[Fact]:
        """Saves facts and contacts, and returns all facts known now. May be repeated. Raises Unavailable."""
        vendor_ids = {it.contact.value: it.vendor_id for it in done.prospects}
        facts = company_facts.NewFacts(company.company_id, done.facts, now)
        found = contacts.FoundContacts(company.company_id, done.contacts, vendor_ids, now)
        known, _ = await asyncio.gather(
            self.group_commit(None, company_facts.save, facts), self.group_commit(tenant_id, contacts.save, found)
        )
        return list(known.values())

    async def _verified(self, ways: tuple[Contact, ...], tenant_id: int, steps: Steps) -> tuple[Contact, ...]:
        """Returns the contacts, with the verifier's status on each e-mail address that has one."""
        with steps.take("zerobounce") as step:
            steps.require("zerobounce")
            emails = [contact.value for contact in ways if contact.kind == "email"]
            if not emails:
                step.outcome = "not_needed"
                return ways
            verified = await self._verifier.verify(tenant_id, emails, afresh=steps.afresh)
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
    """Returns the company's own registrable domain; `None` if its page is on a marketplace or a social network."""
    home = url or (homepage(company.website_domain, "https") if company.website_domain else None)
    host = host_of(home) if home else ""
    return None if not host or is_directory(host) else site_of(host)


def _merged(own: tuple[Contact, ...], prospects: list[Prospect], titles: Sequence[str]) -> tuple[Contact, ...]:
    """Merges contacts: people first, by wanted title, then role addresses, then telephones.

    Of one address, a prospect's entry wins.
    """
    found: dict[str, Contact] = {}
    for contact in (*(it.contact for it in prospects), *own):
        found.setdefault(contact.value, with_fit(contact, titles))
    rank = {("email", False): 0, ("email", True): 1}
    return tuple(
        sorted(
            found.values(), key=lambda it: (rank.get((it.kind, it.is_role), 2), it.kind == "email" and _place(it.fit))
        )
    )


def _place(fit: int | None) -> int:
    """Sorts the wanted titles before all others."""
    return sys.maxsize if fit is None else fit
