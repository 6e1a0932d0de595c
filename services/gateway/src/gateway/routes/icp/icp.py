"""GET and PUT /icp, POST /icp/preview: the tenant's ideal customer profile. Companies close to it come first and score
higher."""

from datetime import UTC, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, Field

from common import contracts
from common.singapore.calendar import day_in_singapore
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps, Traceparent
from gateway.icp import matches, rules
from gateway.icp.schema import Icp
from gateway.industries.catalog import Catalog

router = APIRouter(prefix="/icp")


class IcpShown(contracts.Icp):
    """The stored ICP: codes with their versions, and the titles of the codes."""

    titles: dict[str, str]


NotCounted = Literal["employees", "technologies"]


class IcpPreview(BaseModel):
    """The matches of an ICP in the register. Without industries, ages and districts, nights search for none."""

    matches: int | None = Field(
        description=f"counted up to {matches.MOST:,}; null: there are too many to count in time", examples=[1240]
    )
    has_more: bool = Field(description="whether there are more matches than were counted")
    not_counted: list[NotCounted] = Field(description="what is asked for and is not in the register; it is scored")
    titles: dict[str, str] = Field(description="of the codes that the entries mean")


@router.get("")
async def show(tenant: CurrentTenant, deps: Deps) -> IcpShown:
    """Shows the tenant's ICP; an empty one if it has none."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        stored = await rules.find(tx)
    return _shown(stored, await deps.classification.catalog())


@router.put("")
async def replace(
    body: Icp, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps, traceparent: Traceparent = None
) -> IcpShown:
    """Replaces the tenant's whole ICP. If it changes, all of the tenant's leads are scored again, in the background.

    It applies at once on this replica, and within half a minute on others.
    """
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    catalog = await deps.classification.catalog()
    wanted = body.normalised(catalog)
    await deps.icp_changes.replace(caller, wanted, traceparent)
    return _shown(wanted, catalog)


@router.post("/preview")
async def preview(body: Icp, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> IcpPreview:
    """Counts the live companies of the register that an ICP would match, in a second at most. Changes nothing."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    catalog = await deps.classification.catalog()
    wanted = body.normalised(catalog)
    found = await matches.count(deps.database, deps.counting, wanted, catalog, day_in_singapore(datetime.now(UTC)))
    asked: dict[NotCounted, bool] = {
        "employees": wanted.employees_from is not None or wanted.employees_to is not None,
        "technologies": bool(wanted.technologies),
    }
    return IcpPreview(
        matches=None if found is None else min(found, matches.MOST),
        has_more=found is not None and found > matches.MOST,
        not_counted=[name for name, is_asked in asked.items() if is_asked],
        titles=catalog.titles_of(wanted.industries),
    )


def _shown(stored: contracts.Icp, catalog: Catalog) -> IcpShown:
    return IcpShown(**stored.model_dump(), titles=catalog.titles_of(stored.industries))
