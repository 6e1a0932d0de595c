"""`leadgen up`: starts everything on this machine, with persistent data, until Ctrl-C."""

import asyncio
import time
from contextlib import suppress
from pathlib import Path
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.local.page import built_page, sign_in_url
from leadgen.local.signals import stop_on_signals
from leadgen.local.stack import Report, stack
from leadgen.tenants.tenants import TenantNumber, add_tenant
from leadgen.tenants.tokens import token


def up_command(
    data: Annotated[Path, typer.Option(help="Folder for the data of PostgreSQL and Kafka.")] = Path(".run"),
    tenant: TenantNumber = 1,
    simulator: Annotated[bool, typer.Option(help="Visit the simulator's websites, not the real web.")] = False,
) -> None:
    """Start everything on this machine, with data that stays, until Ctrl-C."""
    run_or_exit(up(data, tenant, with_simulator=simulator))


async def up(folder: Path, tenant_id: int, *, with_simulator: bool) -> None:
    """Runs until SIGINT or SIGTERM. Raises LeadgenError if a part cannot start."""
    stop_on_signals()
    began = time.perf_counter()

    def report(what: str, _: float) -> None:
        typer.echo(f"{time.perf_counter() - began:6.1f} s  {what}")

    with suppress(asyncio.CancelledError):
        await _up(folder, tenant_id, report, with_simulator=with_simulator)


async def _up(folder: Path, tenant_id: int, report: Report, *, with_simulator: bool) -> None:
    async with stack(folder, report=report, with_simulator=with_simulator) as product:
        await add_tenant(product.database_url, tenant_id, f"Tenant {tenant_id}", unless_there=True)
        await product.is_ready()
        access = token(product.jwt_secret, tenant_id, "rep@example.com")
        report(f"All services ready; the API is documented at {product.gateway}/docs", 0)
        settings = {
            "DATABASE_URL": product.database_url,
            "KAFKA_BOOTSTRAP_SERVERS": product.kafka,
            "LEADGEN_GATEWAY": product.gateway,
            "LEADGEN_TOKEN": access,
            "GATEWAY_JWT_SECRET": product.jwt_secret,
            "ODOO_CREDENTIALS_KEY": product.environment["ODOO_CREDENTIALS_KEY"],
        }
        typer.echo(
            "\nTo use the other commands, paste these lines into another terminal. They stay valid after a restart; "
            "the token expires after 12 hours.\n"
        )
        for name, value in settings.items():
            typer.echo(f"export {name}='{value}'")
        if built_page():
            typer.echo(f"\nThe page, signed in as rep@example.com: {sign_in_url(product.gateway, access)}")
        typer.echo("\nCtrl-C stops everything; the data stays.")
        await asyncio.Event().wait()
