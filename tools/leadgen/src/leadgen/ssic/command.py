"""The command `leadgen ssic`."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from common.errors import LeadgenError
from leadgen.command_line.exit_codes import FAILED, REFUSED
from leadgen.command_line.options import DatabaseUrl
from leadgen.ssic.codes import NotAClassification
from leadgen.ssic.loading import LoadedVersion, load_ssic

PLURALS = {"class": "classes", "subclass": "subclasses"}

ssic_app = typer.Typer(no_args_is_help=True, help="The industry classification, SSIC.")


@ssic_app.callback()
def ssic() -> None:
    """The industry classification, SSIC."""


@ssic_app.command("load")
def load(
    file: Annotated[
        Path, typer.Argument(help="The Department of Statistics' spreadsheet of a version (.xlsx), or a CSV.")
    ],
    database_url: DatabaseUrl,
    version: Annotated[
        str | None, typer.Option(help="The version, such as 2025. Needed if the file names none, or several.")
    ] = None,
) -> None:
    """Load a version of SSIC, whole or not at all; it replaces the stored one."""
    try:
        loaded = asyncio.run(load_ssic(file, database_url, version))
    except LeadgenError as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(REFUSED if isinstance(error, NotAClassification) else FAILED) from error
    for each in loaded:
        typer.echo(_line_of(each))
    if not any(each.added or each.changed or each.removed for each in loaded):
        typer.echo("Nothing has changed.")
        return
    typer.echo("Restart the gateway, the upserter and the scorer: they read the codes when they start.")
    if any(each.is_new for each in loaded):
        typer.echo("Load the register again if it was loaded before: its rows may turn out to be of the new version.")


def _line_of(loaded: LoadedVersion) -> str:
    levels = ", ".join(f"{count:,} {PLURALS.get(level, level + 's')}" for level, count in loaded.levels.items())
    return (
        f"SSIC {loaded.version}: {levels} "
        f"({loaded.added:,} added, {loaded.changed:,} changed, {loaded.removed:,} removed)"
    )
