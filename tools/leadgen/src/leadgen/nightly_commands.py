"""The commands `leadgen nightly …`. They run nightly's own scripts on this terminal."""

from pathlib import Path
from typing import Annotated

import typer

from leadgen.exit_codes import run_or_exit
from leadgen.options import DatabaseUrl
from leadgen.scripts import hand_over

REPORT = "leadgen-nightly-report"

nightly_app = typer.Typer(no_args_is_help=True, help="The nights: the report on one.")


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
