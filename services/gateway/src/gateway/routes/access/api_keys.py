"""GET and POST /api-keys, DELETE /api-keys/{key_id}: the API keys of a tenant, for its admins."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Response
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from common.errors import OutcomeUnknown
from gateway import audit_log
from gateway.access import api_keys
from gateway.access.api_keys import Key
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem

router = APIRouter(prefix="/api-keys")

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00]*$")]
KeyId = Annotated[str, Path(pattern="^[0-9a-f]{12}$", examples=["3f9a1c04b7de"])]
NO_SUCH = errors({404: "There is none"})


class NewKey(BaseModel):
    """A key to be created. Keys with the role ops come from `leadgen apikey create` only."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="what the key is for", examples=["agent-chat-ui"])
    role: Literal["viewer", "sdr", "admin"] = "sdr"


class CreatedKey(Key):
    """A new key. `key` is shown this once, and stored nowhere."""

    key: str = Field(examples=["leadgen_1_3f9a1c04b7de_jX0Yz5yVn7bZ0m2m3Zr1oW8cQkq4a1uHq9v6sT2xLpE"])


class Keys(BaseModel):
    """Keys, the newest first, revoked ones too."""

    items: list[Key]


@router.get("")
async def list_keys(tenant: CurrentTenant, deps: Deps) -> Keys:
    """Lists the tenant's API keys: name, role, last use and whether they are revoked; never the keys themselves."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        return Keys(items=await api_keys.all_of(tx))


@router.post("", status_code=201)
async def create_key(
    body: NewKey, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps, response: Response
) -> CreatedKey:
    """Creates an API key for the header `x-api-key`. The answer is the only place where the key is shown."""
    try:
        async with deps.database.transaction(tenant.tenant_id) as tx:
            key, secret = await api_keys.create(tx, tenant.tenant_id, name=body.name, role=body.role, by=caller.subject)
            await audit_log.write(tx, caller, "api_key.created", key.id, {"name": key.name, "role": key.role})
    except OutcomeUnknown as error:
        raise Problem(
            503,
            "Outcome unknown",
            f"The database went away before it answered. If `GET /api-keys` lists a new key {body.name!r}, revoke it: "
            "nobody knows its secret. Then create one again.",
            retry_after_s=2,
        ) from error
    response.headers["Cache-Control"] = "no-store"
    return CreatedKey(**key.model_dump(), key=str(secret))


@router.delete("/{key_id}", status_code=204, responses=NO_SUCH)
async def revoke_key(key_id: KeyId, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> None:
    """Revokes a key. This replica refuses it at once, all others within 10 seconds. May be repeated."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        if await api_keys.revoke(tx, key_id):
            await audit_log.write(tx, caller, "api_key.revoked", key_id)
    deps.api_keys.forget(tenant.tenant_id, key_id)
