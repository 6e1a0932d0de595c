"""The options that several subcommands have."""

from typing import Annotated

import typer

DatabaseUrl = Annotated[str, typer.Option(envvar="DATABASE_URL", show_envvar=True, help="As the tables' owner.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
