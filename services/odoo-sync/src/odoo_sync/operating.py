"""The operator's commands, which run once and print a JSON object: check, resync, preview (of a sync), audit."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias

import orjson

from common import logs, outbox
from common.cloudevents import Envelope
from common.contracts import ResyncOdoo
from common.errors import LeadgenError, Permanent
from common.ids import new_id
from common.outbox import Announcement
from common.postgres import Connection, Database
from odoo_sync import connections, links, states
from odoo_sync.auditing import audit
from odoo_sync.checking import check
from odoo_sync.connections import Connected, CredentialsUnreadable
from odoo_sync.odoo import OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.previewing import preview
from odoo_sync.syncing import Sync

NAME = "odoo-sync"
CONNECTED = "SELECT tenant_id FROM tenants WHERE active AND ($1::int IS NULL OR tenant_id = $1) ORDER BY tenant_id"

#: What a tenant's Odoo, or its key, may fail with.
_ODOOS = (OdooUnavailable, OdooRefused, OdooBlocked, CredentialsUnreadable)

Composing: TypeAlias = Callable[[Database], AbstractAsyncContextManager[Sync]]
Told: TypeAlias = dict[str, Any]


class NotConnected(Permanent):
    """The tenant has no Odoo."""


def main(database_url: str, log_level: str, compose: Composing) -> None:
    """Runs the command that the arguments name; exit code 1 where something is not as it should be."""
    logs.configure(NAME, log_level, sys.stderr)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--tenant", type=int, help="only this one; without it, every tenant that has an Odoo")
    asked = parser.parse_args()
    try:
        told = asyncio.run(run(database_url, compose, COMMANDS[asked.command], asked.tenant))
    except LeadgenError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    sys.stdout.write(orjson.dumps({"tenants": told}).decode() + "\n")


async def run(database_url: str, compose: Composing, command: "Command", tenant_id: int | None) -> list[Told]:
    """What the command says of each tenant that has an Odoo, or of this one. Raises NotConnected, Unavailable."""
    database = await Database.connect(database_url, size=2, name=f"{NAME}-operator")
    try:
        async with compose(database) as syncing:
            told = []
            for tenant, connected in await _connected(database, tenant_id):
                try:
                    told.append({"tenant": tenant, **await command(Desk(database, syncing, tenant, connected))})
                except _ODOOS as error:  # the other tenants' are asked all the same
                    told.append({"tenant": tenant, "error": str(error)})
            return told
    finally:
        await database.close()


async def _connected(database: Database, tenant_id: int | None) -> list[tuple[int, Connected]]:
    async with database.without_tenant() as tx:
        tenants = [row["tenant_id"] for row in await tx.fetch(CONNECTED, tenant_id)]
    found = []
    for tenant in tenants:
        async with database.transaction(tenant) as tx:
            connected = await connections.find(tx)
        if connected is not None:
            found.append((tenant, connected))
    if tenant_id is not None and not found:
        raise NotConnected(f"tenant {tenant_id} has no Odoo: `leadgen odoo connect` stores where it is")
    return found


class Desk:
    """One tenant, for one command."""

    def __init__(self, database: Database, syncing: Sync, tenant_id: int, connected: Connected) -> None:
        self.syncing = syncing
        self.tenant_id = tenant_id
        self.connected = connected
        self._database = database

    @asynccontextmanager
    async def opening(self) -> AsyncIterator[Connection]:
        """A transaction of the tenant."""
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx


Command: TypeAlias = Callable[[Desk], Awaitable[Told]]


async def check_tenant(desk: Desk) -> Told:
    """Whether the sync would go through; if so, the tenant is blocked no more, and what waits is asked for."""
    try:
        problems = await check(desk.syncing.servers.at(desk.connected.opened(desk.syncing.credentials)))
    except CredentialsUnreadable as error:
        problems = [str(error)]
    async with desk.opening() as tx:
        if problems:
            await states.block(tx, "; ".join(problems))
            return {
                "problems": problems,
                "waiting": await links.count_waiting(tx, desk.connected.place, desk.syncing.waits),
            }
        was_blocked = await states.clear(tx)
        return {"problems": [], "was_blocked": was_blocked, "waiting": await _ask(tx, desk)}


async def resync_tenant(desk: Desk) -> Told:
    """Asks the service to write whatever waits."""
    async with desk.opening() as tx:
        return {"blocked": desk.connected.blocked, "waiting": await _ask(tx, desk)}


async def preview_tenant(desk: Desk) -> Told:
    """What the next sync would write, of all that is known."""
    return await preview(desk.syncing, desk.opening, desk.connected)


async def audit_tenant(desk: Desk) -> Told:
    """How Odoo differs from what our links say."""
    return await audit(desk.syncing, desk.opening, desk.connected)


COMMANDS: dict[str, Command] = {
    "check": check_tenant,
    "resync": resync_tenant,
    "preview": preview_tenant,
    "audit": audit_tenant,
}


async def _ask(tx: Connection, desk: Desk) -> int:
    """Announces a resync where anything waits; how many leads do."""
    waiting = await links.count_waiting(tx, desk.connected.place, desk.syncing.waits)
    if waiting:
        event = ResyncOdoo(tenant_id=desk.tenant_id, requested_at=datetime.now(UTC))
        event_id = new_id()
        envelope = Envelope(event_id, desk.tenant_id, "nightly", correlation_id=str(event_id))
        await outbox.announce(tx, NAME, [Announcement(event, envelope)])
    return waiting
