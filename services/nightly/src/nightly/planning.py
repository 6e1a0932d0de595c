"""Plans a tenant's night: has the upserter update the candidates, selects companies, and writes the manifest.

Everything may be repeated. The manifest and the requests in the outbox are one transaction: a run has all or nothing.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from common.contracts import Icp
from common.delivery.outbox import announce
from common.postgres import Connection, Database
from nightly.model import (
    RunRefused,
    Tenant,
    candidates_request,
    chain_ids,
    enrichment_request,
    is_empty,
    midnight_of,
    refresh_request,
    run_id_of,
    upsert_request,
)
from nightly.plan.given_manifests import GivenManifest, targets_of
from nightly.plan.plans import Plan
from nightly.plan.selection import Target, in_order, select
from nightly.rules import Rules
from nightly.tables import budgets, candidates, inboxes, jobs, manifests, runs, stage_stats, tenants
from nightly.tables.manifests import Manifest

PRODUCER = "nightly"
#: New candidates that a selection looks at: some share a domain, and the first of each goes first.
NEW_PER_PLACE, NEW_AT_LEAST = 5, 200
#: Seconds between looks at the upserter's progress.
POLL_S = 0.5


class Commands(NamedTuple):
    """The commands of a night to the upserter, and the jobs among them."""

    ids: list[UUID]
    job_ids: list[UUID]
    candidates: UUID | None


class Upserts(NamedTuple):
    """The outcome of the commands to the upserter: the counts, and the commands that had not ended."""

    counts: dict[str, int]
    late: Sequence[UUID]


async def announce_refresh(database: Database, rules: Rules) -> None:
    """Announces the refresh of the register, once a night."""
    if "refresh" not in rules.skip:
        async with database.without_tenant() as tx:
            await announce(tx, PRODUCER, [refresh_request(rules.night)])


async def announce_upserts(database: Database, tenant: Tenant, rules: Rules) -> Commands:
    """Announces the tenant's queued jobs and the search for candidates by its ICP. Returns all commands to wait for."""
    async with database.transaction(tenant.tenant_id) as tx:
        queued = [] if "jobs" in rules.skip else await jobs.queued(tx, midnight_of(rules.night))
        icp = Icp() if "candidates" in rules.skip else await tenants.icp(tx)
        requests = [upsert_request(tenant.tenant_id, job_id, rules.night) for job_id in queued]
        search = None if is_empty(icp) else candidates_request(tenant.tenant_id, icp, rules.night)
        requests += [] if search is None else [search]
        await announce(tx, PRODUCER, requests)
    ids = [it.envelope.event_id for it in requests]
    if "refresh" not in rules.skip:
        ids.append(refresh_request(rules.night).envelope.event_id)
    return Commands(ids, queued, None if search is None else search.envelope.event_id)


async def wait_for_upserts(
    database: Database, tenant: Tenant, commands: Commands, rules: Rules, until: datetime
) -> Upserts:
    """Waits until the commands have ended, or until this moment, and records and returns their outcome.

    The night continues with the candidates that there are; what is late is there for the next one.
    """
    while True:
        async with database.without_tenant() as tx:
            ended = await inboxes.ended(tx, commands.ids)
        if not ended.open or datetime.now(UTC) >= until:
            break
        await asyncio.sleep(POLL_S)
    async with database.transaction(tenant.tenant_id) as tx:
        found = await jobs.count_found_by(tx, commands.candidates) if commands.candidates else 0
        counts = {**await jobs.counts(tx, commands.job_ids), "new_candidates": found}
        counts |= {"late": len(ended.open), "dead": ended.dead}
        run_id = run_id_of(rules.night, tenant.tenant_id)
        await stage_stats.save_upsert(tx, run_id, counts, dict.fromkeys(ended.errors, 1))
    return Upserts(counts, ended.open)


async def plan(
    database: Database, tenant: Tenant, rules: Rules, now: datetime, given: GivenManifest | None = None
) -> Plan:
    """Selects the companies of the night; writes nothing. Raises RunRefused for an unsuitable manifest."""
    caps = rules.caps_of(tenant)
    async with database.transaction(tenant.tenant_id) as tx:
        if given is not None:
            numbers = [it.company_id for it in given.companies if it.company_id is not None]
            uens = [it.uen for it in given.companies if it.uen is not None]
            companies = await candidates.find_given(tx, numbers, uens)
            targets = targets_of(given, companies, cap=caps.cap)
            return Plan(tenant, targets, {"given": len(targets)}, caps)
        icp = await tenants.icp(tx)
        most = max(NEW_AT_LEAST, NEW_PER_PLACE * caps.cap)
        found = await candidates.find(tx, rules.night, icp.districts, most)
    due = in_order(found.candidates, now=now, ages=rules.ages)
    considered = {reason: sum(it.reason == reason for it in due) for reason in ("new", "stale", "updated")}
    targets = [Target(it.candidate.company, it.reason, it.detail) for it in select(due, caps.cap)]
    return Plan(tenant, targets, considered | {"new": found.new}, caps)


async def publish(
    database: Database,
    made: Plan,
    rules: Rules,
    given: GivenManifest | None = None,
    summary: Mapping[str, Any] | None = None,
) -> None:
    """Writes the manifest, and the requests into the outbox, in one transaction. A run that has them does not change.

    Adds to the run's summary what was planned, and `summary`.
    Raises RunRefused if the run has another manifest than the given one.
    """
    tenant_id, night = made.tenant.tenant_id, rules.night
    run_id = run_id_of(night, tenant_id)
    requests = [enrichment_request(tenant_id, it.company, night, rules.skip) for it in made.targets]
    source = "selection" if given is None else given.source
    async with database.transaction(tenant_id) as tx:
        budget = await budgets.snapshot(tx, night, rules.vendor_caps)
        manifest = Manifest(source, made.targets, made.caps, budget, made.considered)
        if await manifests.save(tx, run_id, night, manifest, [chain_ids(it) for it in requests]):
            await announce(tx, PRODUCER, requests)
            counts = {"planned": len(made.targets), "considered": made.considered}
            await runs.mark_publishing(tx, run_id, counts | dict(summary or {}))
        elif given is not None:
            await _require_same(tx, made, night)


async def require_same(database: Database, made: Plan, night: date) -> None:
    """Raises RunRefused if the tenant's run of the night has a manifest other than this plan."""
    async with database.transaction(made.tenant.tenant_id) as tx:
        await _require_same(tx, made, night)


async def _require_same(tx: Connection, made: Plan, night: date) -> None:
    tenant_id = made.tenant.tenant_id
    known = await manifests.company_ids(tx, run_id_of(night, tenant_id))
    if known is not None and known != [it.company.company_id for it in made.targets]:
        raise RunRefused(f"tenant {tenant_id} has a run of {night} already, with another manifest; it stays as it is")
