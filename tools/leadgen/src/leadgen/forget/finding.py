"""Finds the data of the subject: its companies, and the persons' addresses, names, titles and numbers."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import asyncpg

from common.forgotten.digests import ForgottenPerson, last_digits, scopes_of, words_of
from common.forgotten.redaction import emails_of, names_of, persons_in, phones_of, texts_in
from common.shared_hosts import SHARED_HOSTS
from leadgen.forget.row_contents import bodies, contents
from leadgen.forget.subject import Subject
from leadgen.forget.tables import Owner, Search, Table, reading

OF_UEN = "SELECT company_id FROM companies WHERE uen = $1"
OF_DOMAIN = "SELECT company_id FROM companies WHERE website_domain = $1"
#: Domains that several companies of the register have.
OF_SEVERAL = """
    SELECT domain FROM unnest($1::text[]) AS given (domain)
     WHERE 1 < (SELECT count(*) FROM (
                    SELECT company_id FROM companies WHERE website_domain IN (given.domain, 'www.' || given.domain)
                     UNION
                    SELECT company_id FROM company_sites WHERE domain IN (given.domain, 'www.' || given.domain)) AS it)
"""
COMPANIES = """
    SELECT company_id, coalesce(uen, no_uen(name)) AS uen, name, website_domain, domain AS found_domain
      FROM companies LEFT JOIN company_sites USING (company_id) WHERE company_id = ANY ($1::bigint[])
"""

#: Words of companies' names that many have.
_COMMON_WORDS = frozenset(
    ("the", "and", "of", "co", "company", "inc", "llp", "ltd", "limited", "pte", "private", "pvt", "singapore")
)

Record = Mapping[str, Any]


@dataclass
class Found:
    """All data of a subject."""

    subject: Subject
    company_ids: set[int] = field(default_factory=set)
    uens: set[str] = field(default_factory=set)
    domains: set[str] = field(default_factory=set)
    company_names: list[frozenset[str]] = field(default_factory=list)
    emails: set[str] = field(default_factory=set)
    records: list[Record] = field(default_factory=list)

    @property
    def scopes(self) -> list[str]:
        return sorted(scopes_of(*self.uens, *self.domains))

    @property
    def search(self) -> Search:
        texts = {*self.emails, *self.scopes, *(it for it in self.person.vendor_ids if len(it) > 5)}
        names = frozenset(" ".join(it.lower().split()) for it in self.person.names if len(words_of(it)) > 1)
        return Search(frozenset(texts), frozenset(self.company_ids), names)

    @property
    def person(self) -> ForgottenPerson:
        """Collects the values of the subject's persons. A company's registered name is public, and is not removed."""
        own = self._own_records()
        others = [it for it in self.records if not any(it is mine for mine in own)]
        shared = {last_digits(it) for other in others if names_of(other) for it in phones_of(other)}
        return ForgottenPerson(
            emails=frozenset({*self.emails, *(it for mine in own for it in emails_of(mine))}),
            names=frozenset(it for mine in own for it in self._names_of(mine)),
            titled=frozenset(
                (it, title)
                for mine in own
                if isinstance(title := mine.get("title"), str) and title
                for it in self._names_of(mine)
            ),
            phones=frozenset(it for mine in own for it in phones_of(mine) if last_digits(it) not in shared),
            vendor_ids=frozenset(it for mine in own if isinstance(it := mine.get("vendor_id"), str) and it),
        )

    def _own_records(self) -> list[Record]:
        """Lists the subject's persons' records: for an address, those with it, and those with one of their names."""
        if self.subject.kind == "company":
            return self.records
        emails, names, own = {self.subject.value}, set[tuple[str, ...]](), list[Record]()
        while True:
            mine = [
                it
                for it in self.records
                if emails & set(emails_of(it)) or names & {tuple(sorted(words_of(name))) for name in names_of(it)}
            ]
            if len(mine) == len(own):
                return own
            own = mine
            emails |= {email for it in own for email in emails_of(it)}
            names |= {tuple(sorted(words_of(name))) for it in own for name in names_of(it)}

    def _names_of(self, record: Record) -> list[str]:
        return [it for it in names_of(record) if words_of(it) and not self._is_registered(it)]

    def _is_registered(self, name: str) -> bool:
        words = frozenset(words_of(name))
        return any(words <= registered for registered in self.company_names)

    def is_of(self, table: Table, row: asyncpg.Record, values: Sequence[Any]) -> bool:
        """Whether a row, or a part of it, is about one of the subject's companies."""
        if "company_id" in table.others and row["company_id"] in self.company_ids:
            return True
        if table.name == "crawled_sites" and row["domain"].removeprefix("www.") in self.domains:
            return True
        return any(self._is_about(it) for it in values if isinstance(it, dict))

    def is_named_in(self, values: Sequence[Any]) -> bool:
        """Whether an answer names the subject's companies, or persons there by more than their names."""
        texts = {text.lower() for value in values for text in texts_in(value)}
        at_all = " ".join(texts)
        words = frozenset(words_of(at_all))
        ids = {it for record in self.records if isinstance(it := record.get("vendor_id"), str)}
        return (
            any(it in at_all for it in {*self.emails, *self.scopes})
            or any(name and name <= words for name in (it - _COMMON_WORDS for it in self.company_names))
            or not ids.isdisjoint(texts)
        )

    def _is_about(self, value: Record) -> bool:
        company = value.get("company")
        return value.get("domain") in self.domains or (isinstance(company, dict) and company.get("uen") in self.uens)


async def find(
    db: Owner, tables: Sequence[Table], tenants: Sequence[int], subject: Subject, known_ids: Collection[int]
) -> Found:
    """Searches all tables until it finds nothing new. `known_ids` are companies of an earlier run."""
    found = Found(subject, set(known_ids))
    if subject.kind == "email":
        found.emails.add(subject.value)
        own = await _not_shared(db, {subject.domain or ""})
        first = await db.fetch(OF_DOMAIN, *own) if own else []
    else:
        found.uens.add(subject.value)
        first = await db.fetch(OF_UEN, subject.value)
    found.company_ids |= {row["company_id"] for row in first}
    while True:
        before = found.search
        await _add_companies(db, found)
        found.records = []
        for table in tables:
            for tenant_id in tenants if table.is_of_tenants else tenants[:1]:
                async with reading(db, table, before, tenant_id, is_locked=False) as batches:
                    async for batch in batches:
                        found.records += [record for row in batch.rows for record in _records(found, table, row)]
        found.emails |= found.person.emails
        if found.search == before:
            return found


async def _add_companies(db: Owner, found: Found) -> None:
    for row in await db.fetch(COMPANIES, sorted(found.company_ids)):
        found.uens.add(row["uen"])
        domains = {it.removeprefix("www.") for it in (row["website_domain"], row["found_domain"]) if it}
        found.domains |= await _not_shared(db, domains)
        found.company_names.append(frozenset(words_of(row["name"])))


async def _not_shared(db: Owner, domains: Collection[str]) -> set[str]:
    """Returns the domains that belong to one company only."""
    shared = {row["domain"] for row in await db.fetch(OF_SEVERAL, sorted(domains))}
    return {*domains} - shared - SHARED_HOSTS


def _records(found: Found, table: Table, row: asyncpg.Record) -> Iterator[Record]:
    """Yields the persons in a row. Collects the companies of rows that hold the subject's address."""
    texts = contents(table, row)
    messages = list(bodies(table, row))
    values = [texts, *texts.values(), *messages]
    records = [record for value in (texts, *messages) for record in persons_in(value)]
    if found.subject.kind == "email" and _names(found.subject.value, values, records):
        if "company_id" in table.others and row["company_id"]:
            found.company_ids.add(row["company_id"])
        found.company_ids |= {
            company["company_id"]
            for value in values
            if isinstance(value, dict) and isinstance(company := value.get("company"), dict)
            if isinstance(company.get("company_id"), int)
        }
    if found.is_of(table, row, values):
        yield from records
        return
    at = tuple(f"@{domain}" for domain in found.domains)
    for record in records:
        emails = emails_of(record)
        if found.emails & set(emails) or (found.subject.kind == "company" and any(it.endswith(at) for it in emails)):
            yield record


def _names(email: str, values: Sequence[Any], records: Sequence[Record]) -> bool:
    """Whether a row holds the address, as a whole."""
    whole = re.compile(rf"(?<![\w.%+-]){re.escape(email)}(?![\w-])", re.IGNORECASE)
    return any(email in emails_of(record) for record in records) or any(
        whole.search(text) for value in values for text in texts_in(value)
    )
