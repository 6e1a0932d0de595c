"""`leadgen load`: the load with a progress bar, and its result in words."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn
from rich.table import Table

from common.errors import LeadgenError
from leadgen.command_line.exit_codes import FAILED, REFUSED
from leadgen.load import NotARegister, Summary, UnknownVersion, load, load_generated
from leadgen.load.report import Phase
from leadgen.load.report import Progress as LoadProgress

DOING: dict[Phase, str] = {
    "reading": "Reading",
    "waiting": "Waiting for another load to end",
    "merging": "Merging",
}


def load_command(
    file: Annotated[
        Path | None, typer.Argument(help="A CSV of the register: plain, .gz, .zip; an .xlsx; or a folder of them.")
    ] = None,
    generate: Annotated[int | None, typer.Option(min=1, help="Load this many made-up companies instead.")] = None,
    seed: Annotated[int, typer.Option(help="Seed of the made-up companies.")] = 65,
    rejects: Annotated[
        Path | None, typer.Option(help="File for unreadable rows; by default <file>.rejects.csv beside it.")
    ] = None,
    ssic_version: Annotated[
        str | None,
        typer.Option(help="SSIC version of the file's codes, such as 2025; detected if not given."),
    ] = None,
    database_url: Annotated[
        str | None,
        typer.Option(
            envvar="DATABASE_URL", show_envvar=True, help="The database, with the login that owns the tables."
        ),
    ] = None,
) -> None:
    """Load ACRA's "Information on Corporate Entities" into the register, whole or not at all."""
    console, errors = Console(), Console(stderr=True)
    if (file is None) == (generate is None):
        errors.print("Name a FILE to load, or say --generate N: one of the two.")
        raise typer.Exit(REFUSED)
    if not database_url:
        errors.print("No database: give --database-url, or set DATABASE_URL.")
        raise typer.Exit(REFUSED)
    try:
        with _bar(errors) as bar:
            task = bar.add_task("Reading", total=None, rows="0")

            def show(now: LoadProgress) -> None:
                bar.update(
                    task,
                    description=DOING[now.phase],
                    completed=now.done,
                    total=now.total or None,
                    rows=f"{now.rows:,}",
                )

            if file is not None:
                loading = load(file, database_url, rejects=rejects, ssic_version=ssic_version, progress=show)
            else:
                loading = load_generated(
                    generate or 0, seed, database_url, rejects=rejects, ssic_version=ssic_version, progress=show
                )
            summary = asyncio.run(loading)
    except LeadgenError as error:
        errors.print(str(error), style="red", markup=False, highlight=False, soft_wrap=True)
        raise typer.Exit(REFUSED if isinstance(error, NotARegister | UnknownVersion) else FAILED) from error
    except KeyboardInterrupt:
        errors.print("Stopped. Load again at any time: that is safe.")
        raise typer.Exit(FAILED) from None
    print_summary(summary, console)
    if not summary.taken:
        reason = "all were rejected" if summary.rejected else "there is none below the header"
        errors.print(f"No row was taken: {reason}.", style="red")
        raise typer.Exit(FAILED)


def print_summary(summary: Summary, console: Console) -> None:
    """Prints the result of a load."""
    table = Table(show_header=False, box=None, pad_edge=False)
    table.add_column()
    table.add_column(justify="right")
    for what, rows in (
        ("read", summary.read),
        ("inserted", summary.inserted),
        ("updated", summary.updated),
        ("unchanged", summary.unchanged),
        ("repeated", summary.repeated),
        ("rejected", summary.rejected),
    ):
        table.add_row(what, f"{rows:,}")
    table.add_row("seconds", f"{summary.seconds:.1f}")
    table.add_row("rows/s", f"{summary.rows_per_second:,}")
    console.print(table)
    console.print(f"SSIC {summary.ssic_version}: {summary.why_version}", markup=False, soft_wrap=True)
    if summary.taken:
        shares = ", ".join(f"{share.what} {share.percent}" for share in summary.understood)
        console.print(f"Rows understood: {shares}", markup=False, highlight=False, soft_wrap=True)
    if summary.rejects:
        console.print(f"Rejected rows, with reasons: {summary.rejects}", markup=False, soft_wrap=True)
    if summary.ignored_columns:
        console.print(f"Columns ignored: {', '.join(summary.ignored_columns)}", markup=False, soft_wrap=True)
    for note in summary.notes:
        console.print(note, markup=False, soft_wrap=True)


def _bar(console: Console) -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        TaskProgressColumn(),
        TextColumn("{task.fields[rows]} rows"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
        transient=True,
    )
