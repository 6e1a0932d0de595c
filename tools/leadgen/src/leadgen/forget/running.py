"""Runs a request to be forgotten: finds what belongs to it, enters it in the list, then clears table by table.

The list comes first, so that whatever arrives meanwhile is refused; the tables are cleared until a pass finds nothing.
A run that was killed is ended by another one. Run once more, it changes nothing.
"""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from common.errors import Permanent
from common.forgotten.suppression import KNOWN_WITHIN
from common.kafka_servers import Servers
from leadgen.database.owner_connection import connected
from leadgen.forget import messages, requests
from leadgen.forget.finding import Found, find
from leadgen.forget.messages import Held
from leadgen.forget.subject import Subject
from leadgen.forget.sweeping import Swept, sweep
from leadgen.forget.tables import Owner, read_tables

TENANTS = "SELECT tenant_id FROM tenants ORDER BY tenant_id"
IS_USER = "SELECT EXISTS (SELECT FROM tenant_users WHERE tenant_id = $1 AND lower(subject) = $2)"
IN_HAND = """
    SELECT count(*) FROM inbox JOIN companies ON inbox.key = convert_to(tenant_id || ':' || uen, 'UTF8')
     WHERE state = 'open' AND in_hand IS NOT NULL AND company_id = ANY ($1::bigint[])
"""
IN_ODOO = """
    SELECT tenant_id, place, partner_id, contact_id, lead_id FROM odoo_links
     WHERE tenant_id = $1 AND company_id = ANY ($2::bigint[]) AND coalesce(partner_id, contact_id, lead_id) IS NOT NULL
     ORDER BY company_id
"""
#: The owner of rows that belong to no tenant.
NOBODY = 0
#: Passes over the tables; the second one finds nothing unless something came in during the first.
PASSES = 5
POLL_S, IN_HAND_S = 0.5, 120.0


class NotFinished(Permanent):
    """Something of the subject went on coming in."""


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
    """A run's result: rows that were changed (or would be), messages that end by themselves, records left to people."""

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
    """Forgets the subject. Raises Permanent if it cannot be, Unavailable, DatabaseRefused."""
    async with connected(database_url) as db:
        tenants = [*(row["tenant_id"] for row in await db.fetch(TENANTS)), NOBODY]
        await _refuse_user(db, tenants, subject)
        key = await requests.read_key(db)
        earlier = await requests.find(db, key, subject)
        tables = await read_tables(db)
        found = await find(db, tables, tenants, subject, earlier.company_ids)
        wanted = requests.list_of(key, found, earlier)
        in_topics = None if kafka is None else await messages.held(kafka, wanted)
        swept = await sweep(db, tables, tenants, found, wanted, is_dry=True)
        in_odoo = await _in_odoo(db, tenants, found)
        if not is_dry:
            await requests.save(db, found, wanted, operator, swept.tenants)
            await asyncio.sleep(known_within.total_seconds())
            await _until_not_in_hand(db, found)
            swept = Swept()
            for _ in range(PASSES):
                one = await sweep(db, tables, tenants, found, wanted, is_dry=False)
                swept.add(one)
                if not one.tables:
                    break
            else:
                raise NotFinished("rows went on coming in: run the command again")
            await requests.end(db, wanted, subject)
    return Report(subject.digest(key).hex(), found, is_dry, swept, in_topics, in_odoo)


async def _refuse_user(db: Owner, tenants: list[int], subject: Subject) -> None:
    """Refuses the address of a user: without it they could not log in any more."""
    for tenant_id in tenants:
        async with db.transaction():
            await db.execute("SELECT set_config('request.tenant_id', $1, true)", str(tenant_id))
            if await db.fetchval(IS_USER, tenant_id, subject.value):
                raise Permanent(
                    f"this address is a user of tenant {tenant_id}: remove the user first (`leadgen user remove`)"
                )


async def _until_not_in_hand(db: Owner, found: Found) -> None:
    """Waits for events of these companies that a service is handling: it may have read them before."""
    until = time.monotonic() + IN_HAND_S
    while await db.fetchval(IN_HAND, sorted(found.company_ids)):
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
