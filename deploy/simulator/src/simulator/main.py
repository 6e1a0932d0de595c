"""`leadgen-simulator`: serves the town until SIGTERM or Ctrl-C.

Its settings are SIMULATOR_SEED, _HOST, _PORT, _COMPANIES, _LATENCY_MS, _LATENCY_TO_MS, _SLOW_MS, _VENDOR_LATENCY_MS,
_VENDOR_LATENCY_TO_MS, _VENDOR_CALLS_PER_MINUTE, _VENDOR_CREDITS and _REAL_SHARE. The first line on standard output is
JSON and holds the URL.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping

import uvloop

from simulator.latency import LONGEST_MS
from simulator.register.uen import CAPACITY
from simulator.running import running
from simulator.settings import Settings


def main() -> None:
    """Serves; exits with 2 and a line on standard error if a setting is invalid or the port is in use."""
    try:
        settings = settings_from(os.environ)
        uvloop.run(_serve(settings))
    except ValueError as error:
        sys.exit(_complain(str(error)))
    except OSError as error:
        where = f"{settings.host}:{settings.port}"
        sys.exit(_complain(f"Cannot listen on {where}: {error.strerror}. Set SIMULATOR_PORT=0."))


def settings_from(environment: Mapping[str, str]) -> Settings:
    """Reads the settings from these variables. Raises ValueError, which names the variable and its valid values."""
    first = Settings()

    def whole(name: str, default: int, most: int) -> int:
        return int(_number(environment, f"SIMULATOR_{name}", default, 0, most, whole=True))

    def milliseconds(name: str, default: float) -> float:
        return _number(environment, f"SIMULATOR_{name}_MS", default, 0, LONGEST_MS)

    def range_of(name: str, default_from: float, default_to: float) -> tuple[float, float]:
        start, end = milliseconds(name, default_from), milliseconds(f"{name}_TO", default_to)
        if end and end < start:
            raise ValueError(f"SIMULATOR_{name}_TO_MS is {end:g}: it has to be 0, or at least SIMULATOR_{name}_MS.")
        return start, end

    latency_ms, latency_to_ms = range_of("LATENCY", first.latency_ms, first.latency_to_ms)
    vendor_ms, vendor_to_ms = range_of("VENDOR_LATENCY", first.vendor_latency_ms, first.vendor_latency_to_ms)
    return Settings(
        seed=whole("SEED", first.seed, 2**31),
        host=environment.get("SIMULATOR_HOST", "").strip() or first.host,
        port=whole("PORT", first.port, 65_535),
        companies=whole("COMPANIES", first.companies, CAPACITY),
        latency_ms=latency_ms,
        latency_to_ms=latency_to_ms,
        slow_ms=milliseconds("SLOW", first.slow_ms),
        vendor_latency_ms=vendor_ms,
        vendor_latency_to_ms=vendor_to_ms,
        vendor_calls_per_minute=whole("VENDOR_CALLS_PER_MINUTE", first.vendor_calls_per_minute, 10**9),
        vendor_credits=whole("VENDOR_CREDITS", first.vendor_credits, 10**9),
        real_share=_number(environment, "SIMULATOR_REAL_SHARE", first.real_share, 0, 1),
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
