"""Runs a request to be forgotten: finds the data, adds it to the list, then clears table by table.

The list comes first, so that whatever arrives meanwhile is refused; the tables are cleared until a pass finds nothing.
A run that was killed is ended by another one. Run once more, it changes nothing.
"""

import asyncio
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from common.errors import Permanent
from common.forgotten.digests import ForgottenList
from common.forgotten.suppression import KNOWN_WITHIN
from common.kafka_servers import Servers
from leadgen.database.owner_connection import connected
from leadgen.forget import messages, requests
from leadgen.forget.finding import Found, find
from leadgen.forget.messages import Held
from leadgen.forget.subject import Subject
from leadgen.forget.sweeping import Swept, sweep
from leadgen.forget.tables import Owner, Table, read_tables

TENANTS = "SELECT tenant_id FROM tenants ORDER BY tenant_id"
USERS = "SELECT lower(subject) AS subject FROM tenant_users WHERE tenant_id = $1 AND lower(subject) = ANY ($2::text[])"
#: Events of these companies, and of these tenants as a whole (a new ICP, a resync, a request of a run).
IN_HAND = """
    SELECT count(*) FROM inbox
     WHERE state = 'open' AND in_hand IS NOT NULL
       AND (key = convert_to(tenant_id::text, 'UTF8') AND tenant_id = ANY ($2::int[])
            OR key IN (SELECT convert_to(inbox.tenant_id || ':' || coalesce(uen, no_uen(name)), 'UTF8')
                         FROM companies WHERE company_id = ANY ($1::bigint[])))
"""
IN_ODOO = """
    SELECT tenant_id, place, partner_id, contact_id, lead_id FROM odoo_links
     WHERE tenant_id = $1 AND company_id = ANY ($2::bigint[]) AND coalesce(partner_id, contact_id, lead_id) IS NOT NULL
     ORDER BY company_id
"""
#: The owner of rows that belong to no tenant.
NOBODY = 0
#: The time for which events that services handle are waited for, and for which tables are cleared again because
#: something came in, or was locked: the second pass finds nothing as a rule.
PATIENCE_S = 600.0
POLL_S = 0.5


class NotFinished(Permanent):
    """New data of the subject kept arriving."""


@dataclass(frozen=True)
class OdooRecord:
    """Records in a tenant's Odoo that may name a person."""

    tenant_id: int
    place: str
    partner_id: int | None
    contact_id: int | None
    lead_id: int | None


@dataclass(frozen=True)
class Report:
    """A run's result: rows that were (or would be) changed, messages that expire, records for people to remove."""

    subject: str
    found: Found
    is_dry: bool
    swept: Swept
    in_topics: Mapping[str, Held] | None
    in_odoo: list[OdooRecord] = field(default_factory=list)


async def forget(
    database_url: str,
    kafka: Servers | None,
    subject: Subject,
    *,
    operator: str,
    is_dry: bool,
    known_within: timedelta = KNOWN_WITHIN,
) -> Report:
    """Forgets the subject. Raises Permanent if it is not possible, Unavailable, DatabaseRefused."""
    async with connected(database_url) as db:
        tenants = [*(row["tenant_id"] for row in await db.fetch(TENANTS)), NOBODY]
        await _refuse_users(db, tenants, subject, {subject.value})
        key = await requests.read_key(db)
        earlier = await requests.find(db, key, subject)
        tables = await read_tables(db)
        found = await find(db, tables, tenants, subject, earlier.company_ids)
        await _refuse_users(db, tenants, subject, found.person.emails)
        wanted = requests.list_of(key, found, earlier)
        in_topics = None if kafka is None else await messages.held(kafka, wanted)
        swept = await sweep(db, tables, tenants, found, wanted, is_dry=True)
        in_odoo = await _in_odoo(db, tenants, found)
        if not is_dry:
            await requests.save(db, found, wanted, operator, swept.tenants)
            await asyncio.sleep(known_within.total_seconds())
            await _until_not_in_hand(db, found, swept.tenants)
            swept = await _cleared(db, tables, tenants, found, wanted)
            await requests.end(db, wanted, subject)
    return Report(subject.digest(key).hex(), found, is_dry, swept, in_topics, in_odoo)


async def _cleared(
    db: Owner, tables: Sequence[Table], tenants: Sequence[int], found: Found, wanted: ForgottenList
) -> Swept:
    """Clears the tables until a pass finds nothing, and no row was locked."""
    until = time.monotonic() + PATIENCE_S
    swept = Swept()
    while True:
        one = await sweep(db, tables, tenants, found, wanted, is_dry=False)
        swept.add(one)
        if not one.tables and not one.skipped:
            return swept
        if time.monotonic() > until:
            raise NotFinished("rows kept coming in, or were locked: run the command again")
        if one.skipped:
            await asyncio.sleep(POLL_S)


async def _refuse_users(db: Owner, tenants: list[int], subject: Subject, emails: Collection[str]) -> None:
    """Refuses addresses of users: their names are in the audit log."""
    for tenant_id in tenants:
        async with db.transaction():
            await db.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
            users = {row["subject"] for row in await db.fetch(USERS, tenant_id, sorted(emails))}
        if users:
            which = "this address" if subject.value in users else "an address that belongs to it"
            raise Permanent(f"{which} is a user of tenant {tenant_id}: remove the user first (`leadgen user remove`)")


async def _until_not_in_hand(db: Owner, found: Found, tenants: Collection[int]) -> None:
    """Waits for events in progress of these companies, and of whole tenants: their handlers may have read rows."""
    until = time.monotonic() + PATIENCE_S
    while await db.fetchval(IN_HAND, sorted(found.company_ids), sorted(tenants)):
        if time.monotonic() > until:
            raise NotFinished("a service has been handling an event of this company for long: run the command again")
        await asyncio.sleep(POLL_S)


async def _in_odoo(db: Owner, tenants: list[int], found: Found) -> list[OdooRecord]:
    records = []
    for tenant_id in tenants:
        async with db.transaction():
            await db.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
            rows = await db.fetch(IN_ODOO, tenant_id, sorted(found.company_ids))
            records += [OdooRecord(**row) for row in rows]
    return records
