"""Faults in what stages leave: candidates, runs, scores and links."""

from common.contracts import CompanyUpserted
from common.ids import NO_REPLAY, new_id
from testkit.audit_faults.planted import RUN, Planted, company_of, plants


@plants("upserted")
async def announces_a_company_that_is_no_candidate(here: Planted) -> None:
    row = await here.company(8)
    await here.owner.execute("DELETE FROM icp_candidate_companies WHERE company_id = $1", row["company_id"])
    await here.send(CompanyUpserted(tenant_id=1, company=company_of(row), inserted=True, job_id=new_id()))
    here.expected["upserted"].add(row["key"])


@plants("enriched-once")
async def has_two_runs_of_one_request(here: Planted) -> None:
    row, other = await here.company(9), await here.company(10)
    await here.owner.execute(RUN, other["company_id"], row["requested_id"], NO_REPLAY, here.at)
    here.expected["enriched-once"].add(row["key"])


@plants("requested")
async def enriches_without_a_request(here: Planted) -> None:
    event_id = new_id()
    await here.owner.execute(RUN, (await here.company(10))["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["requested"].add(str(event_id))


@plants("scored")
async def keeps_an_old_score(here: Planted) -> None:
    company_id = (await here.company(11))["company_id"]
    for table in ("lead_scores", "lead_features"):
        await here.owner.execute(
            f"UPDATE {table} SET enriched_at = enriched_at - interval '1 hour' WHERE company_id = $1", company_id
        )
    here.expected["scored"].add(str(company_id))


@plants("explained")
async def has_features_of_another_model(here: Planted) -> None:
    company_id = (await here.company(12))["company_id"]
    await here.owner.execute("UPDATE lead_features SET model_version = '0' WHERE company_id = $1", company_id)
    here.expected["explained"].add(str(company_id))


@plants("synced")
async def has_no_link(here: Planted) -> None:
    company_id = (await here.company(13))["company_id"]
    await here.owner.execute("DELETE FROM odoo_links WHERE company_id = $1", company_id)
    here.expected["synced"].add(str(company_id))


@plants("one-lead")
async def shares_a_lead(here: Planted) -> None:
    first, second = [(await here.company(number))["company_id"] for number in (14, 15)]
    await here.owner.execute("UPDATE odoo_links SET lead_id = $2 WHERE company_id = $1", first, second)
    here.expected["one-lead"].add(f"{first}, {second}")
