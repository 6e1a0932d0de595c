"""The enricher is killed ten times in one night: every company is enriched once, and what is paid for twice was under
way when it was killed.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.audit.command import as_text
from leadgen.bench.harness.processes.enricher_process import EnricherUnderTest, enricher_under_test, live_companies
from testkit.stages import ended, until

pytestmark = [pytest.mark.whole, pytest.mark.timeout(1200)]

COMPANIES, KILLS, WORKERS = 500, 10, 16
#: A suspect that cannot be handled alone rests for a minute; one that was alone when its process died, for two.
PATIENCE_S = 240
TENANT = 1

TOWN = {
    "SIMULATOR_LATENCY_MS": "5",
    "SIMULATOR_LATENCY_TO_MS": "20",
    "SIMULATOR_VENDOR_LATENCY_MS": "20",
    "SIMULATOR_VENDOR_LATENCY_TO_MS": "80",
}
#: What a killed replica held is free again after seconds. One second is too short for a living one on a slow machine.
IN_A_HURRY = {
    "ENRICHER_NIGHTLY_WORKERS": str(WORKERS),
    "INBOX_LEASE_S": "3",
    "CRAWLER_TIMEOUT_S": "1.5",
    "CRAWL_PAGE_TIMEOUT_S": "1",
    "CRAWL_DELAY_S": "0",
}
#: A call takes 80 ms; a busy machine kept an answer more than a second later. A request that was sent is read by then.
UNDER_WAY, READ_LATE = timedelta(seconds=2.5), timedelta(seconds=0.3)

#: The other services do not run.
ALONE = Scope(patience_s=0, services=frozenset({"enricher"}))
UNCOUNTED = "UPDATE vendor_usage SET used = $1 WHERE vendor = 'tavily'"


@pytest.fixture
async def night(database_url: str, kafka: str, tmp_path: Path) -> AsyncIterator[EnricherUnderTest]:
    """An enricher as a process, started again whenever it ends."""
    async with enricher_under_test(database_url, kafka, tmp_path, town=TOWN, settings=IN_A_HURRY) as running:
        yield running


async def test_ten_kills_cost_no_company_and_no_money_but_the_calls_under_way(
    night, kafka, database, database_url
) -> None:
    """An audit finds nothing: a thing is paid for again only if a kill came between call and answer.

    One unit less in the budget than in the vendor's ledger, and it does.
    """
    asked = live_companies(COMPANIES)
    await night.request(asked, [TENANT], nightly=True)
    await night.taken_in(COMPANIES)
    kills = [await kill_at_work(night, asked, enriched=20 + nth * 45) for nth in range(KILLS)]

    await night.enriched(asked, within_s=PATIENCE_S)
    await ended(database, "enricher", COMPANIES)

    report = await audit(database_url, kafka, ALONE, simulator=night.simulator, kills=kills, under_way=UNDER_WAY)
    assert report.is_clean, as_text(report)
    assert report.counts["enrichments"] == COMPANIES
    assert len(report.explained) <= KILLS * WORKERS
    charges = (await night.ask_simulator("charges"))["charges"]
    assert all(was_cut_off(entry, kills) for entry in charges if not entry["answered"])

    await night.owner.execute(UNCOUNTED, sum(entry["units"] for entry in charges if entry["vendor"] == "tavily") - 1)
    robbed = await audit(database_url, kafka, ALONE, simulator=night.simulator, kills=kills)
    assert "ledger" in {it.check.name for it in robbed.exceptions}


async def kill_at_work(night: EnricherUnderTest, asked: list[Any], *, enriched: int) -> datetime:
    """SIGKILL once so many are done and at least one call to a vendor is under way; when that was."""

    async def is_calling() -> bool:
        return any(vendor["in_flight"] for vendor in (await night.ask_simulator("vendors")).values())

    await night.enriched(asked, at_least=enriched, within_s=PATIENCE_S)
    await until(is_calling)
    child = night.enricher.child
    assert child is not None
    child.kill()
    return datetime.now(UTC)


def was_cut_off(entry: dict[str, Any], kills: list[datetime]) -> bool:
    """Whether a kill explains that nobody was there for the answer."""
    return any(is_under_way(entry, kill) for kill in kills)


def is_under_way(entry: dict[str, Any], kill: datetime) -> bool:
    return booked_at(entry) - READ_LATE <= kill <= booked_at(entry) + UNDER_WAY


def booked_at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
