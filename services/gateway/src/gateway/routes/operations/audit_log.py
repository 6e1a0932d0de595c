"""GET /audit-log: the administrative acts in a tenant, for its admins."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from gateway import audit_log
from gateway.dependencies import CurrentTenant, Deps

MAX_ID = 2**63 - 1

router = APIRouter()


class AuditLog(BaseModel):
    """A page of acts, newest first; `next` is `before` of the page after it, null at the end."""

    items: list[audit_log.Entry]
    next: int | None = Field(examples=[41])


@router.get("/audit-log")
async def show(
    tenant: CurrentTenant,
    deps: Deps,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[int, Query(ge=0, le=MAX_ID, description="`next` of the previous page")] = MAX_ID,
) -> AuditLog:
    """Lists the administrative acts in the tenant: actor, time, kind and object, newest first."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await audit_log.latest(tx, before=before, limit=limit + 1)
    page = found[:limit]
    return AuditLog(items=page, next=page[-1].id if len(found) > limit else None)
