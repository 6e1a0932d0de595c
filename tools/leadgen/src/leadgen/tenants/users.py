"""`leadgen user`: the tenants' users and their roles. The first admin of a tenant and its operators come from here."""

from typing import Annotated

import typer

from common.errors import Permanent
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.login_name import Operator
from leadgen.command_line.options import DatabaseUrl
from leadgen.tenants.audited_transaction import acting_for
from leadgen.tenants.tenants import TenantNumber
from leadgen.tenants.tokens import GivenRole

SAVE = """
    INSERT INTO tenant_users AS kept (tenant_id, subject, role) VALUES ($1, $2, $3)
    ON CONFLICT (tenant_id, subject) DO UPDATE SET role = excluded.role WHERE kept.role <> excluded.role
 RETURNING true
"""
LIST = "SELECT subject, role FROM tenant_users WHERE tenant_id = $1 ORDER BY subject"
REMOVE = "DELETE FROM tenant_users WHERE tenant_id = $1 AND subject = $2 RETURNING true"

user_app = typer.Typer(no_args_is_help=True, help="The tenants' users and their roles.")

Subject = Annotated[
    str, typer.Argument(help="The user as the tokens name it: the claim of OIDC_SUBJECT_CLAIM, `sub` by default.")
]


async def add_user(database_url: str, tenant_id: int, subject: str, role: GivenRole, *, operator: str) -> None:
    """Adds a user or changes its role; may be repeated. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    async with acting_for(database_url, tenant_id, operator) as acting:
        if await acting.connection.fetchval(SAVE, tenant_id, subject, role.value):
            await acting.record("user.saved", subject, {"role": role.value})


async def list_users(database_url: str, tenant_id: int) -> list[tuple[str, str]]:
    """Lists the tenant's users with their roles. Raises NoSuchTenant, DatabaseRefused, Unavailable."""
    async with acting_for(database_url, tenant_id, "") as acting:
        return [(row["subject"], row["role"]) for row in await acting.connection.fetch(LIST, tenant_id)]


async def remove_user(database_url: str, tenant_id: int, subject: str, *, operator: str) -> None:
    """Removes a user. Raises Permanent if there is none, DatabaseRefused, Unavailable."""
    async with acting_for(database_url, tenant_id, operator) as acting:
        if not await acting.connection.fetchval(REMOVE, tenant_id, subject):
            raise Permanent(f"tenant {tenant_id} has no user {subject!r}: `leadgen user list` shows those it has")
        await acting.record("user.removed", subject)


@user_app.command("add")
def add_command(
    tenant: TenantNumber,
    subject: Subject,
    database_url: DatabaseUrl,
    operator: Operator,
    role: Annotated[GivenRole, typer.Option(help="Rights of the user.")] = GivenRole.SDR,
) -> None:
    """Add a user to a tenant, or change its role."""
    if not 0 < len(subject) <= 255 or not subject.isprintable() or subject.startswith("key:"):
        raise typer.BadParameter("1 to 255 printable characters, not beginning with key:", param_hint="SUBJECT")
    run_or_exit(add_user(database_url, tenant, subject, role, operator=operator))
    typer.echo(f"tenant {tenant}: {subject} is {role.value}")


@user_app.command("list")
def list_command(tenant: TenantNumber, database_url: DatabaseUrl) -> None:
    """List a tenant's users with their roles."""
    for subject, role in run_or_exit(list_users(database_url, tenant)):
        typer.echo(f"{role:6}  {subject}")


@user_app.command("remove")
def remove_command(tenant: TenantNumber, subject: Subject, database_url: DatabaseUrl, operator: Operator) -> None:
    """Remove a user from a tenant. Every gateway refuses it within 10 seconds."""
    run_or_exit(remove_user(database_url, tenant, subject, operator=operator))
    typer.echo(f"tenant {tenant}: {subject} is removed")
