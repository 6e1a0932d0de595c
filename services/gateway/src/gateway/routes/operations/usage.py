"""GET /usage: the tenant's spending on vendors per day, against the caps."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel

from common.singapore.calendar import day_in_singapore
from gateway import usage
from gateway.dependencies import CurrentTenant, Deps

router = APIRouter()


class Usage(BaseModel):
    """The latest days, today first."""

    days: list[usage.DayUsage]


@router.get("/usage")
async def per_day(
    tenant: CurrentTenant, deps: Deps, days: Annotated[int, Query(ge=1, le=31, description="today included")] = 7
) -> Usage:
    """Shows the units of each vendor that were used on each day in Singapore, and the present caps."""
    today = day_in_singapore(datetime.now(UTC))
    wanted = [today - timedelta(days=ago) for ago in range(days)]
    async with deps.database.transaction(tenant.tenant_id) as tx:
        return Usage(days=await usage.per_day(tx, wanted, deps.settings.caps))
