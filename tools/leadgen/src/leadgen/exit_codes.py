"""The end of a subcommand: its result or, for an error of ours, a line on standard error and an exit code."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

from common.errors import LeadgenError
from embedded.errors import EmbeddedError

T = TypeVar("T")

#: Exit codes: something failed, or the command was misunderstood or its file refused.
FAILED, REFUSED = 1, 2


def run_or_exit(work: Coroutine[Any, Any, T], *, run: Callable[[Coroutine[Any, Any, T]], T] = asyncio.run) -> T:
    """Runs the coroutine; an error of ours becomes a line on standard error and exit code 1."""
    try:
        return run(work)
    except (LeadgenError, EmbeddedError) as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(FAILED) from error
