"""The commands `leadgen nightly …`. They run nightly's own scripts on this terminal."""

from pathlib import Path
from typing import Annotated

import typer

from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import DatabaseUrl
from leadgen.service_scripts import run_on_terminal

RUN, REPORT, PRUNE = "leadgen-nightly", "leadgen-nightly-report", "leadgen-nightly-prune"

nightly_app = typer.Typer(
    help="Run the night of every active tenant, or report on a night.\n\n"
    "Without a subcommand it runs the night; a second start on the same day resumes it. "
    "Exit codes: 0 all done, 3 partial, 1 failure, 2 wrong options or settings."
)

Tenants = Annotated[str | None, typer.Option(help="Only these tenants, by number, such as 1,2.")]
Included = Annotated[str | None, typer.Option(help="Tenants such as 1,2, instead of SCHED_TENANT_INCLUDE.")]
Excluded = Annotated[str | None, typer.Option(help="Tenants such as 1,2, instead of SCHED_TENANT_EXCLUDE.")]


@nightly_app.callback(invoke_without_command=True)
def run_command(
    context: typer.Context,
    tenant: Tenants = None,
    include: Included = None,
    exclude: Excluded = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Companies per tenant, if lower than its cap.")] = None,
    date: Annotated[str | None, typer.Option(help="The night, such as 2026-11-29. Default: today's.")] = None,
    from_manifest: Annotated[
        str | None,
        typer.Option(
            help="Take the companies of this file (as --dry-run --json prints it), or of the run with this id."
        ),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and write nothing.")] = False,
    wait: Annotated[
        bool,
        typer.Option(
            help="Wait until the runs are over or their window ends; --no-wait ends when all requests are in Kafka."
        ),
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary or the plan as JSON.")] = False,
) -> None:
    """Runs the night of every active tenant, or resumes it. Does nothing if a subcommand is called."""
    if context.invoked_subcommand is not None:
        return
    given = {
        "--tenant": tenant,
        "--include": include,
        "--exclude": exclude,
        "--limit": limit,
        "--date": date,
        "--from-manifest": from_manifest,
    }
    arguments = [text for name, value in given.items() if value is not None for text in (name, str(value))]
    flags = {"--dry-run": dry_run, "--no-wait": not wait, "--json": as_json}
    arguments += [name for name, is_set in flags.items() if is_set]
    if code := run_or_exit(run_on_terminal(RUN, *arguments, environment={})):
        raise typer.Exit(code)


@nightly_app.command("report")
def report_command(
    database_url: DatabaseUrl,
    run: Annotated[
        str | None, typer.Argument(help="A night such as 2026-11-29, or a run's id. Default: the latest night.")
    ] = None,
    html: Annotated[Path | None, typer.Option(help="Also write the report as one HTML page to this file.")] = None,
    mail: Annotated[bool, typer.Option("--mail", help="Also send it to REPORT_TO, through SMTP_URL.")] = False,
) -> None:
    """Report on a night: where its companies stand, what it cost, what needs action, and the shortlists."""
    arguments = [*([run] if run else []), *(["--html", str(html)] if html else []), *(["--mail"] if mail else [])]
    code = run_or_exit(run_on_terminal(REPORT, *arguments, environment={"DATABASE_URL": database_url}))
    if code:
        raise typer.Exit(code)


def prune_command(database_url: DatabaseUrl) -> None:
    """Delete rows past their retention period, as the nightly run does.

    The settings RETENTION_... say for how long rows are kept. It deletes in batches; it may be stopped and started
    again.
    """
    raise typer.Exit(run_or_exit(run_on_terminal(PRUNE, environment={"DATABASE_URL": database_url})))
