"""Faults of nights: their manifests, requests and ends, and what they spent."""

from common.contracts import RequestNightlyEnrichment
from common.ids import NO_REPLAY, derived_id, new_id
from testkit.audit_faults.planted import COMPANIES, RUN, Planted, company_of, plants


@plants("night-manifest")
async def drops_a_company_from_a_manifest(here: Planted) -> None:
    run_id = await here.owner.fetchval(
        "UPDATE run_manifests SET company_ids = company_ids[2:] WHERE tenant_id = 2 RETURNING run_id"
    )
    here.expected["night-manifest"].add(str(run_id))


@plants("night-asked")
async def asks_for_less_than_planned(here: Planted) -> None:
    """One more company in the plan, and no request for it; the night is not done."""
    asked = derived_id(new_id(), "a test", "1:X")
    enriched = derived_id(asked, "company.enriched.v1", "1:X")
    await here.owner.execute("UPDATE enrichment_runs SET status = 'partial', cap = cap + 1 WHERE tenant_id = 1")
    await here.owner.execute("UPDATE run_manifests SET company_ids = company_ids || 77::bigint WHERE tenant_id = 1")
    await here.owner.execute(
        "INSERT INTO run_companies (tenant_id, run_id, company_id, night, position, uen, name, reason, detail,"
        " event_id, enriched_id, scored_id) SELECT 1, run_id, 77, night, $1, 'X', 'X', 'new', '', $2, $3, $4"
        " FROM enrichment_runs WHERE tenant_id = 1",
        COMPANIES + 1,
        asked,
        enriched,
        derived_id(enriched, "lead.scored.v1", "1:X"),
    )
    here.expected["night-asked"].add(str(asked))


@plants("night-planned")
async def asks_for_more_than_planned(here: Planted) -> None:
    row = await here.company(5)
    asked = RequestNightlyEnrichment(tenant_id=1, company=company_of(row))
    event_id = await here.handled("enricher", asked, derived_id(new_id(), asked.topic, row["key"]))
    await here.owner.execute(RUN, row["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["night-planned"].add(str(event_id))
    here.expected["announced"].add(str(derived_id(event_id, "company.enriched.v1", row["key"])))


@plants("night-chain")
async def has_a_wrong_id_in_a_plan(here: Planted) -> None:
    event_id = (await here.company(20))["requested_id"]
    await here.owner.execute("UPDATE run_companies SET enriched_id = $2 WHERE event_id = $1", event_id, new_id())
    here.expected["night-chain"].add(str(event_id))


@plants("night-ends")
async def counts_a_company_as_synced_too_early(here: Planted) -> None:
    row = await here.company(18)
    await here.owner.execute("UPDATE inbox SET state = 'open' WHERE event_id = $1", row["scored_id"])
    here.expected["night-ends"].add(row["key"])
    here.expected["open"].add(str(row["scored_id"]))


@plants("night-over")
async def leaves_a_night_in_the_middle(here: Planted) -> None:
    run_id = await here.owner.fetchval(
        "UPDATE enrichment_runs SET status = 'running' WHERE tenant_id = 2 RETURNING run_id"
    )
    here.expected["night-over"].add(str(run_id))


@plants("spend-counted")
async def counts_too_little(here: Planted) -> None:
    await here.owner.execute("UPDATE vendor_usage SET used = used - 1 WHERE tenant_id = 2 AND vendor = 'tavily'")
    here.expected["spend-counted"].add("tavily")


@plants("spend-accounted")
async def counts_too_much(here: Planted) -> None:
    await here.owner.execute("UPDATE vendor_usage SET used = used + 1 WHERE tenant_id = 2 AND vendor = 'lusha'")
    here.expected["spend-accounted"].add("lusha")
