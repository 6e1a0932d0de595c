"""`leadgen bench`: measures on servers that it starts for the run, unless the environment names others.

Each command imports its measurement when it runs: they need every service's libraries, which `leadgen --help` does not.
"""

import json
import os
import time
from collections.abc import Coroutine
from typing import Annotated, Any

import typer

from leadgen.bench.options import ODOO_COMPANIES, ODOO_SAMPLE, UPSERT_BATCH, EnrichPart, GatewayPart
from leadgen.command_line.exit_codes import run_or_exit
from leadgen.command_line.options import AsJson

#: The register of the gateway's chats: their first byte does not wait for the search.
REGISTER_OF_CHATS = 100_000

bench_app = typer.Typer(no_args_is_help=True, help="Measure speed and memory, mostly as ratios within one run.")


@bench_app.command()
def spine(
    as_json: AsJson = False,
    rounds: Annotated[int, typer.Option(min=1, help="Paired rounds; medians count.")] = 5,
    events: Annotated[int, typer.Option(min=1000, help="Events per round.")] = 20_000,
    messages: Annotated[int, typer.Option(min=1, help="Chat messages, one after the other.")] = 15,
) -> None:
    """Measure inbox, workers and outbox, and the time from a chat message to ten scored leads."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.chat import bench_chat
        from leadgen.bench.cases.spine import bench_spine
        from leadgen.bench.harness.servers import servers, temporary_folder
        from leadgen.local.stack import stack

        async with servers() as (database_url, bootstrap_servers, _):
            figures = (await bench_spine(database_url, bootstrap_servers, events=events, rounds=rounds)).as_dict()
        with temporary_folder() as folder:
            async with stack(folder, durable=False, settings={"SIMULATOR_SLOW_MS": "0"}) as product:
                figures["chat"] = (await bench_chat(product, messages=messages)).as_dict()
        return figures

    _run(measure(), as_json)


@bench_app.command("load")
def load_register(
    as_json: AsJson = False, rows: Annotated[int, typer.Option(min=1000, help="Made-up companies.")] = 200_000
) -> None:
    """Measure loading a register, relative to a bare COPY of the same rows."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.load import bench_load
        from leadgen.bench.harness.servers import database, temporary_folder

        with temporary_folder() as folder:
            async with database(folder) as database_url:
                return dict(await bench_load(database_url, rows))

    _run(measure(), as_json)


@bench_app.command()
def upsert(
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option(min=1000, help="Made-up companies, all alive.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Paired rounds; medians count.")] = 5,
    batch: Annotated[
        int, typer.Option(min=1, max=5000, help="The upserter's STAGING_BATCH_SIZE; its own default is 500.")
    ] = UPSERT_BATCH,
    size: Annotated[bool, typer.Option("--size", help="The jobs alone: the cost per row at this size.")] = False,
) -> None:
    """Measure jobs that upsert companies, relative to one bare statement and to saving row by row."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.upsert import bench_upsert, bench_upsert_of_size
        from leadgen.bench.harness.servers import servers

        async with servers() as its:
            if size:
                return (await bench_upsert_of_size(*its, rows=rows, rounds=rounds, batch=batch)).as_dict()
            return (await bench_upsert(*its, rows=rows, rounds=rounds, batch=batch)).as_dict()

    _run(measure(), as_json)


@bench_app.command()
def ttfb(
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option(min=1000, help="Made-up companies in the register.")] = 1_000_000,
    messages: Annotated[int, typer.Option(min=2, help="Messages of the single client.")] = 60,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of fifty clients at once.")] = 5,
) -> None:
    """Measure the time to a chat's first byte, relative to a bare FastAPI endpoint."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.gateway.ttfb import SETTINGS, bench_ttfb
        from leadgen.bench.harness.servers import temporary_folder
        from leadgen.local.stack import stack

        with temporary_folder() as folder:
            async with stack(folder / "product", durable=False, settings=SETTINGS) as product:
                return await bench_ttfb(product, folder, rows=rows, messages=messages, rounds=rounds)

    _run(measure(), as_json)


@bench_app.command()
def gateway(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=20_000, help="Candidates over twenty tenants.")] = 1_000_000,
    requests: Annotated[int, typer.Option(min=20, help="Requests of each list page.")] = 100,
    seconds: Annotated[float, typer.Option(min=1, help="Seconds of 32 clients, per place, length and round.")] = 5,
    part: Annotated[GatewayPart | None, typer.Option(help="This part alone; the other figures are null.")] = None,
) -> None:
    """Measure list pages, the first byte of chats, idle streams and overload. Ratios are to bare FastAPI endpoints."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.gateway.lists import bench_lists
        from leadgen.bench.cases.gateway.streams import bench_streams
        from leadgen.bench.cases.gateway.ttfb import SETTINGS, bench_ttfb
        from leadgen.bench.harness.servers import servers, temporary_folder
        from leadgen.local.stack import stack

        names = ("sql_ms", "http_p95_ratio", "throughput_ratio", "ttfb_ratio", "sse_mb_per_1000")
        figures: dict[str, Any] = dict.fromkeys(names)
        began, load_before = time.monotonic(), os.getloadavg()[0]
        if part in (None, GatewayPart.LISTS):
            async with servers() as its:
                figures |= await bench_lists(its, companies=companies, requests=requests, seconds=seconds)
        if part in (None, GatewayPart.TTFB):
            with temporary_folder() as folder:
                async with stack(folder / "product", durable=False, settings=SETTINGS) as product:
                    rows = min(companies, REGISTER_OF_CHATS)
                    ttfb = await bench_ttfb(product, folder, rows=rows, messages=60, rounds=5)
            figures |= {"ttfb_ratio": ttfb["clients_50"]["ratio"], "ttfb": ttfb}
        if part in (None, GatewayPart.STREAMS):
            async with servers() as its:
                figures |= await bench_streams(its, seconds=seconds)
        figures["load"] = [round(load_before, 1), *(round(load, 1) for load in os.getloadavg())]
        return figures | {"took_s": round(time.monotonic() - began)}

    _run(measure(), as_json)


@bench_app.command()
def enrich(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=100, help="Companies of a night.")] = 1_000,
    workers: Annotated[int, typer.Option(min=1, help="At once, where sites and vendors take their time.")] = 32,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of what is measured often; medians count.")] = 3,
    part: Annotated[EnrichPart | None, typer.Option(help="This part alone; the other figures are null.")] = None,
) -> None:
    """Measure enrichment: time waited, throughput, the two lanes, memory. All parts take some ten minutes."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.enrich import bench_enrich
        from leadgen.bench.harness.servers import servers

        parts = tuple(EnrichPart) if part is None else (part,)
        async with servers() as its:
            return (await bench_enrich(its, companies=companies, workers=workers, rounds=rounds, parts=parts)).as_dict()

    _run(measure(), as_json)


@bench_app.command()
def odoo(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=1, help="Companies, each with a contact and a lead.")] = ODOO_COMPANIES,
    sample: Annotated[int, typer.Option(min=2, help="Companies written with a create and a write each.")] = ODOO_SAMPLE,
) -> None:
    """Measure the sync into the Odoo of ODOO_URL ..., relative to a create and a write per record."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.odoo import bench_odoo
        from leadgen.bench.harness.servers import servers

        async with servers() as its:
            return (await bench_odoo(*its, companies=companies, sample=sample)).as_dict()

    _run(measure(), as_json)


@bench_app.command()
def score(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=1000, help="Companies of a round.")] = 5_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median counts.")] = 3,
    singles: Annotated[int, typer.Option(min=20, help="Companies, one after the other.")] = 200,
) -> None:
    """Measure the scorer: throughput of many companies, and the latency of one that somebody waits for."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.score import bench_score
        from leadgen.bench.harness.servers import servers

        async with servers() as its:
            return (await bench_score(*its, companies=companies, rounds=rounds, singles=singles)).as_dict()

    _run(measure(), as_json)


@bench_app.command()
def replay(
    as_json: AsJson = False,
    leads: Annotated[int, typer.Option(min=100, help="Scored leads of the day.")] = 20_000,
    rounds: Annotated[int, typer.Option(min=1, help="Reruns; the median counts.")] = 3,
) -> None:
    """Measure a rerun of a day of scored leads into odoo-sync."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.replay import bench_replay
        from leadgen.bench.harness.servers import servers

        async with servers() as its:
            return (await bench_replay(*its, leads=leads, rounds=rounds)).as_dict()

    _run(measure(), as_json)


@bench_app.command()
def growth(
    as_json: AsJson = False,
    size: Annotated[int, typer.Option(min=100, help="Largest number of open inbox rows.")] = 1_000_000,
    kills: Annotated[int, typer.Option(min=1, help="Replicas that are killed; the median counts.")] = 3,
) -> None:
    """Measure what must not grow with the work that waits, a product at rest, and recovery after a kill."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.growth.at_rest import growth_at_rest
        from leadgen.bench.cases.growth.rows import growth_of_rows
        from leadgen.bench.harness.servers import database, temporary_folder
        from leadgen.local.stack import stack

        with temporary_folder() as folder:
            async with database(folder) as database_url:
                figures: dict[str, Any] = dict(await growth_of_rows(database_url, size=size))
            async with stack(folder / "product", durable=False) as product:
                return figures | await growth_at_rest(product, folder, kills=kills)

    _run(measure(), as_json)


@bench_app.command()
def night(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=10, help="Companies of one tenant's night.")] = 1_000,
    workers: Annotated[int, typer.Option(min=1, help="Companies that are enriched at once.")] = 16,
    audited: Annotated[int, typer.Option(min=10, help="Companies of the ledger that is audited.")] = 20_000,
) -> None:
    """Measure a night's makespan with the latency of real sites and vendors, and the audit of a large night."""

    async def measure() -> dict[str, Any]:
        from leadgen.bench.cases.night import bench_night
        from leadgen.bench.harness.servers import temporary_folder

        with temporary_folder() as folder:
            return await bench_night(folder, companies=companies, workers=workers, audited=audited)

    _run(measure(), as_json)


@bench_app.command()
def nights(
    as_json: AsJson = False,
    tenants: Annotated[int, typer.Option(min=1, help="Tenants.")] = 50,
    cap: Annotated[int, typer.Option(min=1, help="Companies of a tenant and night.")] = 20,
) -> None:
    """Prove three nights in a row: no company twice, caps exact, the audit clean, the reports right."""

    async def prove() -> dict[str, Any]:
        from leadgen.bench.cases.nights import prove_nights
        from leadgen.bench.harness.servers import temporary_folder

        with temporary_folder() as folder:
            return await prove_nights(folder, tenants=tenants, cap=cap)

    _run(prove(), as_json)


def _run(measuring: Coroutine[Any, Any, dict[str, Any]], as_json: bool) -> None:
    """Runs the measurement like a service, and prints its figures."""
    import uvloop

    figures = run_or_exit(measuring, run=uvloop.run)
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        lines = value.items() if isinstance(value, dict) else [("", value)]
        for part, figure in lines:
            typer.echo(f"{name:<14} {part:<14} {figure}")
