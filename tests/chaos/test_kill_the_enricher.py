"""The enricher is killed ten times in one night: every company is enriched once, and what is paid for twice was under
way when it was killed.
"""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.cloudevents import decode_headers
from common.contracts import CompanyEnriched
from leadgen.bench.harness.enricher_process import EnricherUnderTest, enricher_under_test, living
from testkit.stages import ended, read_topic, until

pytestmark = [pytest.mark.whole, pytest.mark.timeout(300)]

COMPANIES, KILLS, WORKERS = 500, 10, 16
TENANT = 1

TOWN = {
    "SIMULATOR_LATENCY_MS": "5",
    "SIMULATOR_LATENCY_TO_MS": "20",
    "SIMULATOR_VENDOR_LATENCY_MS": "20",
    "SIMULATOR_VENDOR_LATENCY_TO_MS": "80",
}
#: What a killed replica held is free again after seconds, not minutes.
IN_A_HURRY = {
    "ENRICHER_NIGHTLY_WORKERS": str(WORKERS),
    "INBOX_LEASE_S": "1",
    "CRAWLER_TIMEOUT_S": "1.5",
    "CRAWL_PAGE_TIMEOUT_S": "1",
    "CRAWL_DELAY_S": "0",
}
#: A call takes 80 ms, its answer is kept some moments later. A request that was sent is read by then.
UNDER_WAY, READ_LATE = timedelta(seconds=1), timedelta(seconds=0.3)

RUNS = "SELECT count(*) AS runs, count(DISTINCT company_id) AS companies FROM company_enrichment_runs"
USED = "SELECT vendor, used FROM vendor_usage"


@pytest.fixture
async def night(database_url: str, kafka: str, tmp_path: Path) -> AsyncIterator[EnricherUnderTest]:
    """An enricher as a process, started again whenever it ends."""
    async with enricher_under_test(database_url, kafka, tmp_path, town=TOWN, settings=IN_A_HURRY) as running:
        yield running


async def test_ten_kills_cost_no_company_and_no_money_but_the_calls_under_way(night, kafka, database) -> None:
    """One run and one event per request; a thing is paid for again only if a kill came between call and answer."""
    asked = living(COMPANIES)
    await night.request(asked, [TENANT], nightly=True)
    await night.taken_in(COMPANIES)
    kills = [await kill_at_work(night, asked, enriched=20 + nth * 45) for nth in range(KILLS)]

    await night.enriched(asked, within_s=150)  # a suspect that cannot be handled alone rests for a minute
    await ended(database, "enricher", COMPANIES)

    assert tuple(await night.owner.fetchrow(RUNS)) == (COMPANIES, COMPANIES)
    records = await read_topic(kafka, CompanyEnriched.topic)
    told = {decode_headers(record.headers).event_id for record in records}  # a crashed relay may send an event again
    companies = Counter(CompanyEnriched.model_validate_json(record.value).company.uen for record in records)
    assert len(told) == len(companies) == COMPANIES

    charges = {entry["number"]: entry for entry in (await night.ask_simulator("charges"))["charges"]}
    lost = lost_calls(charges, (await night.ask_simulator("charges/repeats"))["repeats"], kills)
    assert all(number <= WORKERS for number in lost.values()), lost
    assert all(was_cut_off(entry, kills) for entry in charges.values() if not entry["answered"])

    charged = Counter[str]()
    for entry in charges.values():
        charged[entry["vendor"]] += entry["units"]
    used = {row["vendor"]: row["used"] for row in await night.owner.fetch(USED)}
    assert all(used[vendor] >= units for vendor, units in charged.items()), (used, charged)


async def kill_at_work(night: EnricherUnderTest, asked: list[Any], *, enriched: int) -> datetime:
    """SIGKILL once so many are done and at least one call to a vendor is under way; when that was."""

    async def is_calling() -> bool:
        return any(vendor["in_flight"] for vendor in (await night.ask_simulator("vendors")).values())

    await night.enriched(asked, at_least=enriched, within_s=30)
    await until(is_calling)
    child = night.enricher.child
    assert child is not None
    child.kill()
    return datetime.now(UTC)


def lost_calls(
    charges: dict[int, dict[str, Any]], repeats: list[dict[str, Any]], kills: list[datetime]
) -> Counter[datetime]:
    """By kill, the calls whose answer it lost, so that something was paid for again. There is no other repeat."""
    lost: dict[int, datetime] = {}
    for repeat in repeats:
        for earlier, later in zip(repeat["numbers"], repeat["numbers"][1:], strict=False):
            first, second = charges[earlier], charges[later]
            between = [kill for kill in kills if is_under_way(first, kill) and kill < booked_at(second)]
            assert between, f"paid for twice, and nobody was killed between: {first}, {second}"
            lost[earlier] = between[0]
    return Counter(lost.values())


def was_cut_off(entry: dict[str, Any], kills: list[datetime]) -> bool:
    """Whether a kill explains that nobody was there for the answer."""
    return any(is_under_way(entry, kill) for kill in kills)


def is_under_way(entry: dict[str, Any], kill: datetime) -> bool:
    return booked_at(entry) - READ_LATE <= kill <= booked_at(entry) + UNDER_WAY


def booked_at(entry: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(entry["at"])
