"""Exit codes of subcommands: an error of ours becomes a line on standard error."""

import asyncio
import errno
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

import typer

from common.errors import LeadgenError
from embedded.errors import EmbeddedError

T = TypeVar("T")

#: Exit codes: something failed, or the command was misunderstood or its file refused.
FAILED, REFUSED = 1, 2

#: Errors of files that the user can do something about.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
OF_FILES = FULL | {errno.EACCES, errno.EROFS, errno.EISDIR, errno.ENOTDIR, errno.ENOENT, errno.EPERM}


def run_or_exit(work: Coroutine[Any, Any, T], *, run: Callable[[Coroutine[Any, Any, T]], T] = asyncio.run) -> T:
    """Runs the coroutine; an error of ours, or of a file, becomes a line on standard error and exit code 1."""
    try:
        return run(work)
    except (LeadgenError, EmbeddedError) as error:
        typer.secho(str(error), fg="red", err=True)
        raise typer.Exit(FAILED) from error
    except OSError as error:
        if error.errno not in OF_FILES:
            raise
        advice = ": free some, or write elsewhere" if error.errno in FULL else ""
        where = f"{error.filename}: " if error.filename else ""
        typer.secho(f"{where}{error.strerror}{advice}", fg="red", err=True)
        raise typer.Exit(FAILED) from error
