"""What becomes of leads: what needs no call is settled at once, the rest is brought into the tenant's Odoo.

A tenant without an Odoo, or with one that refuses us, is told so; its leads are kept, and a resync brings them.
"""

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from typing import TypeAlias

import structlog

from common.cloudevents import encode_body
from common.contracts import LeadScored
from common.postgres import Connection
from odoo_sync import links, states
from odoo_sync.connections import Connected, CredentialsUnreadable, Opener
from odoo_sync.links import Link, SyncOutcome, unsent
from odoo_sync.odoo import OdooBlocked
from odoo_sync.pushing import Draft, Terms, begun, is_done, push
from odoo_sync.servers import OdooServers
from odoo_sync.target import RealTarget
from odoo_sync.turns import Turns

log = structlog.get_logger(__name__)

#: Opens a transaction of the tenant.
Opening: TypeAlias = Callable[[], AbstractAsyncContextManager[Connection]]
#: By company: the leads, or where they stand.
Leads: TypeAlias = Mapping[int, LeadScored]
Links: TypeAlias = dict[int, Link]


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

    def settled(self, leads: Leads, known: Mapping[int, Link], connected: Connected | None) -> Links:
        """Those that Odoo need not, or must not, be asked for. Pure."""
        found = {}
        for company_id, event in leads.items():
            link = self._settled(event, known.get(company_id), connected)
            if link is not None:
                found[company_id] = link
        return found

    def _settled(self, event: LeadScored, known: Link | None, connected: Connected | None) -> Link | None:
        if known is not None and is_older(event, known):
            return known
        if connected is None:
            return unsent(known, event, "no_connection", None, body(event))
        if connected.blocked is not None:
            return unsent(known, event, "blocked", connected.blocked, body(event))
        if known is None:
            return None
        terms = self.terms(connected)
        if not is_done(begun(event, known, connected.place, terms), known, connected.place, terms):
            return None
        return replace(known, scored_at=event.scored_at)

    @asynccontextmanager
    async def turn(self, connected: Connected) -> AsyncIterator[None]:
        """No one else writes to this Odoo meanwhile. What was read of its links before may be out of date."""
        async with self.turns.at(connected.place):
            yield

    async def brought(self, opening: Opening, leads: Leads, connected: Connected) -> Links:
        """Where they stand in Odoo now, or that it refuses us; to be called in the tenant's turn. May be repeated.

        Raises OdooUnavailable, OdooRefused.
        """
        async with opening() as tx:
            known = await links.find(tx, list(leads))
        terms = self.terms(connected)
        done = {it: link for it, link in known.items() if is_older(leads[it], link)}
        left = {it: event for it, event in leads.items() if it not in done}
        drafts = [begun(event, known.get(it), connected.place, terms) for it, event in left.items()]
        try:
            target = RealTarget(self.servers.at(connected.opened(self.credentials)))
            made = await self._push(opening, target, drafts, connected, terms)
        except (OdooBlocked, CredentialsUnreadable) as error:
            reason = str(error)
            async with opening() as tx:
                is_news = await states.block(tx, reason)
            if is_news:
                log.error("odoo_blocked", reason=reason, database=connected.place)
            return done | {
                it: unsent(known.get(it), event, "blocked", reason, body(event)) for it, event in left.items()
            }
        return done | {
            it: replace(link, lead=body(event)) for (it, event), link in zip(left.items(), made, strict=True)
        }

    async def _push(
        self, opening: Opening, target: RealTarget, drafts: list[Draft], connected: Connected, terms: Terms
    ) -> list[Link]:
        async def taken(partner_ids: Sequence[int]) -> Mapping[int, int]:
            async with opening() as tx:
                return await links.companies_of(tx, partner_ids, connected.place)

        return await push(target, drafts, connected.place, terms, taken)


def is_older(event: LeadScored, known: Link) -> bool:
    """Whether the link tells of a newer score, which this one must not undo."""
    return known.scored_at > event.scored_at


def body(event: LeadScored) -> str:
    """The lead as it is kept."""
    return encode_body(event).decode()
