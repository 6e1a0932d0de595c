"""Modules of this package as processes of their own."""

import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from pathlib import Path


async def start(module: str, *arguments: str) -> Process:
    """Starts `python -m testkit.processes.MODULE …`; its output can be read."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    return await create_subprocess_exec(
        sys.executable, "-m", f"testkit.processes.{module}", *arguments, stdout=PIPE, env=environment
    )
