"""Runs a command of the operator once, and prints a JSON object: check, resync, dry-run, audit, matches."""

import argparse
import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeAlias

import orjson

from common.contracts import LeadScored
from common.errors import LeadgenError, Permanent
from common.observability import logs
from common.postgres import Connection, Database, active_tenants
from common.settings import DatabaseSettings
from odoo_sync.operator.audit import audit
from odoo_sync.operator.dry_run import dry_run
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.records.lookalikes import normal_uen
from odoo_sync.sync.checks import conclude, find_hints, find_problems, request_resync
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables import connections, matches, outages, resyncs
from odoo_sync.tables.connections import CredentialsUnreadable, StoredConnection

NAME = "odoo-sync"

COUNT_OPEN = """
    SELECT count(*) FROM inbox_odoo_sync WHERE consumer = $1 AND topic = $2 AND tenant_id = $3 AND state = 'open'
"""

#: Errors of one tenant's Odoo or key.
_TENANT_ERRORS = (OdooUnavailable, OdooRefused, OdooBlocked, CredentialsUnreadable)

Compose: TypeAlias = Callable[[Database], AbstractAsyncContextManager[LeadSync]]
Report: TypeAlias = dict[str, Any]


class NotConnected(Permanent):
    """The tenant has no Odoo connection."""


def main(settings: DatabaseSettings, log_level: str, compose: Compose) -> None:
    """Runs the command that the arguments name. Exit code 1 if it cannot run."""
    logs.configure(NAME, log_level, sys.stderr)
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=list(COMMANDS))
    parser.add_argument("--tenant", type=int, help="this tenant only; by default every tenant with an Odoo connection")
    parser.add_argument("--uen", help="matches: decide for the company with this UEN")
    parser.add_argument("--partner", type=int, help="matches: the partner that it is; 0 for none of the candidates")
    arguments = parser.parse_args()
    command = COMMANDS[arguments.command]
    if arguments.uen is not None:
        command = decision(arguments.uen, arguments.partner or 0)
    try:
        reports = asyncio.run(run(settings, compose, command, arguments.tenant))
    except LeadgenError as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(1) from None
    sys.stdout.write(orjson.dumps({"tenants": reports}).decode() + "\n")


async def run(settings: DatabaseSettings, compose: Compose, command: "Command", tenant_id: int | None) -> list[Report]:
    """Runs the command for each tenant with an Odoo, or for this one. Raises NotConnected, Unavailable."""
    database = await Database.of_service(NAME, settings, size=2)
    try:
        async with compose(database) as syncing:
            reports = []
            for tenant, connection in await _connected(database, tenant_id):
                try:
                    context = TenantContext(database, syncing, tenant, connection)
                    reports.append({"tenant": tenant, **await command(context)})
                except _TENANT_ERRORS as error:  # go on with the other tenants
                    reports.append({"tenant": tenant, "error": str(error), **await waiting(context)})
            return reports
    finally:
        await database.close()


async def _connected(database: Database, tenant_id: int | None) -> list[tuple[int, StoredConnection]]:
    async with database.without_tenant() as tx:
        tenants = [it for it in await active_tenants(tx) if tenant_id in (None, it)]
    found = []
    for tenant in tenants:
        async with database.transaction(tenant) as tx:
            connection = await connections.find(tx)
        if connection is not None:
            found.append((tenant, connection))
    if tenant_id is not None and not found:
        raise NotConnected(f"tenant {tenant_id} has no Odoo connection: store one with `leadgen odoo connect`")
    return found


class NothingToDecide(Permanent):
    """The company does not wait for a decision, or the partner is no candidate."""


class TenantContext:
    """One tenant, its Odoo and its transactions, for one command."""

    def __init__(self, database: Database, syncing: LeadSync, tenant_id: int, connection: StoredConnection) -> None:
        self.syncing = syncing
        self.tenant_id = tenant_id
        self.connection = connection
        self._database = database

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Opens a transaction of the tenant."""
        async with self._database.transaction(self.tenant_id) as tx:
            yield tx


Command: TypeAlias = Callable[[TenantContext], Awaitable[Report]]


async def check_tenant(context: TenantContext) -> Report:
    """Checks whether leads can be sent; if so, unblocks the tenant, ends the wait, and requests a resync."""
    try:
        server = context.syncing.servers.get(context.connection.decrypted(context.syncing.decrypter))
        problems = await find_problems(server, context.connection.lead)
        hints = [] if problems else await find_hints(server, context.connection.lead)
    except CredentialsUnreadable as error:
        problems, hints = [str(error)], []
    async with context.transaction() as tx:
        return await conclude(tx, context.syncing, context.tenant_id, context.connection, problems, hints)


async def resync_tenant(context: TenantContext) -> Report:
    """Requests that the service sends all unsent leads again."""
    async with context.transaction() as tx:
        looks = context.syncing.recreate_deleted
        waiting = await request_resync(tx, context.syncing, context.connection, is_looking=looks)
        return {"blocked": context.connection.blocked, "waiting": waiting}


async def dry_run_tenant(context: TenantContext) -> Report:
    """Lists the rows that a resync would write."""
    return await dry_run(context.syncing, context.transaction, context.connection)


async def audit_tenant(context: TenantContext) -> Report:
    """Lists how Odoo differs from the links."""
    return await audit(context.syncing, context.transaction, context.connection) | await waiting(context)


async def list_matches(context: TenantContext) -> Report:
    """Lists the companies with more than one candidate."""
    async with context.transaction() as tx:
        found = await matches.waiting(tx)
    return {"undecided": [{"uen": it.uen, "name": it.name, "candidates": it.candidates} for it in found]}


def decision(uen: str, partner_id: int) -> "Command":
    """Builds the command that stores a person's decision for a company and sends its lead. 0 is a new partner."""

    async def decide(context: TenantContext) -> Report:
        async with context.transaction() as tx:
            found = [it for it in await matches.waiting(tx) if normal_uen(it.uen) == normal_uen(uen)]
            if not found:
                raise NothingToDecide(f"{uen} does not wait for a decision: see `leadgen odoo matches`")
            named = [it for it in found[0].candidates if it.startswith(f"candidate {partner_id}:")]
            if partner_id and not named:
                raise NothingToDecide(f"partner {partner_id} is not a candidate for {uen}: see `leadgen odoo matches`")
            await matches.save(tx, found[0].company_id, context.connection.place, partner_id)
            await resyncs.request(tx)
        return {"decided": {"uen": found[0].uen, "partner": partner_id}}

    return decide


async def waiting(context: TenantContext) -> Report:
    """Reports the beginning of the outage of the tenant's Odoo, if it is away, and the number of waiting events."""
    async with context.transaction() as tx:
        outage = await outages.find_of_tenant(tx)
        if outage is None:
            return {}
        count = await tx.fetchval(COUNT_OPEN, NAME, LeadScored.topic, context.tenant_id)
    return {"waiting_since": outage.since.isoformat(), "waiting_events": count}


COMMANDS: dict[str, Command] = {
    "check": check_tenant,
    "resync": resync_tenant,
    "dry-run": dry_run_tenant,
    "audit": audit_tenant,
    "matches": list_matches,
}
