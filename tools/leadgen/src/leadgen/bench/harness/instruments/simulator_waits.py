"""The latency of real sites and vendors, and the simulator's waiting time per company."""

from collections.abc import Sequence
from typing import Any, Protocol

import asyncpg

#: Of a page and of a vendor's answer, each as likely as any other: some 2 to 4 s for the pages of a site.
PAGE_MS, ANSWER_MS = (500, 700), (300, 2000)
REALISTIC = {
    "SIMULATOR_LATENCY_MS": str(PAGE_MS[0]),
    "SIMULATOR_LATENCY_TO_MS": str(PAGE_MS[1]),
    "SIMULATOR_VENDOR_LATENCY_MS": str(ANSWER_MS[0]),
    "SIMULATOR_VENDOR_LATENCY_TO_MS": str(ANSWER_MS[1]),
}

VERIFIED = """
    SELECT count(*) FROM company_enrichment_runs, jsonb_array_elements(steps) AS step
     WHERE company_id = ANY($1::bigint[]) AND step->>'step' = 'zerobounce' AND (step->>'units')::int > 0
"""


class Simulated(Protocol):
    """A product with the simulator as its web and vendors."""

    owner: "asyncpg.Connection[asyncpg.Record]"

    async def ask_simulator(self, path: str) -> Any:
        """Reads one of the simulator's own endpoints."""


async def waits_s(product: Simulated, company_ids: Sequence[int]) -> dict[str, float]:
    """Returns the seconds that these companies waited for the simulator, in total.

    It is taken from the simulator's own count of requests and calls, times the mean of what it draws; a batch of
    verifications counts for each company that waited for it.
    """
    page, answer = (sum(span) / 2 / 1000 for span in (PAGE_MS, ANSWER_MS))
    vendors = await product.ask_simulator("vendors")
    calls = {vendor: sum(state["calls"].values()) for vendor, state in vendors.items()}
    calls["zerobounce"] = await product.owner.fetchval(VERIFIED, company_ids)
    pages = (await product.ask_simulator("ledger?host=none"))["requests"]
    return {"sites": pages * page, **{vendor: number * answer for vendor, number in calls.items()}}
