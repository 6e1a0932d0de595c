"""What becomes of leads: what stands in the tenant's Odoo already needs no call, the rest is brought there.

A tenant without an Odoo, or with one that refuses us, is told so; its leads are kept, and a resync brings them.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from typing import TypeAlias

import structlog

from common.cloudevents import decode_body, encode_body
from common.contracts import LeadScored
from common.errors import Permanent
from common.postgres import Connection
from odoo_sync import connections, links, states
from odoo_sync.connections import Connected, CredentialsUnreadable, Opener
from odoo_sync.links import Link, Standing, SyncOutcome
from odoo_sync.mapping import without_nul
from odoo_sync.odoo import OdooBlocked, OdooUnavailable
from odoo_sync.pushing import Draft, Taken, Terms, begun, is_done, push
from odoo_sync.servers import OdooServers
from odoo_sync.target import RealTarget
from odoo_sync.turns import Turns

log = structlog.get_logger(__name__)

#: Opens a transaction of the tenant.
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
#: By company: the leads, or where they stand.
Leads: TypeAlias = Mapping[int, LeadScored]
Links: TypeAlias = dict[int, Link]

#: What no row is made of.
UNWRITTEN = {"enriched_at", "scored_at", "confidence", "has_icp"}


class TenantBlocked(Permanent):
    """The tenant's Odoo refuses us altogether; the message says why."""


@dataclass(frozen=True)
class Sync:
    """The tenants' Odoos, and the terms on which leads go there."""

    servers: OdooServers
    turns: Turns
    credentials: Opener | None
    min_score: float
    recreate_deleted: bool = False

    def terms(self, connected: Connected) -> Terms:
        """Those of the service, and the tenant's own."""
        return Terms(self.min_score, self.recreate_deleted, connected.own_fields)

    @property
    def waits(self) -> Sequence[SyncOutcome]:
        """The outcomes that a resync tries again."""
        return (*links.WAITS, "deleted") if self.recreate_deleted else links.WAITS

    def unchanged(
        self, leads: Leads, known: Mapping[int, Standing], connected: Connected | None
    ) -> dict[int, Standing]:
        """Those that stand there already, or of which a newer score does. Pure, and quick: a night has thousands."""
        digest = None if connected is None or connected.blocked else self.digesting(connected)
        found = {}
        for company_id, event in leads.items():
            standing = known.get(company_id)
            if standing is None:
                continue
            is_there = digest is not None and standing.outcome in ("synced", "deleted")
            if standing.is_newer(event) or (is_there and digest and standing.digest == digest(event)):
                found[company_id] = standing
        return found

    def digesting(self, connected: Connected) -> Callable[[LeadScored], str]:
        """What tells leads apart that are not to be the same rows at the same place on the same terms."""
        terms = self.terms(connected)
        own = sorted(terms.own)
        start = blake2b(f"{connected.place} {terms.min_score} {terms.recreate_deleted} {own}".encode(), digest_size=12)

        def digest(event: LeadScored) -> str:
            digested = start.copy()
            digested.update(event.model_dump_json(exclude=UNWRITTEN).encode())
            return digested.hexdigest()

        return digest

    @asynccontextmanager
    async def turn(self, connected: Connected) -> AsyncIterator[None]:
        """No one else writes to this Odoo meanwhile. What was read of its links before may be out of date."""
        async with self.turns.at(connected.place):
            yield

    async def brought(self, opening: Opening, leads: Leads, connected: Connected) -> Links:
        """Where they stand in Odoo now; to be called in the tenant's turn. May be repeated.

        Raises OdooUnavailable (also when the connection was changed meanwhile), OdooRefused, TenantBlocked.
        """
        async with opening() as tx:
            await _must_be_current(tx, connected)
            known = await links.find(tx, list(leads))
        terms, digest = self.terms(connected), self.digesting(connected)
        new: Links = {}
        drafts: dict[int, Draft] = {}
        for company_id, event in leads.items():
            link = known.get(company_id)
            draft = begun(without_nul(event), link, connected.place, terms)
            if link is not None and link.standing.is_newer(event):
                new[company_id] = link
            elif link is not None and is_done(draft, link, connected.place, terms):
                new[company_id] = replace(link, enriched_at=event.enriched_at, scored_at=event.scored_at)
            else:
                drafts[company_id] = draft
        if drafts:
            async with self._blocking(opening, connected):
                target = RealTarget(self.servers.at(connected.opened(self.credentials)))
                made = await push(target, list(drafts.values()), connected.place, terms, taken_by(opening, connected))
            new |= dict(zip(drafts, made, strict=True))
        return {
            it: link
            if link.standing.is_newer(leads[it])
            else replace(link, lead=body(leads[it]), digest=digest(leads[it]))
            for it, link in new.items()
        }

    @asynccontextmanager
    async def _blocking(self, opening: Opening, connected: Connected) -> AsyncIterator[None]:
        """Notes that the tenant is blocked, and tells of it once. Raises TenantBlocked."""
        try:
            yield
        except (OdooBlocked, CredentialsUnreadable) as error:
            reason = str(error)
            async with opening() as tx:
                await _must_be_current(tx, connected)
                is_news = await states.block(tx, reason)
            if is_news:
                log.error("odoo_blocked", reason=reason, database=connected.place)
            raise TenantBlocked(reason) from error


def taken_by(opening: Opening, connected: Connected) -> Taken:
    """Asks which companies partners are already."""

    async def taken(partner_ids: Sequence[int]) -> Mapping[int, int]:
        async with opening() as tx:
            return await links.companies_of(tx, partner_ids, connected.place)

    return taken


def stored(waiting: Links) -> Leads:
    """The leads as they were told, by company, with the times at which they were last confirmed."""
    found = {}
    for company_id, link in waiting.items():
        event = decode_body(LeadScored, (link.lead or "").encode())
        enriched_at = max(event.enriched_at, link.enriched_at)
        found[company_id] = event.model_copy(update={"enriched_at": enriched_at, "scored_at": link.scored_at})
    return found


def body(event: LeadScored) -> str:
    """The lead as it is kept."""
    return encode_body(event).decode()


async def _must_be_current(tx: Connection, connected: Connected) -> None:
    """Who waits for a turn, or for Odoo, may find that meanwhile another was blocked, or the operator has acted."""
    now = await connections.find(tx)
    if now is not None and now == replace(connected, blocked=now.blocked):
        if now.blocked is not None:
            raise TenantBlocked(now.blocked)
        return
    raise OdooUnavailable("the connection to this Odoo was changed meanwhile")
