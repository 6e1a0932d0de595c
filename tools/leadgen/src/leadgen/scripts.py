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


async def run_script(script: str, *arguments: str, environment: Mapping[str, str]) -> Any:
    """Runs the script with our environment overlaid by `environment`, and returns its JSON output.

    Raises NotInstalled, ScriptFailed.
    """
    file = Path(sys.executable).with_name(script)
    if not file.exists():
        raise NotInstalled(f"{script} is not installed beside this command")
    process = await asyncio.create_subprocess_exec(
        file,
        *arguments,
        env={**os.environ, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, errors = await process.communicate()
    if process.returncode:
        raise ScriptFailed(errors.decode(errors="replace").strip() or f"{script} ended with {process.returncode}")
    return json.loads(out)
