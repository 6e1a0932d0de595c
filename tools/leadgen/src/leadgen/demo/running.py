"""Runs the demo: starts the product, loads a made-up register, posts one message, shows the result."""

import asyncio
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from common.errors import Permanent
from embedded.child import tail
from leadgen.chat_client import ChatRefused, chat
from leadgen.demo.night import SETTINGS, run_demo_night, start_night
from leadgen.demo.results import Shown
from leadgen.demo.screen import Screen
from leadgen.load import load_generated
from leadgen.load.report import Progress
from leadgen.local.page import built_page, sign_in_url
from leadgen.local.signals import stop_on_signals
from leadgen.local.stack import Stack, stack
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token

MESSAGE = "Manufacturing"
TENANT, REP = 1, "rep@demo.example"
DOING = {"reading": "Register is read", "merging": "Register is merged"}
#: A fifth of the town's sites tell their contacts as real pages do.
TOWN = {"SIMULATOR_REAL_SHARE": "0.2", **SETTINGS}


class DemoIncomplete(Permanent):
    """The demo ended before every lead had its score."""


async def demo(*, once: bool, out: Path | None, rows: int, seed: int, night: Path | None = None) -> None:
    """Runs until the leads are scored or, without `once`, until SIGINT or SIGTERM after that. Raises LeadgenError.

    With `night`, a night for three tenants follows; its report is written to that file.
    """
    began = time.perf_counter()
    screen = Screen()

    def step(what: str) -> None:
        screen.step(what, time.perf_counter() - began)

    is_shown = False
    stop_on_signals()
    try:
        # Not below the checkout: PostgreSQL's user must reach it.
        with tempfile.TemporaryDirectory(prefix="leadgen-demo-", ignore_cleanup_errors=True) as made:
            folder = Path(made)
            async with stack(folder, report=lambda what, _: step(what), durable=False, settings=TOWN) as product:
                await add_tenant(product.database_url, TENANT, "Demo")
                loaded = await load_generated(rows, seed, product.database_url, progress=load_steps(step))
                step(f"Register loaded: {loaded.read:,} made-up companies, {loaded.rows_per_second:,} rows/s")
                await product.is_ready()
                step("All services ready")
                access = token(product.jwt_secret, TENANT, REP)
                shown = await ask(product.gateway, access, MESSAGE, screen)
                if out is not None:
                    as_shown = shown.model_copy(update={"leads": shown.best_first})
                    await asyncio.to_thread(out.write_text, as_shown.model_dump_json(indent=2) + "\n")
                    step(f"Leads written to {out}")
                if not shown.is_scored:
                    raise DemoIncomplete(f"not every lead was scored; the end of the services' logs:\n{_ends(folder)}")
                if night is not None:
                    await run_demo_night(product, REP, night, screen)
                is_shown = True
                if not once:
                    screen.where(_urls(product), access)
                    if built_page() and night is None:  # the page's first look is a full one
                        await start_night(product, REP)
                        screen.night_started()
                    screen.page(sign_in_url(product.gateway, access) if built_page() else None)
                    await asyncio.Event().wait()
    except asyncio.CancelledError:
        if not is_shown:
            stopped = "stopped before the leads were scored" if night is None else "stopped before the night was over"
            raise DemoIncomplete(stopped) from None


def load_steps(step: Callable[[str], None]) -> Callable[[Progress], None]:
    """Builds a listener that reports a load at each quarter of the reading and of the merging."""
    said = set[tuple[str, int]]()

    def watch(now: Progress) -> None:
        quarter = 4 * now.done // now.total if now.total else 0
        if now.phase in DOING and 0 < quarter < 4 and (now.phase, quarter) not in said:
            said.add((now.phase, quarter))
            step(f"{DOING[now.phase]}: {25 * quarter} %")

    return watch


async def ask(gateway: str, access: str, message: str, screen: Screen) -> Shown:
    """Posts the message, and shows the events, and the table at the end. Raises ChatRefused, Unavailable."""
    shown = Shown()
    screen.said(message)
    async with httpx.AsyncClient(trust_env=False) as http:
        async for event in chat(http, gateway, access, message):
            if event.name == "error":
                raise ChatRefused(f"{event.data['title']}: {event.data['detail']}")
            shown.take(event)
            screen.show(event)
    screen.leads(shown)
    return shown


def _urls(product: Stack) -> dict[str, str]:
    return {
        "API": f"{product.gateway}/docs",
        "events": f"{product.gateway}/asyncapi.json",
        **{f"{name} metrics": service.metrics_url for name, service in product.services.items()},
        "database": product.database_url,
        "Kafka": product.kafka,
    }


def _ends(folder: Path) -> str:
    """Returns the ends of the logs, for an error: their folder is deleted at the end of the demo."""
    return "\n".join(f"{log.stem}:\n{tail(log, 5)}" for log in sorted((folder / "logs").glob("*.log")))
