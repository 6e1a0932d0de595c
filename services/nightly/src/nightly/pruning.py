"""Deletes rows past their retention period, in batches of one transaction each. May be repeated and stopped.

The inboxes' old weeks are dropped too. They are kept for five weeks, longer than any topic, so that whatever Kafka can
deliver again is recognised; hence no setting.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from common.postgres import Database
from nightly.model import Retention
from nightly.tables import inboxes, tenants

log = structlog.get_logger(__name__)

BATCH = 1000
#: Rows of a run are many: its companies, and its shortlist.
RUNS_AT_ONCE = 10
#: Public answers of vendors belong to no tenant.
NOBODY = 0

PRUNE = "SELECT prune($1, $2, $3)"


@dataclass(frozen=True)
class Kind:
    """A kind of rows with a retention period, by its name in the database's function `prune`."""

    name: str
    days: int
    is_of_tenants: bool = False
    batch: int = BATCH


def kinds(retention: Retention) -> list[Kind]:
    """Lists the kinds with a limited retention period."""
    every = [
        Kind("runs", retention.runs, is_of_tenants=True, batch=RUNS_AT_ONCE),
        Kind("enrichments", retention.runs, is_of_tenants=True),
        Kind("answers", retention.facts, is_of_tenants=True),
        Kind("verifications", retention.facts, is_of_tenants=True),
        Kind("facts", retention.facts),
        Kind("sites", retention.facts),
        Kind("chat events", retention.events, is_of_tenants=True),
        Kind("refused messages", retention.events),
        Kind("dead letter actions", retention.events),
        Kind("request rates", retention.events),
    ]
    return [kind for kind in every if kind.days]


async def prune(database: Database, retention: Retention) -> dict[str, int]:
    """Deletes rows past their retention period; returns the number by kind. Two calls at once: one does nothing."""
    async with database.lock("prune") as held:
        if held is None:
            return {}
        async with database.without_tenant() as tx:
            tenant_ids = await tenants.numbers(tx)
            consumers = await inboxes.consumers(tx)
        for consumer in consumers:
            async with database.without_tenant() as tx:
                await inboxes.keep_partitions(tx, consumer)
        pruned = {}
        for kind in kinds(retention):
            of = [*tenant_ids, NOBODY] if kind.is_of_tenants else [NOBODY]
            pruned[kind.name] = await _prune(database, kind, of)
        log.info("pruned", **{name.replace(" ", "_"): rows for name, rows in pruned.items()})
        return pruned


async def _prune(database: Database, kind: Kind, tenants: Sequence[int]) -> int:
    rows = 0
    for tenant_id in tenants:
        batch = kind.batch
        while batch:
            async with database.transaction(tenant_id) as tx:
                batch = await tx.fetchval(PRUNE, kind.name, kind.days, kind.batch)
            rows += batch
    return rows
