"""Dead letters of all tenants, for operators: groups by reason, single letters, and retries.

A retry opens the inbox rows again for the services that failed, as `leadgen dlq retry` does. It is in the audit log of
each tenant, in the transaction that opens the tenant's rows.
"""

from dataclasses import replace
from typing import NamedTuple

from common.delivery import dead_letters
from common.delivery.dead_letters import Brief, Group, Selection
from common.postgres import Connection, Database
from gateway import audit_log
from gateway.access.caller import Caller

#: The most letters of one retry, and those that one transaction opens.
MOST, BATCH = 10_000, 500


class Retried(NamedTuple):
    """Letters that were, or would be, opened again. For those `overtaken` a younger event was handled."""

    letters: int
    overtaken: int
    left: int


async def groups(database: Database, selected: Selection) -> list[Group]:
    """Groups the letters by consumer, topic and reason, the largest group first."""
    async with database.without_tenant() as tx:
        return await dead_letters.groups(tx, selected)


async def latest(database: Database, selected: Selection, limit: int) -> list[Brief]:
    """Finds the latest dead letters."""
    async with database.without_tenant() as tx:
        return await dead_letters.briefly(tx, selected, limit)


async def weigh(database: Database, selected: Selection) -> Retried:
    """Counts the letters that a retry would open."""
    async with database.without_tenant() as tx:
        keys = await dead_letters.keys(tx, selected)
        return Retried(len(keys[:MOST]), await dead_letters.count_overtaken(tx, keys[:MOST]), len(keys[MOST:]))


async def retry(database: Database, caller: Caller, selected: Selection, why: str | None) -> Retried:
    """Opens the letters again, each tenant's in the order of their topics. Open letters are left out."""
    async with database.without_tenant() as tx:
        tenants = await dead_letters.tenants(tx, selected)
        known = {row["tenant_id"] for row in await tx.fetch("SELECT tenant_id FROM tenants")}
    opened = overtaken = 0
    for tenant_id in tenants:
        own = replace(selected, tenant=tenant_id)
        async with database.without_tenant() as tx:
            keys = (await dead_letters.keys(tx, own))[: MOST - opened]
            overtaken += await dead_letters.count_overtaken(tx, keys)
        for start in range(0, len(keys), BATCH):
            some = keys[start : start + BATCH]
            if tenant_id not in known:  # an event may name any number, or none: there is no audit log to write to
                async with database.without_tenant() as tx:
                    opened += await dead_letters.retry(tx, some, caller.subject, why)
            else:
                async with database.transaction(tenant_id) as tx:
                    opened += await _retry(tx, caller, selected, some, why)
    return Retried(opened, overtaken, sum(tenants.values()) - opened)


async def _retry(
    tx: Connection, caller: Caller, selected: Selection, keys: list[dead_letters.Key], why: str | None
) -> int:
    opened = await dead_letters.retry(tx, keys, caller.subject, why)
    if opened:
        of = str(keys[0].event_id) if len(keys) == 1 else selected.consumer or "all services"
        details = {"letters": opened, "consumer": selected.consumer, "topic": selected.topic, "why": why}
        await audit_log.write(tx, caller, "dead_letters.retried", of, details)
    return opened
