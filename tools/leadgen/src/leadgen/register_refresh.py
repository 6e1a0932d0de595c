"""`leadgen refresh`: makes the upserter copy new and changed entries of the register into `companies` at once."""

import json
from typing import Annotated

import typer

from common.errors import Permanent
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson
from leadgen.service_scripts import NotInstalled, ScriptFailed, run_script

#: The upserter's own script.
SCRIPT = "leadgen-upserter-refresh"


class RefreshFailed(Permanent):
    """The refresh failed; the message is its own."""


def refresh_command(
    database_url: Annotated[
        str, typer.Option(envvar="DATABASE_URL", show_envvar=True, help="The database, with the upserter's login.")
    ],
    as_json: AsJson = False,
) -> None:
    """Upsert rows of the register that are new or changed since the last refresh. The nightly run does it too."""
    figures = run_or_exit(refresh(database_url))
    if as_json:
        typer.echo(json.dumps(figures))
    else:
        typer.echo(
            "{entries} entries were new or changed: {inserted} new companies, {changed} changed".format(**figures)
        )


async def refresh(database_url: str) -> dict[str, int]:
    """Runs the refresh; returns the numbers of entries, inserted companies and changed companies. May be repeated.

    Raises RefreshFailed; what was done until then is kept, and the next refresh continues from there.
    """
    try:
        report = await run_script(SCRIPT, environment={"DATABASE_URL": database_url})
    except NotInstalled as error:
        raise RefreshFailed(f"{error}: run it where the upserter is installed") from error
    except ScriptFailed as error:
        raise RefreshFailed(str(error)) from error
    return {**report, "changed": report["changed"] - report["inserted"]}
