"""The operator's command."""

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from leadgen.audit.command import audit_app
from leadgen.bench.command import bench_app
from leadgen.demo.running import ask
from leadgen.demo.running import demo as run_demo
from leadgen.demo.screen import Screen
from leadgen.dlq.command import dlq_app
from leadgen.enrichment.command import enrichment_app
from leadgen.exit_codes import run_or_exit
from leadgen.load.command import load_command
from leadgen.local.command import up as run_up
from leadgen.migrate import migrate as run_migrations
from leadgen.nightly_commands import nightly_app
from leadgen.odoo_commands import odoo_app
from leadgen.options import DatabaseUrl
from leadgen.register_refresh import refresh_command
from leadgen.replay.command import replay_app, rewind_command
from leadgen.resolve_eval import resolve_eval_command
from leadgen.scoring.command import score_command, scoring_app
from leadgen.ssic import seed_ssic, ssic_app
from leadgen.tenants import TenantNumber, add_tenant, limit_command
from leadgen.tokens import Role
from leadgen.tokens import token as make_token
from leadgen.topics import create_topics
from leadgen.trace.command import trace_command

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__)
tenant_app = typer.Typer(no_args_is_help=True, help="The tenants.")
app.add_typer(tenant_app, name="tenant")
app.add_typer(odoo_app, name="odoo")
app.add_typer(enrichment_app, name="enrichment")
app.add_typer(audit_app, name="audit")
app.add_typer(nightly_app, name="nightly")
app.add_typer(ssic_app, name="ssic")
app.add_typer(bench_app, name="bench")
app.add_typer(replay_app, name="replay")
app.add_typer(dlq_app, name="dlq")
app.command("rewind")(rewind_command)
app.command("load")(load_command)
app.command("refresh")(refresh_command)
app.add_typer(scoring_app, name="scoring")
app.command("resolve-eval")(resolve_eval_command)
app.command("score")(score_command)
app.command("trace")(trace_command)
tenant_app.command("limit")(limit_command)


def main() -> None:
    """The console script."""
    app()


@app.command()
def demo(
    once: Annotated[bool, typer.Option("--once", help="End when the leads are scored.")] = False,
    out: Annotated[Path | None, typer.Option(help="Also write what was shown to this JSON file.")] = None,
    rows: Annotated[int, typer.Option(min=100, help="Companies in the made-up register.")] = 200_000,
    seed: Annotated[int, typer.Option(help="Seed of the made-up register.")] = 65,
    night: Annotated[bool, typer.Option("--night", help="Then run a night for three tenants.")] = False,
    report: Annotated[Path, typer.Option(help="The file for the night's report.")] = Path("leadgen-night.html"),
) -> None:
    """Start everything on this machine and show how one chat message becomes ten scored leads."""
    for file, hint in ((out, "--out"), (report if night else None, "--report")):
        if file is not None and not file.absolute().parent.is_dir():
            raise typer.BadParameter(f"there is no folder {file.absolute().parent}", param_hint=hint)
    run_or_exit(run_demo(once=once, out=out, rows=rows, seed=seed, night=report if night else None))


@app.command()
def up(
    data: Annotated[Path, typer.Option(help="Folder for the data of PostgreSQL and Kafka.")] = Path(".run"),
    tenant: TenantNumber = 1,
    simulator: Annotated[bool, typer.Option(help="Visit the simulator's websites, not the real web.")] = False,
) -> None:
    """Start everything on this machine, with data that stays, until Ctrl-C."""
    run_or_exit(run_up(data, tenant, with_simulator=simulator))


@app.command()
def chat(
    message: Annotated[str, typer.Argument(help='The message, such as "Manufacturing".')],
    gateway: Annotated[str, typer.Option(envvar="LEADGEN_GATEWAY", show_envvar=True, help="The gateway's URL.")],
    access: Annotated[str, typer.Option("--token", envvar="LEADGEN_TOKEN", show_envvar=True)],
) -> None:
    """Send one chat message and show its progress and leads."""
    shown = run_or_exit(ask(gateway, access, message, Screen()))
    if not shown.is_scored and shown.leads:
        raise typer.Exit(1)


@app.command()
def migrate(database_url: DatabaseUrl) -> None:
    """Bring the database's schema up to date, and seed the industry codes."""
    applied = run_or_exit(run_migrations(database_url))
    for name in applied:
        typer.echo(f"applied {name}")
    codes = run_or_exit(seed_ssic(database_url))
    typer.echo(f"{len(applied)} migrations applied; {codes} industry codes")


@app.command()
def topics(
    kafka: Annotated[str, typer.Option("--kafka", envvar="KAFKA_BOOTSTRAP_SERVERS", show_envvar=True)],
) -> None:
    """Create the missing topics of deploy/topics.yaml."""
    created = run_or_exit(create_topics(kafka))
    typer.echo(f"{len(created)} topics created" + "".join(f"\n  {name}" for name in created))


@tenant_app.command("add")
def tenant_add(
    tenant: TenantNumber, name: Annotated[str, typer.Option(help="Shown to operators.")], database_url: DatabaseUrl
) -> None:
    """Add a tenant, or rename it and activate it again."""
    run_or_exit(add_tenant(database_url, tenant, name))
    typer.echo(f"tenant {tenant}: {name}")


@app.command()
def token(
    tenant: TenantNumber,
    secret: Annotated[str, typer.Option(envvar="GATEWAY_JWT_SECRET", show_envvar=True, help="The gateway's secret.")],
    user: Annotated[str, typer.Option(help="User that the token is for.")] = "rep@example.com",
    hours: Annotated[float, typer.Option(min=0.01, max=87600, help="Hours until it expires.")] = 12,
    role: Annotated[Role, typer.Option(help="`ops` may start and see the nightly runs of all tenants.")] = Role.REP,
) -> None:
    """Print an access token for the gateway."""
    if len(secret) < 32:
        raise typer.BadParameter("the gateway takes none of less than 32 characters", param_hint="--secret")
    typer.echo(make_token(secret, tenant, user, valid=timedelta(hours=hours), role=role))
