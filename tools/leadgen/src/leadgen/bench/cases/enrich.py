"""Measures the enricher: a night's makespan relative to the latency of web and vendors, throughput without latency, the
delay of the interactive lane beside the night, and memory.

The enricher runs as a process, as in production; the simulator is the web and all vendors. See `enricher_process`.

    makespan_ratio           a night with the latency of real sites and vendors, next to the sum of what the simulator
                             made each company wait, divided by the workers. That sum is taken from the simulator's own
                             count of requests and calls, times the mean of what it draws; a batch of verifications
                             counts for each company that waited for it
    companies_per_s          a night without any latency, all steps with all vendors, by two replicas: each is a process
                             that uses one core, so on two there are two
    interactive_delay_ratio  ten companies for a rep with 5,000 nightly ones in the queue, next to none in the queue
    rss_mb                   the most memory held while one site in three is hostile, both lanes full
    of.replicas              one replica and two, next to a queueing model (enrich_replicas)

Each is a part that can be measured alone, by servers and companies of its own; what was not measured is None.
"""

import statistics
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass
from itertools import cycle
from typing import Any

from leadgen.bench.cases.enrich_replicas import measure_replicas
from leadgen.bench.harness.instruments.simulator_waits import REALISTIC, waits_s
from leadgen.bench.harness.processes.enricher_process import NotEnriched, enricher_under_test, live_companies
from leadgen.bench.harness.servers import Servers
from leadgen.bench.options import EnrichPart
from leadgen.tenants.tenants import add_tenant
from simulator.town.hostile import BEHAVIOURS

TENANTS = (1, 2)

#: The simulator's sites need no politeness.
NO_PAUSES = {"CRAWL_DELAY_S": "0"}

OPEN = "SELECT count(*) FROM inbox WHERE consumer = 'enricher' AND lane = 'nightly' AND state = 'open'"
IN_HAND = "SELECT sum(duration_ms) / 1000.0 FROM company_enrichment_runs"
OUTCOMES = "SELECT outcome, count(*) AS companies FROM company_enrichment_runs GROUP BY outcome"


@dataclass(frozen=True)
class EnrichFigures:
    """Medians if there are several rounds; `spread` has the lowest and the highest, `of` the raw values.

    None is a part that was not measured, or memory where the system does not tell.
    """

    makespan_ratio: float | None
    companies_per_s: float | None
    interactive_delay_ratio: float | None
    rss_mb: int | None
    spread: dict[str, tuple[float, float]]
    of: dict[str, Any]

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


async def bench_enrich(
    its: Servers,
    *,
    companies: int = 1_000,
    workers: int = 32,
    rounds: int = 3,
    parts: Collection[EnrichPart] = tuple(EnrichPart),
) -> EnrichFigures:
    """Needs an own migrated database, its owner's rights, and the topics. All parts take some ten minutes."""
    for tenant in TENANTS:
        await add_tenant(its.database_url, tenant, f"Tenant {tenant}")
    night = await _makespan(its, companies, workers) if EnrichPart.MAKESPAN in parts else None
    speed = await _speed(its, companies, rounds) if EnrichPart.SPEED in parts else {}
    delay = await _interactive(its, 5_000, rounds) if EnrichPart.DELAY in parts else {}
    rss_mb = await _memory(its) if EnrichPart.MEMORY in parts else None
    replicas = await measure_replicas(its, companies, workers) if EnrichPart.REPLICAS in parts else None
    several = speed | {f"interactive_{name}": values for name, values in delay.items()}
    medians = {name: statistics.median(values) for name, values in several.items()}
    return EnrichFigures(
        makespan_ratio=night["ratio"] if night else None,
        companies_per_s=round(medians["companies_per_s"], 1) if speed else None,
        interactive_delay_ratio=round(medians["interactive_ratio"], 3) if delay else None,
        rss_mb=rss_mb,
        spread={name: (round(min(values), 2), round(max(values), 2)) for name, values in several.items()},
        of={"makespan": night, "replicas": replicas, **{name: round(median, 2) for name, median in medians.items()}},
    )


async def _makespan(its: Servers, companies: int, workers: int) -> dict[str, Any]:
    """Measures a night with real latencies, from the first request to the last result."""
    asked = live_companies(companies)
    async with enricher_under_test(
        *its, town=REALISTIC, settings={"SCHED_COMPANY_CONCURRENCY": str(workers)}
    ) as product:
        began = time.perf_counter()
        await product.request(asked, TENANTS, nightly=True)
        await product.enriched(asked, within_s=900)
        makespan = time.perf_counter() - began
        waits = await waits_s(product, [company.company_id for company in asked])
        in_hand = float(await product.owner.fetchval(IN_HAND)) / workers
        outcomes = {row["outcome"]: row["companies"] for row in await product.owner.fetch(OUTCOMES)}
    least = sum(waits.values()) / workers
    return {
        "ratio": round(makespan / least, 3),
        "makespan_s": round(makespan, 1),
        "in_hand_s": round(in_hand, 1),  # the companies' own time, divided likewise: the rest is the night's ragged end
        "least_s": round(least, 1),
        "workers": workers,
        "waits_s": {name: round(seconds) for name, seconds in waits.items()},
        "outcomes": outcomes,
    }


async def _speed(
    its: Servers, companies: int, rounds: int, workers: int = 96, replicas: int = 2
) -> dict[str, list[float]]:
    """Measures companies per second and the enricher's CPU time in nights without latency, each with new companies."""
    few = 200
    asked = live_companies(few + rounds * companies)
    figures: dict[str, list[float]] = {"companies_per_s": [], "cpu_ms": []}
    settings = {"SCHED_COMPANY_CONCURRENCY": str(workers), **NO_PAUSES}
    async with enricher_under_test(*its, settings=settings, replicas=replicas) as product:
        await product.request(asked[:few], TENANTS, nightly=True)  # warm
        await product.enriched(asked[:few], within_s=120)
        for start in range(few, len(asked), companies):
            part = asked[start : start + companies]
            began, used = time.perf_counter(), product.cpu_s()
            await product.request(part, TENANTS, nightly=True)
            await product.enriched(part, within_s=300)
            figures["companies_per_s"].append(companies / (time.perf_counter() - began))
            figures["cpu_ms"].append((product.cpu_s() - used) / companies * 1000)
    return figures


async def _interactive(its: Servers, queued: int, rounds: int) -> dict[str, list[float]]:
    """Measures the seconds for ten interactive companies, in an idle enricher and in a busy one, and their ratios.

    The same tens in both, strangers each time. The numbers of workers are the default ones.
    """
    waiting, night = live_companies(10 * (rounds + 1)), live_companies(queued, after=5_000)
    times: dict[str, list[float]] = {"alone_s": [], "queued_s": []}
    for name, there in (("alone_s", 0), ("queued_s", queued)):
        async with enricher_under_test(*its, town=REALISTIC) as product:
            if there:
                await product.request(night, TENANTS, nightly=True)
                await product.taken_in(there)
            for start in range(0, len(waiting), 10):
                ten = waiting[start : start + 10]
                began = time.perf_counter()
                await product.request(ten, TENANTS, nightly=False)
                await product.enriched(ten, within_s=120)
                times[name].append(time.perf_counter() - began)
            if await product.owner.fetchval(OPEN) < there / 2:
                raise NotEnriched("the night was over before those who waited had their companies")
        del times[name][0]  # cold: connections, statements
    ratios = [queued / alone for alone, queued in zip(times["alone_s"], times["queued_s"], strict=True)]
    return times | {"ratio": ratios}


async def _memory(its: Servers, hostile: int = 150) -> int | None:
    """Measures the enricher's peak memory with so many hostile sites, ten of each kind, among twice as many others."""
    asked = [company for company in live_companies(6 * hostile) if company.website_domain][: 3 * hostile]
    async with enricher_under_test(*its, settings=NO_PAUSES) as product:
        for company, manner in zip(asked[::3], cycle(BEHAVIOURS), strict=False):
            fault = {"host": company.website_domain, "kind": "hostile", "manner": manner, "times": None}
            await product.inject("faults", fault)
        half = len(asked) // 2
        await product.request(asked[:half], TENANTS, nightly=True)
        await product.request(asked[half:], TENANTS, nightly=False)
        await product.enriched(asked, within_s=600)
        return product.peak_rss_mb()
