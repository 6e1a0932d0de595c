"""Modules of this package as processes of their own."""

import os
import sys
from asyncio.subprocess import PIPE, Process, create_subprocess_exec
from pathlib import Path


async def start(module: str, *arguments: str) -> Process:
    """`python -m testkit.MODULE …`, with what it prints to be read."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    return await create_subprocess_exec(
        sys.executable, "-m", f"testkit.{module}", *arguments, stdout=PIPE, env=environment
    )
