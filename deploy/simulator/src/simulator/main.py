"""`leadgen-simulator`: serves the town until SIGTERM or Ctrl-C.

Settings: SIMULATOR_SEED (65), SIMULATOR_PORT (0: a free one), SIMULATOR_LATENCY_MS (0), SIMULATOR_SLOW_MS (1500).
The first line on standard output is JSON and holds the URL.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping

from simulator.running import running
from simulator.settings import Settings


def main() -> None:
    """Serves; exits 2 with a line on standard error where a setting is wrong or the port is taken."""
    try:
        settings = settings_from(os.environ)
        asyncio.run(_serve(settings))
    except ValueError as error:
        sys.exit(_complain(str(error)))
    except OSError as error:
        sys.exit(_complain(f"Cannot listen on port {settings.port}: {error.strerror}. Set SIMULATOR_PORT=0."))


def settings_from(environment: Mapping[str, str]) -> Settings:
    """The settings in these variables. Raises ValueError that names the variable and what it may be."""
    first = Settings()
    return Settings(
        seed=int(_number(environment, "SIMULATOR_SEED", first.seed, 0, 2**31, whole=True)),
        port=int(_number(environment, "SIMULATOR_PORT", first.port, 0, 65_535, whole=True)),
        latency_ms=_number(environment, "SIMULATOR_LATENCY_MS", first.latency_ms, 0, 600_000),
        slow_ms=_number(environment, "SIMULATOR_SLOW_MS", first.slow_ms, 0, 600_000),
    )


def _number(
    environment: Mapping[str, str], name: str, default: float, least: float, most: float, *, whole: bool = False
) -> float:
    given = environment.get(name, "").strip()
    if not given:
        return default
    try:
        value = int(given) if whole else float(given)
    except ValueError:
        value = least - 1
    if not least <= value <= most:
        kind = "whole number" if whole else "number"
        raise ValueError(f"{name} is {given!r}: it has to be a {kind} from {least:g} to {most:g}.")
    return value


async def _serve(settings: Settings) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    async with running(settings) as url:
        sys.stdout.write(json.dumps({"event": "simulator_ready", "url": url, "seed": settings.seed}) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def _complain(message: str) -> int:
    sys.stderr.write(message + "\n")
    return 2
