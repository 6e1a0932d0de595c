"""Runs the services' own scripts: this command imports no service. They are installed beside it and print JSON."""

import asyncio
import json
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from common.errors import Permanent


class NotInstalled(Permanent):
    """The script is not beside this command."""


class ScriptFailed(Permanent):
    """The script ended with an error; the message is its own."""


async def hand_over(script: str, *arguments: str, environment: Mapping[str, str]) -> int:
    """Runs the script on this terminal, with our environment overlaid by `environment`, and returns its exit code.

    Raises NotInstalled.
    """
    process = await asyncio.create_subprocess_exec(_file(script), *arguments, env={**os.environ, **environment})
    return await process.wait()


async def run_script(script: str, *arguments: str, environment: Mapping[str, str]) -> Any:
    """Runs the script with our environment overlaid by `environment`, and returns its JSON output.

    Raises NotInstalled, ScriptFailed.
    """
    process = await asyncio.create_subprocess_exec(
        _file(script),
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    if process.returncode:
        raise ScriptFailed(errors.decode(errors="replace").strip() or f"{script} ended with {process.returncode}")
    return json.loads(out)


def _file(script: str) -> Path:
    file = Path(sys.executable).with_name(script)
    if not file.exists():
        raise NotInstalled(f"{script} is not installed beside this command")
    return file
