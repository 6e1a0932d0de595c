"""`leadgen bench`: measures on parts of its own, started for the run, unless the environment names others."""

import asyncio
import json
import os
import tempfile
from collections.abc import AsyncIterator, Collection, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import asyncpg
import typer
import uvloop

from embedded.kafka import Kafka
from embedded.postgres import Postgres
from leadgen.bench.chat import bench_chat
from leadgen.bench.enrich import Part, bench_enrich
from leadgen.bench.load import bench_load
from leadgen.bench.odoo import COMPANIES, SAMPLE, bench_odoo
from leadgen.bench.score import bench_score
from leadgen.bench.spine import bench_spine
from leadgen.bench.ttfb import SETTINGS as OUT_OF_THE_WAY
from leadgen.bench.ttfb import bench_ttfb
from leadgen.bench.upsert import BATCH, bench_upsert, bench_upsert_of_size
from leadgen.ending import done
from leadgen.local.stack import stack
from leadgen.migrate import migrate
from leadgen.options import AsJson
from leadgen.topics import create_topics

bench_app = typer.Typer(no_args_is_help=True, help="Measure, as ratios within one run.")


@bench_app.command()
def spine(
    as_json: AsJson = False,
    rounds: Annotated[int, typer.Option(min=1, help="Paired rounds; medians count.")] = 5,
    events: Annotated[int, typer.Option(min=1000, help="Events per round.")] = 20_000,
    messages: Annotated[int, typer.Option(min=1, help="Chat messages, one after the other.")] = 15,
) -> None:
    """The plumbing's speed, and how long a chat message takes to become ten scored leads."""
    figures = done(_spine(rounds, events, messages), run=uvloop.run)
    _tell(figures, as_json)


async def _spine(rounds: int, events: int, messages: int) -> dict[str, Any]:
    async with _servers() as (database_url, bootstrap_servers, _):
        figures = (await bench_spine(database_url, bootstrap_servers, events=events, rounds=rounds)).as_dict()
    with _folder() as folder:
        async with stack(folder, durable=False, settings={"SIMULATOR_SLOW_MS": "0"}) as product:
            figures["chat"] = (await bench_chat(product, messages=messages)).as_dict()
    return figures


@bench_app.command("load")
def load_register(
    as_json: AsJson = False, rows: Annotated[int, typer.Option(min=1000, help="Made-up companies.")] = 200_000
) -> None:
    """How fast a register loads, next to a bare COPY of the same rows."""
    figures = done(_load(rows), run=uvloop.run)
    _tell(figures, as_json)


async def _load(rows: int) -> dict[str, Any]:
    with _folder() as folder:
        async with _database(folder) as database_url:
            return dict(await bench_load(database_url, rows))


@bench_app.command()
def upsert(
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option(min=1000, help="Made-up companies, all alive.")] = 200_000,
    rounds: Annotated[int, typer.Option(min=1, help="Paired rounds; medians count.")] = 5,
    batch: Annotated[
        int, typer.Option(min=1, max=5000, help="The upserter's STAGING_BATCH_SIZE; its own default is 500.")
    ] = BATCH,
    size: Annotated[bool, typer.Option("--size", help="The jobs alone: what a row costs at this size.")] = False,
) -> None:
    """How fast jobs upsert, next to one bare statement and to saving row by row."""
    _tell(done(_upsert(rows, rounds, batch, size), run=uvloop.run), as_json)


async def _upsert(rows: int, rounds: int, batch: int, size: bool) -> dict[str, Any]:
    async with _servers() as servers:
        if size:
            return asdict(await bench_upsert_of_size(*servers, rows=rows, rounds=rounds, batch=batch))
        return (await bench_upsert(*servers, rows=rows, rounds=rounds, batch=batch)).as_dict()


@bench_app.command()
def ttfb(
    as_json: AsJson = False,
    rows: Annotated[int, typer.Option(min=1000, help="Made-up companies in the register.")] = 1_000_000,
    messages: Annotated[int, typer.Option(min=2, help="Messages of the single client.")] = 60,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of fifty clients at once.")] = 5,
) -> None:
    """How soon a chat's first byte comes, next to a bare FastAPI endpoint."""
    _tell(done(_ttfb(rows, messages, rounds), run=uvloop.run), as_json)


async def _ttfb(rows: int, messages: int, rounds: int) -> dict[str, Any]:
    with _folder() as folder:
        async with stack(folder / "product", durable=False, settings=OUT_OF_THE_WAY) as product:
            return await bench_ttfb(product, folder, rows=rows, messages=messages, rounds=rounds)


@bench_app.command()
def enrich(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=100, help="Companies of a night.")] = 1_000,
    workers: Annotated[int, typer.Option(min=1, help="At once, where sites and vendors take their time.")] = 32,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds of what is measured often; medians count.")] = 3,
    part: Annotated[Part | None, typer.Option(help="This alone; the other figures are null.")] = None,
) -> None:
    """How well companies are enriched: waiting used, speed, the two lanes, memory. All of it takes some ten minutes."""
    _tell(done(_enrich(companies, workers, rounds, tuple(Part) if part is None else (part,)), run=uvloop.run), as_json)


async def _enrich(companies: int, workers: int, rounds: int, parts: Collection[Part]) -> dict[str, Any]:
    async with _servers() as servers:
        figures = await bench_enrich(*servers, companies=companies, workers=workers, rounds=rounds, parts=parts)
    return figures.as_dict()


@bench_app.command()
def odoo(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=1, help="Companies, each with a contact and a lead.")] = COMPANIES,
    sample: Annotated[int, typer.Option(min=2, help="Companies that are written by hand.")] = SAMPLE,
) -> None:
    """How fast leads come into the Odoo of ODOO_URL ..., next to a create and a write per record."""
    _tell(done(_odoo(companies, sample), run=uvloop.run), as_json)


async def _odoo(companies: int, sample: int) -> dict[str, Any]:
    async with _servers() as servers:
        figures = await bench_odoo(*servers, companies=companies, sample=sample)
    return figures.as_dict()


@bench_app.command()
def score(
    as_json: AsJson = False,
    companies: Annotated[int, typer.Option(min=1000, help="Companies of a round.")] = 5_000,
    rounds: Annotated[int, typer.Option(min=1, help="Rounds; the median counts.")] = 3,
    singles: Annotated[int, typer.Option(min=20, help="Companies, one after the other.")] = 200,
) -> None:
    """How fast companies are scored and announced: many at once, and one for which somebody waits."""
    _tell(done(_score(companies, rounds, singles), run=uvloop.run), as_json)


async def _score(companies: int, rounds: int, singles: int) -> dict[str, Any]:
    async with _servers() as servers:
        figures = await bench_score(*servers, companies=companies, rounds=rounds, singles=singles)
    return figures.as_dict()


@asynccontextmanager
async def _servers() -> AsyncIterator[tuple[str, str, Path]]:
    """What most benches need: a database and a broker, by their addresses, and a folder for logs."""
    with _folder() as folder:
        async with _database(folder) as database_url, _broker(folder) as bootstrap_servers:
            yield database_url, bootstrap_servers, folder


@contextmanager
def _folder() -> Iterator[Path]:
    """For the servers' data and logs, gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="leadgen-bench-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@asynccontextmanager
async def _database(folder: Path) -> AsyncIterator[str]:
    """A migrated database of the bench's own, on the server that DATABASE_URL names or on one started for it."""
    if given := os.environ.get("DATABASE_URL"):
        owner = await asyncpg.connect(given)
        name = f"bench_{os.getpid()}"
        await owner.execute(f"CREATE DATABASE {name}")
        try:
            url = given.rsplit("/", 1)[0] + f"/{name}"
            await migrate(url)
            yield url
        finally:
            await owner.execute(f"DROP DATABASE {name} WITH (FORCE)")
            await owner.close()
        return
    server = Postgres(folder / "postgres", durable=False)
    await asyncio.to_thread(server.start)
    try:
        await migrate(server.url)
        yield server.url
    finally:
        await asyncio.to_thread(server.stop)


@asynccontextmanager
async def _broker(folder: Path) -> AsyncIterator[str]:
    if given := os.environ.get("KAFKA_BOOTSTRAP_SERVERS"):
        await create_topics(given)
        yield given
        return
    server = Kafka(folder / "kafka")
    await asyncio.to_thread(server.start)
    try:
        await create_topics(server.bootstrap_servers)
        yield server.bootstrap_servers
    finally:
        await asyncio.to_thread(server.stop)


def _tell(figures: dict[str, Any], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures))
        return
    for name, value in figures.items():
        lines = value.items() if isinstance(value, dict) else [("", value)]
        for part, figure in lines:
            typer.echo(f"{name:<14} {part:<14} {figure}")
