"""The command `leadgen audit`."""

import json
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer

from common.ids import NO_REPLAY
from leadgen.audit.check import Exceptions, Report, Scope
from leadgen.command_line.exit_codes import FAILED, run_or_exit
from leadgen.command_line.options import AsJson, KafkaServersOrNone
from leadgen.command_line.time_options import HELP, parse_past
from leadgen.odoo.command import audit_odoo_command
from leadgen.tenants.tenants import MOST

audit_app = typer.Typer(
    help="Prove that nothing was lost or done twice, or compare each Odoo with what was written to it.\n\n"
    "It reads tables and topics, writes nothing, and may run beside the services. Exit code 1: there are exceptions; "
    "each is printed with what to do."
)
audit_app.command("odoo")(audit_odoo_command)

Services = Annotated[
    list[str] | None,
    typer.Option("--service", help="A service that runs here; the others are left out. May be repeated. Default: all."),
]
Killed = Annotated[
    list[datetime] | None,
    typer.Option(
        "--killed",
        parser=parse_past,
        help="With --simulator: a time at which an enricher was killed, which explains lost charges. May be repeated.",
    ),
]


@audit_app.callback(invoke_without_command=True)
def audit_command(
    context: typer.Context,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="DATABASE_URL", show_envvar=True, help="The database, with the login that owns the tables."
        ),
    ] = None,
    kafka: KafkaServersOrNone = None,
    tenant: Annotated[int | None, typer.Option(min=1, max=MOST, help="This tenant only.")] = None,
    run: Annotated[UUID | None, typer.Option(help="One night of a tenant, by the id of its run.")] = None,
    since: Annotated[
        datetime | None,
        typer.Option(
            parser=parse_past,
            help=f"Only what began at this time or later. {HELP} Default: as far back as Kafka keeps the topics.",
        ),
    ] = None,
    patience: Annotated[
        float | None,
        typer.Option(min=0, help="Minutes for which an event may be open. Default: each kind has its own limit."),
    ] = None,
    service: Services = None,
    simulator: Annotated[
        str | None,
        typer.Option(help="URL of the simulator: also compare what its vendors charged with what was counted."),
    ] = None,
    killed: Killed = None,
    shown: Annotated[
        int | None, typer.Option(min=1, help="Maximum number of exceptions to print per check. Default: all.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Prove from tables and topics that nothing was lost, nothing done twice. Exit code 1 if there is an exception."""
    if context.invoked_subcommand is not None:
        return
    for name, value in (("DATABASE_URL", database_url), ("KAFKA_BOOTSTRAP_SERVERS", kafka)):
        if not value:
            raise typer.BadParameter(f"set {name}, or give the option")
    from leadgen.audit.auditing import audit  # loads the Kafka client, which no other command's help needs

    scope = Scope(
        tenant_id=tenant,
        run_id=run,
        since=since,
        patience_s=None if patience is None else 60 * patience,
        services=frozenset(service) if service else None,
    )
    auditing = audit(str(database_url), kafka or "", scope, simulator=simulator, kills=killed or [], shown=shown)
    report = run_or_exit(auditing)
    typer.echo(json.dumps(report.as_dict(), default=str) if as_json else as_text(report))
    if not report.is_clean:
        raise typer.Exit(FAILED)


def as_text(report: Report) -> str:
    """Formats a report for the terminal."""
    counts = ", ".join(f"{count:,} {name.replace('_', ' ')}" for name, count in report.counts.items())
    lines = [
        f"as of {report.at:%Y-%m-%d %H:%M:%S} UTC, for what began since {report.since:%Y-%m-%d %H:%M}: {counts}",
        *(f"paid for twice, explained: {it}" for it in report.explained),
        *(f"counted without a result, waived: {it}" for it in report.waived),
    ]
    for found in report.exceptions:
        lines += ["", *_lines_of(found)]
    total = sum(found.count for found in report.exceptions)
    verdict = (
        f"{_counted(total)}, found by {', '.join(it.check.name for it in report.exceptions)}"
        if total
        else "no exception"
    )
    return "\n".join([*lines, *([""] if total else []), f"{report.checks} checks in {report.seconds:.1f} s: {verdict}"])


def _lines_of(found: Exceptions) -> list[str]:
    lines = [f"{found.check.name}: {_counted(found.count)} to “{found.check.claim}”"]
    lines += [
        "  " + "  ".join(f"{name} {_plain(value)}" for name, value in row.items() if value != NO_REPLAY)
        for row in found.shown
    ]
    if found.count > len(found.shown):
        lines.append(f"  and {found.count - len(found.shown):,} more")
    return [*lines, f"  Do: {found.check.advice}"]


def _counted(count: int) -> str:
    return f"{count:,} exception{'' if count == 1 else 's'}"


def _plain(value: Any) -> str:
    return value.isoformat(sep=" ", timespec="milliseconds") if isinstance(value, datetime) else str(value)
