"""GET /me: the caller as the gateway knows it, and the tenants to choose from."""

from fastapi import APIRouter, Request
from pydantic import BaseModel, Field

from gateway.access.authentication import role_of_user
from gateway.access.caller import Caller, Identity, Role, Source
from gateway.access.users import Membership
from gateway.dependencies import Deps
from gateway.http.problems import Problem

router = APIRouter()


class Me(BaseModel):
    """A caller. Tenant and role are null if no tenant is chosen, or the subject is not its user."""

    subject: str = Field(examples=["ann@example.com"])
    source: Source
    tenant_id: int | None
    role: Role | None
    tenants: list[Membership] = Field(description="those to choose by X-Tenant-ID; a tenant in the credential is fixed")


@router.get("/me")
async def me(request: Request, deps: Deps) -> Me:
    """Shows the caller: subject, tenant, role, and the tenants to choose from with the header `X-Tenant-ID`."""
    identity: Identity = request.state.identity
    caller: Caller | None = None
    if identity.tenant_id is not None or "x-tenant-id" in request.headers:
        try:
            caller = await deps.authentication.caller(identity, request.headers)
        except Problem as problem:
            if problem.status != 403:
                raise
    if identity.tenant_id is None:
        found = await deps.users.tenants_of(identity.subject)
    else:
        found = [] if caller is None else await deps.users.tenant(caller.tenant_id, caller.role)
    return Me(
        subject=identity.subject,
        source=identity.source,
        tenant_id=None if caller is None else caller.tenant_id,
        role=None if caller is None else caller.role,
        tenants=[it.model_copy(update={"role": role_of_user(identity, it.role)}) for it in found],
    )
