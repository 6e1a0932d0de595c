"""GET and PUT /icp: the tenant's ideal customer profile. Companies close to it come first and score higher."""

from fastapi import APIRouter

from common import contracts
from gateway.catalog import Catalog
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps, Traceparent
from gateway.icp import rules
from gateway.icp.given import Icp

router = APIRouter(prefix="/icp")


class IcpShown(contracts.Icp):
    """The stored ICP: codes with their versions, and the titles of the codes."""

    titles: dict[str, str]


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


def _shown(stored: contracts.Icp, catalog: Catalog) -> IcpShown:
    return IcpShown(**stored.model_dump(), titles=catalog.titles_of(stored.industries))
