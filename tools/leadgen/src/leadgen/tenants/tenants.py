"""The operator's list of tenants, and their own caps, which replace those of the services' settings."""

import json
from typing import Annotated, Any, NamedTuple

import typer
from rich.markup import escape
from rich.table import Table

from common.errors import Permanent
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson, DatabaseUrl
from leadgen.command_line.terminal import print_table
from leadgen.database.owner_connection import RightsMissing, connected

SAVE = """
    INSERT INTO tenants (tenant_id, name) VALUES ($1, $2)
    ON CONFLICT (tenant_id) DO UPDATE SET name = excluded.name, active = true
"""

SAVE_NEW = "INSERT INTO tenants (tenant_id, name) VALUES ($1, $2) ON CONFLICT DO NOTHING"

# What is not given stays, unless all are to go first.
LIMIT = """
    UPDATE tenants
       SET upsert_sync_limit = coalesce($2, CASE WHEN NOT $6 THEN upsert_sync_limit END),
           upsert_max_per_job = coalesce($3, CASE WHEN NOT $6 THEN upsert_max_per_job END),
           requests_per_minute = coalesce($4, CASE WHEN NOT $6 THEN requests_per_minute END),
           nightly_cap = coalesce($5, CASE WHEN NOT $6 THEN nightly_cap END)
     WHERE tenant_id = $1
 RETURNING upsert_sync_limit, upsert_max_per_job, requests_per_minute, nightly_cap
"""

LIST = """
    SELECT tenant_id, name, active, upsert_sync_limit, upsert_max_per_job, requests_per_minute, nightly_cap
      FROM tenants ORDER BY tenant_id
"""

MOST = 2**31 - 1
MAX_NAME = 200

tenant_app = typer.Typer(no_args_is_help=True, help="The tenants.")

TenantNumber = Annotated[
    int,
    typer.Option(
        "--tenant", min=1, max=MOST, envvar="DEFAULT_TENANT_ID", show_envvar=True, help="The tenant's number."
    ),
]


class NoSuchTenant(Permanent):
    """There is no tenant with this number."""


class Limits(NamedTuple):
    """A tenant's own caps; `None` if only the services' settings apply."""

    sync_limit: int | None = None
    max_per_job: int | None = None
    requests_per_minute: int | None = None
    nightly_cap: int | None = None


async def add_tenant(database_url: str, tenant_id: int, name: str, *, unless_there: bool = False) -> None:
    """Adds the tenant. An existing one is renamed and activated, or does not change with `unless_there`.

    Raises DatabaseRefused, Unavailable.
    """
    async with connected(database_url) as connection:
        await connection.execute(SAVE_NEW if unless_there else SAVE, tenant_id, name)


async def limit_tenant(database_url: str, tenant_id: int, limits: Limits, *, afresh: bool = False) -> Limits:
    """Sets the given caps and returns all present ones; `afresh` removes the others.

    Raises NoSuchTenant, DatabaseRefused, Unavailable.
    """
    try:
        async with connected(database_url) as connection:
            row = await connection.fetchrow(LIMIT, tenant_id, *limits, afresh)
    except RightsMissing as error:
        raise Permanent("this login may not change tenants: use the database's owner, not a service's login") from error
    if row is None:
        raise NoSuchTenant(f"there is no tenant {tenant_id}: `leadgen tenant add --tenant {tenant_id}` adds it")
    return Limits(*row.values())


async def list_tenants(database_url: str) -> list[dict[str, Any]]:
    """Lists all tenants with their own caps, `None` if the services' settings apply.

    Raises DatabaseRefused, Unavailable.
    """
    async with connected(database_url) as connection:
        return [dict(row) for row in await connection.fetch(LIST)]


def _checked_name(name: str) -> str:
    """Trims a tenant's name. Raises typer.BadParameter if nothing readable is left."""
    trimmed = name.strip()
    if not trimmed or not trimmed.isprintable() or len(trimmed) > MAX_NAME:
        raise typer.BadParameter(f"a tenant needs a name of 1 to {MAX_NAME} printable characters")
    return trimmed


@tenant_app.command("list")
def list_command(database_url: DatabaseUrl, as_json: AsJson = False) -> None:
    """List the tenants with their own caps."""
    tenants = run_or_exit(list_tenants(database_url))
    if as_json:
        typer.echo(json.dumps({"tenants": tenants}, ensure_ascii=False))
        return
    if not tenants:
        typer.echo("there is no tenant yet: `leadgen tenant add --tenant 1 --name NAME` adds one")
        return
    caps = ("sync limit", "max per job", "requests/min", "nightly cap")
    table = Table("tenant", "name", "state", *caps)
    for each in tenants:
        number, name, active, *own = each.values()
        shown = ["" if cap is None else str(cap) for cap in own]
        table.add_row(str(number), escape(name), "active" if active else "switched off", *shown)
    print_table(table)
    typer.echo("An empty cap means: the services' setting applies.")


@tenant_app.command("add")
def add_command(
    tenant: TenantNumber,
    name: Annotated[str, typer.Option(callback=_checked_name, help="Shown to operators.")],
    database_url: DatabaseUrl,
) -> None:
    """Add a tenant, or rename it and activate it again."""
    run_or_exit(add_tenant(database_url, tenant, name))
    typer.echo(f"tenant {tenant}: {name}")


@tenant_app.command("limit")
def limit_command(
    tenant: TenantNumber,
    database_url: DatabaseUrl,
    sync_limit: Annotated[
        int | None, typer.Option(min=0, max=MOST, help="Companies upserted and enriched at once for a chat message.")
    ] = None,
    max_per_job: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Companies that one background job saves.")
    ] = None,
    requests_per_minute: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Replaces TENANT_REQUESTS_PER_MINUTE.")
    ] = None,
    nightly_cap: Annotated[
        int | None,
        typer.Option(min=0, max=MOST, help="Companies of a night. Replaces SCHED_DAILY_CAP_PER_TENANT, upwards too."),
    ] = None,
    none: Annotated[bool, typer.Option("--none", help="Remove the caps that are not given here.")] = False,
) -> None:
    """Set or show a tenant's own caps. For upserts, the lower of the tenant's cap and the setting applies.

    Services notice within half a minute.
    """
    given = Limits(sync_limit, max_per_job, requests_per_minute, nightly_cap)
    for name, value in run_or_exit(limit_tenant(database_url, tenant, given, afresh=none))._asdict().items():
        typer.echo(f"{name.replace('_', '-'):<20} {'none of its own' if value is None else value}")
