"""Runs the services' own scripts, which are installed beside this command: it imports no service."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any, NamedTuple

from common.errors import Permanent


class NotInstalled(Permanent):
    """The script is not installed beside this command."""


class ScriptFailed(Permanent):
    """The script failed; the message is its own."""


class Ended(NamedTuple):
    """A script's exit code and output."""

    code: int
    out: str
    errors: str


async def run_on_terminal(script: str, *arguments: str, environment: Mapping[str, str], grace_s: float = 5.0) -> int:
    """Runs the script on this terminal, with `environment` added to ours, and returns its exit code.

    When this is cancelled, mostly by Ctrl-C, the terminal has signalled the script too: it has `grace_s` to end.
    Raises NotInstalled.
    """
    async with _started(script, arguments, environment, None) as process:
        try:
            return await process.wait()
        except asyncio.CancelledError:
            with suppress(TimeoutError):
                await asyncio.wait_for(process.wait(), grace_s)
            raise


async def ended_script(script: str, *arguments: str, environment: Mapping[str, str]) -> Ended:
    """Runs the script like `run_on_terminal`, but returns its output, whatever its exit code. Raises NotInstalled."""
    async with _started(script, arguments, environment, asyncio.subprocess.PIPE) as process:
        out, errors = await process.communicate()
        return Ended(await process.wait(), out.decode(errors="replace"), errors.decode(errors="replace"))


async def run_script(script: str, *arguments: str, environment: Mapping[str, str]) -> Any:
    """Runs the script like `run_on_terminal`, and returns its JSON output. Raises NotInstalled, ScriptFailed."""
    ended = await ended_script(script, *arguments, environment=environment)
    if ended.code:
        raise ScriptFailed(ended.errors.strip() or f"{script} ended with {ended.code}")
    return json.loads(ended.out)


@asynccontextmanager
async def _started(
    script: str, arguments: Sequence[str], environment: Mapping[str, str], pipe: int | None
) -> AsyncIterator[asyncio.subprocess.Process]:
    """Starts the script; if the block ends while it runs, stops it and waits for its end."""
    process = await asyncio.create_subprocess_exec(
        _file(script), *arguments, env={**os.environ, **environment}, stdout=pipe, stderr=pipe
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()


def _file(script: str) -> Path:
    file = Path(sys.executable).with_name(script)
    if not file.exists():
        raise NotInstalled(f"{script} is not installed beside this command")
    return file
