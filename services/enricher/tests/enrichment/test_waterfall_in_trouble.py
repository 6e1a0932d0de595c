"""Vendors that fail in every way, budgets that are used up, replicas that end in the middle: no company does."""

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from enricher.enrichment.result import Enrichment
from enricher.vendors import lusha, tavily, zerobounce
from simulator.town.sites import Behaviour, Robots, Site
from testkit.stages import until

STEP = {"tavily": "find_site", "openai": "understand", "lusha": "lusha", "zerobounce": "zerobounce"}
CAP = {
    "tavily": "tavily_max_queries",
    "openai": "openai_daily_tokens_cap",
    "lusha": "lusha_max_contact_lookups",
    "zerobounce": "zerobounce_max_verifications",
}
VENDORS = list(STEP)
IS_OPEN = "SELECT open_until > now() FROM vendor_breakers WHERE vendor = $1"
FAILURES = "SELECT failures FROM vendor_breakers WHERE vendor = $1"


def is_fine(site: Site) -> bool:
    return site.manner is Behaviour.PLAIN and site.robots is Robots.OPEN


async def several(town: Any, number: int, *, listed: bool) -> list[Any]:
    """Companies whose sites are in order, and prove themselves."""
    found = []
    async for it in town.all_with(is_fine, lambda site: site.shows_uen, listed=listed):
        found.append(await town.enlist(it))
        if len(found) == number:
            return found
    raise AssertionError("too few")


async def one_for(town: Any, vendor: str) -> Any:
    """A company for which this vendor is asked."""
    return (await several(town, 1, listed=False))[0] if vendor == "tavily" else await town.one()


def step_of(done: Enrichment, vendor: str) -> Any:
    return next(step for step in done.steps.taken if step.step == STEP[vendor])


def is_left_out(done: Enrichment, vendor: str) -> bool:
    """Whether this vendor's step is missing and says why, and no other is but Lusha's for want of a site."""
    step = step_of(done, vendor)
    skipped = {it.step for it in done.steps.taken if it.outcome == "skipped"} - {"lusha"}
    is_reported = step.reason.startswith(f"{vendor}: ") and step.reason in done.steps.reasons
    return step.outcome == "skipped" and is_reported and skipped <= {STEP[vendor]}


@pytest.mark.parametrize("vendor", VENDORS)
async def test_without_a_key_a_vendor_is_left_out(town: Any, vendor: str) -> None:
    """The other steps are as ever."""
    company = await one_for(town, vendor)
    async with town.waterfall(**{f"{vendor}_api_key": None}) as replica:
        done = await replica.enrich(company, 1)

    assert step_of(done, vendor).reason == f"{vendor}: no key"
    assert is_left_out(done, vendor)
    assert await town.calls(vendor) == {}


@pytest.mark.parametrize("vendor", VENDORS)
async def test_out_of_budget_a_vendor_is_left_out_for_this_tenant(town: Any, vendor: str) -> None:
    """Nothing is asked beyond the cap."""
    company = await one_for(town, vendor)
    async with town.waterfall(**{CAP[vendor]: 0}) as replica:
        done = await replica.enrich(company, 1)

    assert step_of(done, vendor).reason == f"{vendor}: out of budget"
    assert is_left_out(done, vendor)
    assert (await town.calls(vendor), await town.used(vendor)) == ({}, 0)


REFUSALS: dict[str, list[dict[str, Any]]] = {
    "tavily": [{"kind": "fail", "status": status} for status in (401, 432, 433)],
    "lusha": [{"kind": "fail", "status": status} for status in (401, 402, 403)],
    "zerobounce": [{"kind": "refuse", "why": "bad_key"}],
    "openai": [{"kind": "fail", "status": 401}, {"kind": "refuse", "why": "no_credits"}],
}
THROTTLED = {"kind": "fail", "status": 429, "retry_after_s": 60}


@pytest.mark.parametrize(
    ("vendor", "fault"),
    [(vendor, fault) for vendor, faults in REFUSALS.items() for fault in (*faults, THROTTLED)],
    ids=lambda value: value if isinstance(value, str) else "-".join(map(str, list(value.values())[:2])),
)
async def test_a_vendor_that_will_not_serve_us_is_left_alone(town: Any, vendor: str, fault: dict[str, Any]) -> None:
    """One call finds out; the company goes on, and for the next one nobody asks."""
    company = await one_for(town, vendor)
    await town.inject_fault(vendor, **fault, times=None)
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)
        again = await replica.enrich(company, 2)

    assert is_left_out(done, vendor)
    assert "circuit open until" in step_of(again, vendor).reason
    assert sum((await town.calls(vendor)).values()) == 1
    assert await town.owner.fetchval(IS_OPEN, vendor)
    assert await town.used(vendor) == 0


@pytest.mark.parametrize("vendor", VENDORS)
@pytest.mark.parametrize("kind", ["fail", "hang", "drop", "malformed"])
async def test_a_vendor_that_is_not_well_costs_its_step_only(
    town: Any, vendor: str, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An outage, silence, broken and senseless answers; what may have been charged stays counted."""
    # The silent one is waited for briefly; the others must not be late on a busy machine.
    patience = {it: 0.3 if it == vendor else 60 for it in VENDORS}
    for module, name in ((tavily, "_SEARCH_S"), (lusha, "_WITHIN_S"), (zerobounce, "_WITHIN_S")):
        monkeypatch.setattr(module, name, patience[module.__name__.rpartition(".")[2]])
    company = await one_for(town, vendor)
    await town.inject_fault(vendor, kind=kind, charged=True, times=None)
    async with town.waterfall(llm_chunk_timeout_s=patience["openai"], llm_max_chunks=1) as replica:
        done = await replica.enrich(company, 1)

    assert is_left_out(done, vendor)
    assert await town.used(vendor) >= await town.units(vendor)
    assert await town.owner.fetchval(FAILURES, vendor) > 0
    if vendor == "zerobounce":  # a batch is not paid for twice
        assert sum((await town.calls(vendor)).values()) == 1


async def test_all_vendors_down_leave_what_the_site_says(town: Any) -> None:
    """All vendors down leave what the site says, and as many reasons as there are vendors."""
    company = await town.one()
    for vendor in VENDORS:
        await town.inject_fault(vendor, kind="drop", times=None)
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert done.profile.site.outcome == "visited"
    assert done.contacts
    assert done.facts
    assert {reason.partition(":")[0] for reason in done.steps.reasons} == {"openai", "lusha", "zerobounce"}


async def test_a_cap_holds_for_many_companies_at_once(town: Any) -> None:
    """Four are searched for at the same moment, in two replicas; two credits are allowed."""
    companies = await several(town, 4, listed=False)
    async with town.waterfall(tavily_max_queries=2) as replica, town.waterfall(tavily_max_queries=2) as other:
        done = await asyncio.gather(
            *((replica if nth % 2 else other).enrich(it, 1) for nth, it in enumerate(companies))
        )

    assert await town.units("tavily") == await town.used("tavily") == 2
    assert sorted(it.profile.site.outcome for it in done) == ["no_site_known"] * 2 + ["visited"] * 2


async def test_what_is_public_serves_every_tenant_and_what_is_bought_its_buyer(town: Any) -> None:
    """Site, search and facts are paid for by who came first; contacts and verdicts are each one's own."""
    [company] = await several(town, 1, listed=False)
    company = company.model_copy(update={"website_domain": None})
    async with town.waterfall() as replica:
        first = await replica.enrich(company, 1)
        pages = await town.state("ledger")
        second = await replica.enrich(company, 2)

    assert (second.profile.site, second.facts) == (first.profile.site, first.facts)
    assert (await town.state("ledger"))["requests"] == pages["requests"]
    assert await town.used("tavily", 2) == await town.used("openai", 2) == 0
    assert await town.used("zerobounce", 2) == await town.used("zerobounce", 1) > 0
    assert await town.used("lusha", 2) == await town.used("lusha", 1)


async def test_tenants_that_ask_at_the_same_moment_pay_for_the_public_part_once(town: Any) -> None:
    """Four of them, in two replicas: one search, one visit, one question to the model."""
    [company] = await several(town, 1, listed=False)
    await town.inject_fault("tavily", kind="slow", delay_ms=300)
    await town.inject_fault("openai", kind="slow", delay_ms=300)
    async with town.waterfall() as replica, town.waterfall() as other:
        done = await asyncio.gather(
            *((replica if tenant % 2 else other).enrich(company, tenant) for tenant in (1, 2, 3, 4))
        )

    assert len({it.profile.site.model_dump_json() for it in done}) == 1
    assert len({it.facts for it in done}) == 1
    assert await town.units("tavily") == len(await town.charges("tavily")) == 1
    items = [item for charge in await town.charges("openai") for item in charge["items"]]
    assert len(items) == len(set(items)) > 0
    assert sum([await town.used("openai", tenant) for tenant in (1, 2, 3, 4)]) == await town.units("openai")


@pytest.mark.parametrize("vendor", VENDORS)
async def test_a_company_broken_off_in_a_call_pays_twice_for_that_call_only(town: Any, vendor: str) -> None:
    """The replica ends while a vendor works on its answer; another one begins anew with what the first had bought."""
    company = await one_for(town, vendor)
    await town.inject_fault(vendor, kind="slow", delay_ms=60_000)

    async def is_asking() -> bool:
        return bool((await town.state("vendors"))[vendor]["in_flight"])

    async with town.waterfall() as replica:
        enriching = asyncio.create_task(replica.enrich(company, 1))
        await until(is_asking)
        enriching.cancel()
        with suppress(asyncio.CancelledError):
            await enriching
    async with town.waterfall() as replica:
        done = await replica.enrich(company, 1)

    assert step_of(done, vendor).outcome == "done"
    for repeat in await town.repeats():
        assert repeat["vendor"] == vendor
        assert (repeat["times"], repeat["answered"]) == (2, 1)
    for each in VENDORS:
        assert await town.used(each) >= await town.units(each)


async def test_a_verdict_comes_also_for_who_has_gone(town: Any) -> None:
    """A batch goes on when a company in it is broken off; its answer is there when the company comes back."""
    company = await town.one()
    await town.inject_fault("zerobounce", kind="slow", delay_ms=500)

    async def is_asking() -> bool:
        return bool((await town.state("vendors"))["zerobounce"]["in_flight"])

    async with town.waterfall() as replica:
        enriching = asyncio.create_task(replica.enrich(company, 1))
        await until(is_asking)
        enriching.cancel()
        with suppress(asyncio.CancelledError):
            await enriching
        done = await replica.enrich(company, 1)

    assert all(contact.status for contact in done.contacts if contact.kind == "email")
    assert await town.calls("zerobounce") == {"validatebatch 200": 1}
