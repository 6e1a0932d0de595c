"""`leadgen apikey`: creates, lists and revokes the tenants' API keys. Keys of the role ops come from here only."""

from datetime import datetime
from typing import Annotated, NamedTuple

import typer

from common.credentials.api_key import ApiKey
from common.errors import Permanent
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.login_name import Operator
from leadgen.command_line.options import DatabaseUrl
from leadgen.tenants.audited_transaction import acting_for
from leadgen.tenants.tenants import TenantNumber
from leadgen.tenants.tokens import GivenRole

CREATE = """
    INSERT INTO api_keys (tenant_id, key_id, name, role, digest, created_by) VALUES ($1, $2, $3, $4, $5, $6)
"""
LIST = """
    SELECT key_id, role, name, created_by, created_at, last_used_at, revoked_at
      FROM api_keys WHERE tenant_id = $1 ORDER BY created_at, key_id
"""
REVOKE = """
    UPDATE api_keys SET revoked_at = coalesce(revoked_at, now()) WHERE tenant_id = $1 AND key_id = $2
 RETURNING revoked_at = now()
"""

api_key_app = typer.Typer(no_args_is_help=True, help="The tenants' API keys.")


class Listed(NamedTuple):
    """An API key without its secret."""

    key_id: str
    role: str
    name: str
    created_by: str
    created_at: datetime
    last_used_at: datetime | None
    revoked_at: datetime | None


async def create_api_key(database_url: str, tenant_id: int, *, name: str, role: GivenRole, operator: str) -> ApiKey:
    """Creates a key and returns it; only its digest is stored. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    key = ApiKey.create(tenant_id)
    async with acting_for(database_url, tenant_id, operator) as acting:
        await acting.connection.execute(CREATE, tenant_id, key.key_id, name, role.value, key.digest, operator)
        await acting.record("api_key.created", key.key_id, {"name": name, "role": role.value})
    return key


async def list_api_keys(database_url: str, tenant_id: int) -> list[Listed]:
    """Lists the tenant's keys, the oldest first. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    async with acting_for(database_url, tenant_id, "") as acting:
        return [Listed(*row) for row in await acting.connection.fetch(LIST, tenant_id)]


async def revoke_api_key(database_url: str, tenant_id: int, key_id: str, *, operator: str) -> None:
    """Revokes a key; may be repeated. Raises Permanent if there is none, DatabaseRefused, Unavailable."""
    async with acting_for(database_url, tenant_id, operator) as acting:
        is_new = await acting.connection.fetchval(REVOKE, tenant_id, key_id)
        if is_new is None:
            raise Permanent(f"tenant {tenant_id} has no API key {key_id!r}: `leadgen apikey list` shows those it has")
        if is_new:
            await acting.record("api_key.revoked", key_id)


@api_key_app.command("create")
def create_command(
    tenant: TenantNumber,
    name: Annotated[str, typer.Option(help="Purpose of the key.")],
    database_url: DatabaseUrl,
    operator: Operator,
    role: Annotated[GivenRole, typer.Option(help="Rights of the key.")] = GivenRole.SDR,
) -> None:
    """Create a key for the header x-api-key, and print it. It is shown only once; Leadgen stores its digest."""
    if not name.strip() or len(name) > 100 or not name.isprintable():
        raise typer.BadParameter("1 to 100 printable characters", param_hint="--name")
    typer.echo(run_or_exit(create_api_key(database_url, tenant, name=name.strip(), role=role, operator=operator)))


@api_key_app.command("list")
def list_command(tenant: TenantNumber, database_url: DatabaseUrl) -> None:
    """List the tenant's keys: id, role, name, last use, revocation."""
    for key in run_or_exit(list_api_keys(database_url, tenant)):
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M} UTC" if key.last_used_at else "never used"
        state = f"revoked {key.revoked_at:%Y-%m-%d %H:%M} UTC" if key.revoked_at else "valid"
        typer.echo(f"{key.key_id}  {key.role:6}  {state}  {used}  {key.name}  (by {key.created_by})")


@api_key_app.command("revoke")
def revoke_command(
    tenant: TenantNumber,
    key_id: Annotated[str, typer.Argument(help="The key's id, the second part of its text.")],
    database_url: DatabaseUrl,
    operator: Operator,
) -> None:
    """Revoke a key. Every gateway refuses it within 10 seconds."""
    run_or_exit(revoke_api_key(database_url, tenant, key_id, operator=operator))
    typer.echo(f"key {key_id} of tenant {tenant} is revoked; every gateway refuses it within 10 seconds")
