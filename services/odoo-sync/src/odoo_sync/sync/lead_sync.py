"""Decides which leads of a tenant need a call to its Odoo, and writes those."""

from collections.abc import AsyncIterator, Callable, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeAlias

import structlog

from common.cloudevents import decode_body, encode_body
from common.contracts import LeadScored
from common.errors import Permanent
from common.postgres import Connection
from odoo_sync.model import RESYNCED, Leads, Link, LinkStatus, SyncOutcome, Terms
from odoo_sync.protocols.odoo import OdooBlocked, OdooUnavailable
from odoo_sync.protocols.servers import OdooServer, OdooServers
from odoo_sync.records.mapping import without_nul
from odoo_sync.sync.availability import Transaction, outage_or_error, require_available
from odoo_sync.sync.draft import Draft, is_up_to_date, start_draft
from odoo_sync.sync.existing_records import FindOwners
from odoo_sync.sync.known_records import ForeignRecordsFound
from odoo_sync.sync.push import push
from odoo_sync.sync.same_database import note_restored, require_same_database
from odoo_sync.sync.target import RealTarget
from odoo_sync.tables import connections, links, matches, states
from odoo_sync.tables.connections import CredentialsUnreadable, Decrypter, StoredConnection
from odoo_sync.tables.writer_lock import WriterLock

log = structlog.get_logger(__name__)

#: Links by company.
Links: TypeAlias = dict[int, Link]

#: Fields of a lead that no row is made of.
UNWRITTEN = {"enriched_at", "scored_at", "confidence", "has_icp", "skip", "opening"}


class TenantBlocked(Permanent):
    """The tenant's Odoo refuses all calls; the message says why."""


@dataclass(frozen=True)
class LeadSync:
    """The tenants' Odoos, and the service's rules for writing there."""

    servers: OdooServers
    writer_lock: WriterLock
    decrypter: Decrypter | None
    min_score: float
    recreate_deleted: bool = False

    def terms(self, connection: StoredConnection) -> Terms:
        """Combines the rules of the service with the tenant's own."""
        return Terms(self.min_score, self.recreate_deleted, connection.own_fields, connection.lead)

    @property
    def resynced(self) -> Sequence[SyncOutcome]:
        """The outcomes for which a resync tries again."""
        return (*RESYNCED, "deleted") if self.recreate_deleted else RESYNCED

    @property
    def outcomes_to_resync(self) -> Sequence[SyncOutcome]:
        """The outcomes whose leads a resync compares with Odoo: all if it recreates records that people deleted."""
        return (*self.resynced, "synced") if self.recreate_deleted else self.resynced

    def unchanged(
        self,
        leads: Leads,
        known: Mapping[int, LinkStatus],
        connection: StoredConnection | None,
        afresh: Collection[int] = (),
    ) -> dict[int, LinkStatus]:
        """Selects the leads that need no call: Odoo has them as wanted, or the link is newer. Pure.

        Those of companies in `afresh` are written again, also if Odoo has them as wanted.
        """
        digest = None if connection is None or connection.blocked else self.digest_function(connection)
        found = {}
        for company_id, event in leads.items():
            status = known.get(company_id)
            if status is None:
                continue
            is_in_odoo = company_id not in afresh and status.outcome in ("synced", "deleted")
            if status.is_newer(event) or (is_in_odoo and digest and status.digest == digest(event)):
                found[company_id] = status
        return found

    def digest_function(self, connection: StoredConnection) -> Callable[[LeadScored], str]:
        """Builds a function that hashes a lead's written fields with place and terms."""
        terms = self.terms(connection)
        own = sorted(terms.own)
        start = blake2b(f"{connection.place} {terms.min_score} {terms.recreate_deleted} {own}".encode(), digest_size=12)

        def digest(event: LeadScored) -> str:
            digested = start.copy()
            digested.update(event.model_dump_json(exclude=UNWRITTEN).encode())
            return digested.hexdigest()

        return digest

    @asynccontextmanager
    async def only_writer(self, connection: StoredConnection) -> AsyncIterator[None]:
        """Holds the writer lock of this Odoo. Links that were read before may be outdated."""
        async with self.writer_lock.hold(connection.server):
            yield

    async def write(
        self,
        transaction: Transaction,
        leads: Leads,
        connection: StoredConnection,
        afresh: Collection[int] = (),
        *,
        is_looking: bool = False,
    ) -> Links:
        """Writes leads into Odoo; returns their new links. The caller holds the writer lock. May be repeated.

        With `is_looking`, records are compared with Odoo also where the link says that they are as wanted.
        Records of companies in `afresh` are sent also where Odoo has them as wanted; people's edits are kept.
        Raises OdooUnavailable (also if the connection was changed meanwhile), OdooAway, OdooRefused, TenantBlocked.
        """
        async with transaction() as tx:
            connection = await _require_current(tx, connection)
            known = await links.find(tx, list(leads))
            decided = await matches.find(tx, list(leads), connection.place)
        new, drafts = self._drafted(leads, known, decided, connection, afresh, is_looking)
        if drafts:
            async with self._noting_refusal(transaction, connection):
                server = self.servers.get(connection.decrypted(self.decrypter))
                await require_available(transaction, connection.server, server)
                try:
                    replacement = await require_same_database(transaction, connection, server)
                    if replacement != connection:
                        connection = replacement
                        new, drafts = self._drafted(leads, known, decided, connection, afresh, is_looking)
                    try:
                        made = await self._pushed(transaction, server, drafts, connection)
                    except ForeignRecordsFound as found:
                        connection = await note_restored(transaction, connection, found)
                        new, drafts = self._drafted(leads, known, decided, connection, afresh, is_looking)
                        made = await self._pushed(transaction, server, drafts, connection)
                except OdooUnavailable as error:
                    raise await outage_or_error(transaction, connection.server, server, error) from error
            new |= dict(zip(drafts, made, strict=True))
        digest = self.digest_function(connection)
        return {
            it: link
            if link.status.is_newer(leads[it])
            else replace(link, lead=encode_body(leads[it]).decode(), digest=digest(leads[it]))
            for it, link in new.items()
        }

    def _drafted(
        self,
        leads: Leads,
        known: Mapping[int, Link],
        decided: Mapping[int, int],
        connection: StoredConnection,
        afresh: Collection[int],
        is_looking: bool,
    ) -> tuple[Links, dict[int, Draft]]:
        """Separates links that need no call from drafts of the others. Pure. `is_looking`: all need one."""
        terms = self.terms(connection)
        new: Links = {}
        drafts: dict[int, Draft] = {}
        for company_id, event in leads.items():
            link = known.get(company_id)
            draft = start_draft(without_nul(event), link, connection.place, terms)
            if link is not None and link.status.is_newer(event):
                new[company_id] = link
            elif (
                not is_looking
                and company_id not in afresh
                and link is not None
                and is_up_to_date(draft, link, connection.place, terms)
            ):
                new[company_id] = replace(link, enriched_at=event.enriched_at, scored_at=event.scored_at)
            else:
                draft.is_afresh = company_id in afresh
                draft.decided = decided.get(company_id)
                drafts[company_id] = draft
        return new, drafts

    async def _pushed(
        self, transaction: Transaction, server: OdooServer, drafts: Mapping[int, Draft], connection: StoredConnection
    ) -> list[Link]:
        owners = owner_finder(transaction, connection)
        return await push(RealTarget(server), list(drafts.values()), connection.place, self.terms(connection), owners)

    @asynccontextmanager
    async def _noting_refusal(self, transaction: Transaction, connection: StoredConnection) -> AsyncIterator[None]:
        """Marks the tenant blocked if Odoo refuses all calls, and logs that once. Raises TenantBlocked."""
        try:
            yield
        except (OdooBlocked, CredentialsUnreadable) as error:
            reason = str(error)
            async with transaction() as tx:
                await _require_current(tx, connection)
                is_news = await states.block(tx, reason)
            if is_news:
                log.error("odoo_blocked", reason=reason, database=connection.server)
            raise TenantBlocked(reason) from error


def owner_finder(transaction: Transaction, connection: StoredConnection) -> FindOwners:
    """Builds the look-up of the companies that partners are linked to."""

    async def find_owners(partner_ids: Sequence[int]) -> Mapping[int, int]:
        async with transaction() as tx:
            return await links.owners(tx, partner_ids, connection.place)

    return find_owners


def stored_leads(stored: Mapping[int, Link], registered: Mapping[int, str | None]) -> Leads:
    """Decodes the leads of links, by company, with the newest times seen and the register's present status."""
    found = {}
    for company_id, link in stored.items():
        event = decode_body(LeadScored, (link.lead or "").encode())
        enriched_at = max(event.enriched_at, link.enriched_at)
        company = event.company.model_copy(update={"status": registered.get(company_id, event.company.status)})
        now = {"enriched_at": enriched_at, "scored_at": link.scored_at, "company": company}
        found[company_id] = event.model_copy(update=now)
    return found


async def _require_current(tx: Connection, connection: StoredConnection) -> StoredConnection:
    """Checks that the operator changed nothing and the tenant was not blocked while this writer waited.

    Returns the connection as it is stored now: the database may have been replaced since.
    """
    now = await connections.find(tx)
    if now is not None and now.is_same(connection):
        if now.blocked is not None:
            raise TenantBlocked(now.blocked)
        return now
    raise OdooUnavailable("the connection to this Odoo was changed during the sync")
