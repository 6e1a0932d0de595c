"""A start of the nightly run: the maintenance, the refresh of the register, and every selected tenant's run."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import asyncpg
import structlog

from common.errors import LeadgenError
from common.postgres import Database
from nightly import planning
from nightly.model import RunRefused, Tenant, select_tenants
from nightly.plan.given_manifests import GivenCompany, GivenManifest, Origin, read_manifests
from nightly.plan.plans import Plan
from nightly.rules import Rules
from nightly.run.tenant_run import Options, run_tenant
from nightly.summary import PartitionOutcome, Summary, TenantOutcome
from nightly.tables import inboxes, manifests, runs, tenants
from nightly.tables.runs import Start

log = structlog.get_logger(__name__)

#: Seconds between the starts of two tenants.
STAGGER_S = 0.2


@dataclass(frozen=True)
class Choice:
    """The tenants of a start. `only` are those that the command names: each must be active, or nothing is done."""

    include: frozenset[int] = frozenset()
    exclude: frozenset[int] = frozenset()
    only: frozenset[int] = frozenset()
    require_odoo: bool = True


@dataclass(frozen=True)
class Chosen:
    """The tenants to run, and the reasons for those that are not run."""

    tenants: Sequence[Tenant]
    left_out: Sequence[TenantOutcome]


async def choose(database: Database, choice: Choice) -> Chosen:
    """Finds the tenants of a start. Raises RunRefused for a named tenant that cannot be run."""
    async with database.without_tenant() as tx:
        active = await tenants.active(tx)
    numbers = {tenant.tenant_id for tenant in active}
    if unknown := sorted(choice.only - numbers):
        raise RunRefused(f"tenant {unknown[0]} is not an active tenant")
    if excluded := sorted(choice.only & choice.exclude):
        raise RunRefused(f"tenant {excluded[0]} is excluded (SCHED_TENANT_EXCLUDE, or --exclude)")
    selected = select_tenants(active, choice.only or choice.include, choice.exclude)
    left_out = [TenantOutcome(it, "", error="is not an active tenant") for it in sorted(choice.include - numbers)]
    if not choice.require_odoo:
        return Chosen(selected, left_out if not choice.only else [])
    kept = []
    for tenant in selected:
        async with database.transaction(tenant.tenant_id) as tx:
            has_odoo = await tenants.has_odoo(tx)
        if has_odoo:
            kept.append(tenant)
            continue
        reason = "has no Odoo connection (SCHED_REQUIRE_ODOO)"
        if tenant.tenant_id in choice.only:
            raise RunRefused(f"tenant {tenant.tenant_id} {reason}")
        left_out.append(TenantOutcome(tenant.tenant_id, tenant.name, status="skipped", note=reason))
    return Chosen(kept, left_out if not choice.only else [])


async def read_origin(database: Database, chosen: Chosen, origin: Origin) -> dict[int, GivenManifest]:
    """Reads the manifests named by the command, by tenant.

    Raises RunRefused if there is none, or one of a tenant that is not among the chosen ones.
    """
    known = {tenant.tenant_id for tenant in chosen.tenants}
    if origin.text is not None:
        given = read_manifests(origin.text, origin.name)
        if foreign := next((it.tenant_id for it in given if it.tenant_id not in known), None):
            raise RunRefused(f"{origin.name} is a manifest of tenant {foreign}, which is not to be run")
        return {it.tenant_id: it for it in given}
    for tenant_id in sorted(known):
        async with database.transaction(tenant_id) as tx:
            company_ids = await manifests.company_ids(tx, origin.run_id or UUID(int=0))
        if company_ids is not None:
            companies = tuple(GivenCompany(company_id=it) for it in company_ids)
            return {tenant_id: GivenManifest(tenant_id=tenant_id, companies=companies, source="run")}
    raise RunRefused(f"none of the tenants to be run has a manifest of a run {origin.run_id}")


async def plans(
    database: Database, chosen: Chosen, rules: Rules, given: Mapping[int, GivenManifest] | None = None
) -> list[Plan]:
    """Plans each tenant's night by its present candidates, and writes nothing. Raises RunRefused."""
    made = []
    for tenant in chosen.tenants:
        if given is None or tenant.tenant_id in given:
            mine = None if given is None else given[tenant.tenant_id]
            made.append(await planning.plan(database, tenant, rules, datetime.now(UTC), mine))
    return made


async def run_night(
    database: Database,
    chosen: Chosen,
    rules: Rules,
    *,
    concurrency: int = 3,
    wait: bool = True,
    given: Mapping[int, GivenManifest] | None = None,
) -> Summary:
    """Runs the tenants' nights.

    May be repeated and run concurrently: a second start resumes the runs or finds them done.

    All runs are begun, and the upserter has its commands for all of them, before the first tenant's turn comes.
    A tenant that fails is reported in the summary. The others go on.
    Raises RunRefused before anything is written, and Unavailable when the database is away at the beginning.
    """
    began, now = time.perf_counter(), datetime.now(UTC)
    deadlines = rules.deadlines(now)
    if given is not None:
        for made in await plans(database, chosen, rules, given):
            await planning.require_same(database, made, rules.night)
    async with database.without_tenant() as tx:
        services = await inboxes.consumers(tx)
    await planning.announce_refresh(database, rules)
    partitions = [await _keep_partitions(database, service) for service in services]
    slots = asyncio.Semaphore(concurrency)
    running = [it for it in chosen.tenants if given is None or it.tenant_id in given]
    starts = {it.tenant_id: Start("command", rules.caps_of(it), rules.skip, now, *deadlines) for it in running}
    unplanned = [it for it in running if await _begin(database, it, rules, starts[it.tenant_id])]
    commands = {it.tenant_id: await _announce_upserts(database, it, rules) for it in unplanned}

    async def start(place: int, tenant: Tenant) -> TenantOutcome:
        await asyncio.sleep(STAGGER_S * place)
        number = tenant.tenant_id
        mine = None if given is None else given[number]
        options = Options(starts[number], wait, mine, commands.get(number))
        return await run_tenant(database, tenant, rules, options, slots)

    outcomes = await asyncio.gather(*(start(place, tenant) for place, tenant in enumerate(running)))
    seconds = round(time.perf_counter() - began, 3)
    return Summary(rules.night, (*outcomes, *chosen.left_out), tuple(partitions), seconds)


async def _begin(database: Database, tenant: Tenant, rules: Rules, start: Start) -> bool:
    """Records the tenant's run before its turn comes, so that a run whose turn never comes is reported.

    Returns whether it is to be planned. An error is logged: the tenant's turn meets it again, and records it.
    """
    try:
        async with database.transaction(tenant.tenant_id) as tx:
            return not (await runs.begin(tx, tenant.tenant_id, rules.night, start)).is_planned
    except Exception:  # whatever it is, it ends no other tenant's night
        log.exception("run_not_begun", tenant_id=tenant.tenant_id)
        return False


async def _announce_upserts(database: Database, tenant: Tenant, rules: Rules) -> planning.Commands | None:
    """Announces the tenant's jobs and candidate search before its turn, so that the upserter begins early.

    Returns `None` after an error, which is logged: the tenant's turn announces them again.
    """
    try:
        return await planning.announce_upserts(database, tenant, rules)
    except Exception:  # whatever it is, it ends no other tenant's night
        log.exception("upserts_not_announced", tenant_id=tenant.tenant_id)
        return None


async def _keep_partitions(database: Database, consumer: str) -> PartitionOutcome:
    try:
        async with database.without_tenant() as tx:
            await inboxes.keep_partitions(tx, consumer)
    except (LeadgenError, asyncpg.PostgresError) as error:
        return PartitionOutcome(consumer, error=f"{type(error).__name__}: {error}")
    return PartitionOutcome(consumer)
