"""Local access tokens for the gateway: JWT, HS256, with a tenant, a user and a role. Not for production."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

import jwt
import typer

from leadgen.tenants.tenants import TenantNumber


class Role(StrEnum):
    """The roles of the gateway, and `rep`, the old name of `sdr`."""

    VIEWER = "viewer"
    SDR = "sdr"
    ADMIN = "admin"
    OPS = "ops"
    REP = "rep"


class GivenRole(StrEnum):
    """The roles that users and API keys can be given."""

    VIEWER = "viewer"
    SDR = "sdr"
    ADMIN = "admin"
    OPS = "ops"


def token(
    secret: str, tenant_id: int, user: str, *, valid: timedelta = timedelta(hours=12), role: Role = Role.SDR
) -> str:
    """Creates a token that the gateway with this secret (GATEWAY_JWT_SECRET) accepts until it expires."""
    claims = {"sub": user, "tenant_id": tenant_id, "exp": datetime.now(UTC) + valid, "role": role.value}
    return jwt.encode(claims, secret, algorithm="HS256")


def token_command(
    tenant: TenantNumber,
    secret: Annotated[str, typer.Option(envvar="GATEWAY_JWT_SECRET", show_envvar=True, help="The gateway's secret.")],
    user: Annotated[str, typer.Option(help="User that the token is for.")] = "rep@example.com",
    hours: Annotated[float, typer.Option(min=0.01, max=87600, help="Hours until it expires.")] = 12,
    role: Annotated[
        Role,
        typer.Option(
            help="`viewer` only reads, `sdr` works with leads, `admin` also manages the tenant's users and keys, `ops` "
            "also sees and starts the nightly runs of all tenants. `rep` is the old name of `sdr`."
        ),
    ] = Role.SDR,
) -> None:
    """Print an access token for the gateway."""
    if len(secret) < 32:
        raise typer.BadParameter("it must have at least 32 characters", param_hint="--secret")
    typer.echo(token(secret, tenant, user, valid=timedelta(hours=hours), role=role))
