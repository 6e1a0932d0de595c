"""A night of one tenant, run in this process, and the report on it."""

from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import asyncpg

from common.delivery.outbox.relay import Relay
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.audit.command import as_text
from nightly.night import Choice, choose, run_night
from nightly.planning import PRODUCER
from nightly.report.night import TenantNight
from nightly.report.night_queries import read_night
from nightly.rules import Rules
from nightly.summary import TenantOutcome

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
#: The tenant that has an Odoo.
TENANT = 1
TODAY = day_in_singapore(datetime.now(UTC))
CAP = 4
STATUS = "SELECT status FROM enrichment_runs WHERE tenant_id = $1"


async def is_proved(database_url: str, kafka: str) -> None:
    """Fails with what an audit of the stages that run here finds."""
    services = frozenset({"enricher", "scorer", "odoo-sync", "nightly"})
    report = await audit(database_url, kafka, Scope(services=services))
    assert report.is_clean, as_text(report)
    assert report.counts["nights"] > 0


async def has_status(owner: Owner, status: str) -> bool:
    return bool(await owner.fetchval(STATUS, TENANT) == status)


async def report(database: Database, days: int = 0) -> TenantNight:
    """The tenant's part of the report on a night, in which every company is accounted for."""
    [found] = (await read_night(database, TODAY - timedelta(days=days), {})).tenants
    assert found.balance.is_balanced
    return found


async def night(database: Database, kafka: str, rules: Rules) -> TenantOutcome:
    """Runs the tenant's night in this process."""
    chosen = await choose(database, Choice(only=frozenset({TENANT})))
    async with Relay(database, kafka, PRODUCER):
        [outcome] = (await run_night(database, chosen, rules)).tenants
    return outcome


def rules_of(days: int = 0, **other: Any) -> Rules:
    """Rules of a night of today, or of some days ago."""
    given: dict[str, Any] = {"night": TODAY - timedelta(days=days), "daily_cap": CAP, "upsert_patience": timedelta(0)}
    return Rules(**given | other)
