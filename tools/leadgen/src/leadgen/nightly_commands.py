"""The commands `leadgen nightly …`. They run nightly's own scripts on this terminal."""

from pathlib import Path
from typing import Annotated

import typer

from leadgen.exit_codes import run_or_exit
from leadgen.options import DatabaseUrl
from leadgen.scripts import hand_over

RUN, REPORT = "leadgen-nightly", "leadgen-nightly-report"

nightly_app = typer.Typer(help="The nights: run one, or report on one.")

Tenants = Annotated[str | None, typer.Option(help="Tenants by number, such as 1,2.")]


@nightly_app.callback(invoke_without_command=True)
def run_command(
    context: typer.Context,
    tenant: Tenants = None,
    include: Tenants = None,
    exclude: Tenants = None,
    limit: Annotated[int | None, typer.Option(min=0, help="Companies per tenant, if lower than its cap.")] = None,
    date: Annotated[str | None, typer.Option(help="The night, such as 2026-11-29. Default: today's.")] = None,
    from_manifest: Annotated[
        str | None, typer.Option(help="Companies of a file (see --dry-run --json), or of a run's id.")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Print the plan and write nothing.")] = False,
    wait: Annotated[bool, typer.Option(help="Wait until the runs are over or their window ends.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary or the plan as JSON.")] = False,
) -> None:
    """Run the night of every active tenant, or resume it; with a subcommand, do that instead.

    Exit code: 0 all done, 3 partial, 1 failure, 2 wrong options or settings.
    """
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
    if code := run_or_exit(hand_over(RUN, *arguments, environment={})):
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
    """Report on a night: where its companies stand, what it cost, what needs you, and the shortlists."""
    arguments = [*([run] if run else []), *(["--html", str(html)] if html else []), *(["--mail"] if mail else [])]
    code = run_or_exit(hand_over(REPORT, *arguments, environment={"DATABASE_URL": database_url}))
    if code:
        raise typer.Exit(code)
