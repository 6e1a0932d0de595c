"""Measures the effect of a second replica of the enricher, and compares it with the queueing model (queueing.py).

The model gets what one replica was measured to take: the seconds that the simulator made a company wait, and those
that the replica's processor worked for it. Each replica is a process that uses one processor. The rate is that of the
time in which all workers were busy.
"""

from typing import Any

from leadgen.bench.harness.instruments.simulator_waits import REALISTIC, waits_s
from leadgen.bench.harness.processes.enricher_process import (
    EnricherUnderTest,
    NotEnriched,
    enricher_under_test,
    live_companies,
)
from leadgen.bench.harness.servers import Servers
from leadgen.bench.queueing import throughput

TENANTS = (1, 2)

#: When each company was begun. From the moment when all workers have one, each beginning follows an end.
BEGUN = "SELECT extract(epoch FROM enriched_at)::float8 AS at FROM company_enrichment_runs ORDER BY at"


async def measure_replicas(its: Servers, companies: int, workers: int) -> dict[str, Any]:
    """Enriches the same companies by one replica and by two, each with so many workers."""
    found: dict[str, Any] = {"workers": workers, "companies": companies}
    for replicas, name in ((1, "one"), (2, "two")):
        settings = {"SCHED_COMPANY_CONCURRENCY": str(workers)}
        async with enricher_under_test(*its, town=REALISTIC, settings=settings, replicas=replicas) as product:
            found[name] = await _measured(product, companies, workers * replicas)
    wait_s, work_s = found["one"]["wait_s"], found["one"]["work_s"]
    for replicas, name in ((1, "one"), (2, "two")):
        predicted = throughput(workers * replicas, wait_s, work_s, replicas)
        found[name] |= {"predicted_per_s": round(predicted, 2), "ratio": round(found[name]["per_s"] / predicted, 3)}
    return found


async def _measured(product: EnricherUnderTest, companies: int, workers: int) -> dict[str, float]:
    asked, used = live_companies(companies), product.cpu_s()
    await product.request(asked, TENANTS, nightly=True)
    await product.enriched(asked, within_s=900)
    work_s = (product.cpu_s() - used) / companies
    waits = sum((await waits_s(product, [company.company_id for company in asked])).values()) / companies
    begun = [row["at"] for row in await product.owner.fetch(BEGUN)]
    if len(begun) < 2 * workers:
        raise NotEnriched(f"{companies} companies are too few to keep {workers} workers busy")
    steady = begun[workers:]
    return {
        "per_s": round((len(steady) - 1) / (steady[-1] - steady[0]), 2),
        "wait_s": round(waits, 3),
        "work_s": round(work_s, 4),
    }
