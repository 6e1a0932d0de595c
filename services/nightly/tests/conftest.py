"""A tenant's candidates, and the stages' inboxes as they look on the way, on a real PostgreSQL.

Test folders are no packages: what several files share is a fixture.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import asyncpg
import pytest

from common.cloudevents import Envelope, decode_body, decode_headers, unpack_headers
from common.contracts import RequestUpsert
from common.postgres import Database
from nightly.model import Caps, Tenant, run_id_of
from nightly.night import Choice, Chosen, choose, run_night
from nightly.rules import Rules
from nightly.run.tenant_run import Options
from nightly.summary import Summary
from nightly.tables.runs import Start

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)
ADDED_AT = datetime(2026, 11, 1, tzinfo=UTC)

COMPANY = """
    INSERT INTO companies (uen, name, status, industry_code, ssic_version, website_domain, incorporated_on, postal_code,
                           updated_at)
    VALUES ($1, 'COMPANY ' || $1, $2, $3, '2020', $4, $5, $6, $7) RETURNING company_id
"""
CANDIDATE = """
    INSERT INTO icp_candidate_companies (tenant_id, company_id, job_id, created_at, enriched_at)
    VALUES ($1, $2, gen_random_uuid(), $3, $4)
"""
ARRIVE = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, headers, state,
                       error)
    SELECT $1, {id}, 'test', 0, $2, 'k', tenant_id, 'nightly', '[]', $3, $4
      FROM run_companies WHERE run_id = $5 AND ($6::text[] IS NULL OR uen = ANY($6))
    ON CONFLICT (consumer, event_id, replay_id) DO UPDATE SET state = excluded.state, error = excluded.error
"""
LINK = """
    INSERT INTO odoo_links (tenant_id, company_id, outcome, scored_at, reason)
    SELECT tenant_id, company_id, $2, now(), $3
      FROM run_companies WHERE run_id = $1 AND ($4::text[] IS NULL OR uen = ANY($4))
    ON CONFLICT (tenant_id, company_id) DO UPDATE SET outcome = excluded.outcome, reason = excluded.reason
"""
ENRICHED = """
    INSERT INTO company_enrichment_runs (tenant_id, company_id, event_id, replay_id, lane, outcome, pages, facts,
                                         degraded_reasons, duration_ms, enriched_at, steps)
    SELECT tenant_id, company_id, event_id, '00000000-0000-0000-0000-000000000000', 'nightly', 'visited', '[]', '{}',
           $2, $3, $5, $4
      FROM run_companies WHERE run_id = $1
"""
OUTBOX = "SELECT topic, value, headers FROM outbox WHERE producer = 'nightly' AND topic = $1 ORDER BY id"
STAGES = {"enricher": "event_id", "scorer": "enriched_id", "odoo-sync": "scored_id"}


class Nights:
    """A night of tenants on a database: its candidates, its starts, and what the stages do meanwhile."""

    def __init__(self, database: Database, owner: Owner) -> None:
        self.database = database
        self.owner = owner
        self._offsets = count()

    async def candidate(
        self,
        uen: str,
        *,
        tenant_id: int = 1,
        status: str = "live",
        code: str = "25912",
        domain: str | None = None,
        born: date | None = None,
        postal_code: str | None = None,
        changed_at: datetime = ADDED_AT,
        added_at: datetime = ADDED_AT,
        enriched_at: datetime | None = None,
    ) -> int:
        """A company, and the tenant's candidate."""
        company_id: int | None = await self.owner.fetchval("SELECT company_id FROM companies WHERE uen = $1", uen)
        if company_id is None:
            given = (uen, status, code, domain, born, postal_code, changed_at)
            company_id = await self.owner.fetchval(COMPANY, *given)
        assert company_id is not None
        await self.owner.execute(CANDIDATE, tenant_id, company_id, added_at, enriched_at)
        return company_id

    async def candidates(self, number: int, *, tenant_id: int = 1, prefix: str = "U") -> list[str]:
        """Adds candidates with a domain each; returns their UENs in the order in which they are selected."""
        uens = [f"{prefix}{n:03}" for n in range(1, number + 1)]
        for uen in uens:
            await self.candidate(uen, tenant_id=tenant_id, domain=f"{uen.lower()}.sg")
        return uens

    async def a_job(self, tenant_id: int, *, status: str = "queued") -> UUID:
        """Adds a job of the tenant; returns its id."""
        job_id = uuid4()
        await self.owner.execute(
            "INSERT INTO background_jobs (job_id, tenant_id, job_type, status, params, total, asked)"
            " VALUES ($1, $2, 'staging_upsert', $3, '{}', 10, $1::uuid::text)",
            *(job_id, tenant_id, status),
        )
        return job_id

    async def announced(self, kind: type[Any] = RequestUpsert) -> list[tuple[Any, Envelope]]:
        """The events of one type that the night's outbox holds, oldest first."""
        rows = await self.owner.fetch(OUTBOX, kind.topic)
        return [(decode_body(kind, row["value"]), decode_headers(unpack_headers(row["headers"]))) for row in rows]

    def rules(self, night: date = NIGHT, **other: Any) -> Rules:
        """Five companies a night, and no patience."""
        return Rules(**{"night": night, "daily_cap": 5, "upsert_patience": timedelta(0), **other})

    async def start(
        self,
        rules: Rules | None = None,
        *,
        only: Sequence[int] = (1,),
        wait: bool = False,
        database: Database | None = None,
        **other: Any,
    ) -> Summary:
        """Starts the command's night for some tenants; all active ones with none."""
        database = database or self.database
        chosen = await self.chosen(only=only)
        return await run_night(database, chosen, rules or self.rules(), wait=wait, **other)

    async def settled(self, **rules: Any) -> Any:
        """Starts tenant 1's night again, waiting, and returns its outcome."""
        await self.forget_looks()
        [outcome] = (await self.start(self.rules(**rules), wait=True)).tenants
        return outcome

    async def chosen(self, *, only: Sequence[int] = (), require_odoo: bool = False, **other: Any) -> Chosen:
        return await choose(self.database, Choice(only=frozenset(only), require_odoo=require_odoo, **other))

    def options(self, rules: Rules, *, began: datetime | None = None, **other: Any) -> Options:
        """Builds the options with which the command starts a run, now or at `began`."""
        began = began or datetime.now(UTC)
        start = Start("command", Caps(rules.daily_cap), rules.skip, began, *rules.deadlines(began))
        return Options(start, **{"wait": False, **other})

    def run_id(self, tenant_id: int = 1, night: date = NIGHT) -> UUID:
        return run_id_of(night, tenant_id)

    async def run(self, tenant_id: int = 1, night: date = NIGHT) -> Any:
        """The tenant's run of the night, as it stands."""
        return await self.owner.fetchrow(
            "SELECT * FROM enrichment_runs WHERE run_id = $1", self.run_id(tenant_id, night)
        )

    async def selected(self, tenant_id: int = 1, night: date = NIGHT) -> list[str]:
        """The UENs of the manifest, in order."""
        rows = await self.owner.fetch(
            "SELECT uen FROM run_companies WHERE run_id = $1 ORDER BY position", self.run_id(tenant_id, night)
        )
        return [row["uen"] for row in rows]

    async def states(self, tenant_id: int = 1, night: date = NIGHT) -> dict[str, str]:
        """The state of each company of the run, by UEN."""
        rows = await self.owner.fetch(
            "SELECT uen, state FROM run_companies WHERE run_id = $1", self.run_id(tenant_id, night)
        )
        return {row["uen"]: row["state"] for row in rows}

    async def arrive(
        self,
        stage: str,
        *uens: str,
        state: str = "open",
        error: str | None = None,
        tenant_id: int = 1,
        night: date = NIGHT,
    ) -> None:
        """The stage has taken in what is for these companies (all without any), and it is in this state there."""
        statement = ARRIVE.format(id=STAGES[stage])
        run_id, some = self.run_id(tenant_id, night), list(uens) or None
        await self.owner.execute(statement, stage, next(self._offsets), state, error, run_id, some)

    async def link(
        self,
        *uens: str,
        outcome: str = "synced",
        reason: str | None = None,
        tenant_id: int = 1,
        night: date = NIGHT,
    ) -> None:
        """odoo-sync has written the links of these companies."""
        await self.owner.execute(LINK, self.run_id(tenant_id, night), outcome, reason, list(uens) or None)

    async def complete(self, *uens: str, tenant_id: int = 1, night: date = NIGHT, outcome: str = "synced") -> None:
        """All stages have done these companies; in one transaction, as odoo-sync ends an event and writes its link."""
        async with self.owner.transaction():
            for stage in STAGES:
                await self.arrive(stage, *uens, state="done", tenant_id=tenant_id, night=night)
            await self.link(*uens, outcome=outcome, tenant_id=tenant_id, night=night)

    async def enriched(
        self, *, reasons: Sequence[str] = (), ms: int = 100, steps: str = "[]", at: datetime | None = None
    ) -> None:
        """The enricher has recorded what it did for the companies of tenant 1's run."""
        when = at or datetime.fromisoformat("2026-11-23T02:00:00Z")
        await self.owner.execute(ENRICHED, self.run_id(), list(reasons), ms, steps, when)

    async def forget_looks(self) -> None:
        """Lets the next look at any run read again at once."""
        await self.owner.execute("UPDATE enrichment_runs SET observed_at = '-infinity'")


@pytest.fixture
def nights(database: Database, owner: Owner) -> Nights:
    return Nights(database, owner)


@pytest.fixture
def tenant() -> Tenant:
    return Tenant(1, "Tenant 1")
