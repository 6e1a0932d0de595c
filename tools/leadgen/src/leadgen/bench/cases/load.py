"""Measures loading a register, relative to a bare COPY of the same rows into the same table in the same run."""

import resource
import secrets
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import TypedDict

import asyncpg

from leadgen.load import load
from leadgen.load.files.header import COLUMNS
from leadgen.load.parsing.generated import generated

SEED = 7


class LoadFigures(TypedDict):
    """Rows per second, medians of paired rounds; the ratio is the median of the rounds' own."""

    rows: int
    rounds: int
    bare_copy: int
    load: int
    #: The same file again: nothing changes.
    repeat: int
    ratio_to_bare_copy: float
    #: The most memory this process has held so far, the bench's own included.
    peak_rss_mb: int


async def bench_load(database_url: str, rows: int = 200_000, rounds: int = 3) -> LoadFigures:
    """Loads made-up rows into a schema of its own and drops it; the register in the database is not touched."""
    bare, first, again = [], [], []
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "register.csv")
        columns = _write(file, rows)
        async with _schema(database_url) as (connection, url):
            for _ in range(rounds):
                await connection.execute("TRUNCATE staging_acra_companies")
                started = time.perf_counter()
                await connection.copy_to_table(
                    "staging_acra_companies", source=file, columns=columns, format="csv", header=True, null="na"
                )
                bare.append(time.perf_counter() - started)
                await connection.execute("TRUNCATE staging_acra_companies")
                first.append((await load(file, url)).seconds)
                again.append((await load(file, url)).seconds)
    return LoadFigures(
        rows=rows,
        rounds=rounds,
        bare_copy=round(rows / median(bare)),
        load=round(rows / median(first)),
        repeat=round(rows / median(again)),
        ratio_to_bare_copy=round(median(b / f for b, f in zip(bare, first, strict=True)), 2),
        peak_rss_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024,
    )


def _write(file: Path, rows: int) -> list[str]:
    with file.open("wb") as to:
        for block, _ in generated(rows, SEED).blocks():
            to.write(block)
    with file.open(encoding="utf-8") as written:
        columns = written.readline().strip().split(",")
    if unknown := set(columns) - set(COLUMNS):
        raise ValueError(f"generated columns that the register does not have: {', '.join(sorted(unknown))}")
    return columns


@asynccontextmanager
async def _schema(database_url: str) -> AsyncIterator[tuple["asyncpg.Connection[asyncpg.Record]", str]]:
    """A schema with an empty table like the register's, a connection to it and a URL that leads there."""
    name = f"bench_load_{secrets.token_hex(4)}"
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(f"CREATE SCHEMA {name}")
        await connection.execute(
            f"CREATE TABLE {name}.staging_acra_companies (LIKE staging_acra_companies INCLUDING ALL)"
        )
        await connection.execute(f"SET search_path = {name}, public")
        yield connection, f"{database_url}{'&' if '?' in database_url else '?'}search_path={name},public"
    finally:
        await connection.execute(f"DROP SCHEMA IF EXISTS {name} CASCADE")
        await connection.close()
