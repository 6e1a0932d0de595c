"""Runs a load: a thread reads files while PostgreSQL copies the batch before; then everything is merged at once.

Bounded memory: two batches at most. Atomic: an error, a lost connection or a kill changes nothing, and the load can be
repeated. Two loads at once take turns. What PostgreSQL does not take of a batch is found by halving it.
"""

import asyncio
import sys
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterator, Sequence
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TypeAlias

import asyncpg

from leadgen.load.database import staging, versions
from leadgen.load.database.connecting import connected
from leadgen.load.database.staging import Connection
from leadgen.load.database.versions import Reading
from leadgen.load.errors import LoadFailed
from leadgen.load.files.header import Header
from leadgen.load.files.sources import Source, find_sources
from leadgen.load.parsing.batches import Batch, batches, headers_of
from leadgen.load.parsing.generated import generated
from leadgen.load.parsing.tally import Share, Tally, notes
from leadgen.load.rejects import Rejects, rejects_beside
from leadgen.load.report import Phase, Progress, Summary
from simulator.register.registry import INVENTED

Watcher: TypeAlias = Callable[[Progress], None]

NO_STATUS = (
    "{file} has no entity_status_description: companies that only this file contains do not count "
    "as live until a file with a status is loaded."
)

WOULD_OVERWRITE = (
    "Made-up companies would overwrite real ones: {real:,} of the register have the same UEN. Nothing was loaded. "
    "Generate into a database of its own."
)

ABOVE = "{file}: lines above the header: {lines}. They were passed over."

MONTH_FIRST = "{file}: its dates have the month first, as in 12/31/2024, and were read so."

NO_UEN = "Rows without a UEN: {rows:,}. They are kept under a key made of their name, so that a repeat finds them."


async def load(
    source: Path,
    database_url: str,
    *,
    rejects: Path | None = None,
    ssic_version: str | None = None,
    progress: Watcher | None = None,
) -> Summary:
    """Loads a CSV (plain, .gz, .zip) or a folder of them. May be repeated: loading the same file again changes nothing.

    Without `ssic_version` the rows' own codes tell. Raises NotARegister, LoadFailed or Unavailable, and then nothing
    has changed (unless the connection went at the very end: then all may have been loaded).
    """
    sources = await asyncio.to_thread(find_sources, source)
    return await _load(sources, database_url, rejects or rejects_beside(source), ssic_version, progress)


async def load_generated(
    rows: int,
    seed: int,
    database_url: str,
    *,
    rejects: Path | None = None,
    ssic_version: str | None = None,
    progress: Watcher | None = None,
) -> Summary:
    """Loads so many made-up companies, the same ones for the same seed. Raises as `load` does, and LoadFailed if they
    would overwrite real ones.
    """
    rejects = rejects or Path("generated.rejects.csv")
    return await _load((generated(rows, seed),), database_url, rejects, ssic_version, progress, are_made_up=True)


async def _load(
    sources: Sequence[Source],
    database_url: str,
    rejects_path: Path,
    ssic_version: str | None,
    progress: Watcher | None,
    *,
    are_made_up: bool = False,
) -> Summary:
    started = time.perf_counter()
    headers = await asyncio.to_thread(headers_of, sources)
    with Rejects(rejects_path) as rejects:
        async with connected(database_url) as connection:
            known = await versions.known_versions(connection, ssic_version)
            tally = Tally()
            run = _Run(connection, sources, headers, rejects, progress or (lambda _: None))
            await run.copy_all(tally)
            survey = await versions.survey(connection)
            reading = versions.decide(known, survey, ssic_version)
            if survey.without_uen:
                await connection.execute(staging.KEY_BY_NAME)
            if reading.is_by_row:
                await versions.keep_telling_codes(connection)
            async with run.alone(), connection.transaction():
                if are_made_up and (real := await staging.count_overwritten(connection, INVENTED)):
                    raise LoadFailed(WOULD_OVERWRITE.format(real=real))
                await run.merge_all(reading)
            if run.inserted or run.updated:
                await staging.analyze(connection)
            shares = (
                Share("status", await staging.count_understood(connection, tally.statuses), tally.rows),
                Share("date", tally.dated, tally.rows),
                *((Share("industry", survey.with_industry, survey.rows),) if known else ()),
                Share("postal code", tally.with_postal_code, tally.rows),
            )
    return Summary(
        files=len(sources),
        inserted=run.inserted,
        updated=run.updated,
        unchanged=run.copied - run.repeated - run.inserted - run.updated,
        repeated=run.repeated,
        rejected=rejects.count,
        rejects=rejects_path if rejects.count else None,
        ignored_columns=tuple(dict.fromkeys(name for header in headers for name in header.ignored)),
        ssic_version=reading.version,
        why_version=reading.why,
        notes=(
            *(
                NO_STATUS.format(file=source.name)
                for source, header in zip(sources, headers, strict=True)
                if header.position("entity_status_description") is None
            ),
            *((NO_UEN.format(rows=survey.without_uen),) if survey.without_uen else ()),
            *(
                ABOVE.format(file=source.name, lines=header.lines_above)
                for source, header in zip(sources, headers, strict=True)
                if header.lines_above
            ),
            *(
                MONTH_FIRST.format(file=source.name)
                for source, header in zip(sources, headers, strict=True)
                if header.is_month_first
            ),
            *notes(tally, shares),
            *reading.notes,
        ),
        understood=shares,
        seconds=time.perf_counter() - started,
    )


class _Run:
    """One load in progress, with its counts so far."""

    def __init__(
        self,
        connection: Connection,
        sources: Sequence[Source],
        headers: Sequence[Header],
        rejects: Rejects,
        watcher: Watcher,
    ) -> None:
        self.copied = self.repeated = self.inserted = self.updated = 0
        self._connection = connection
        self._sources = sources
        self._headers = headers
        self._layouts = list(dict.fromkeys(header.taken for header in headers))
        self._rejects = rejects
        self._watcher = watcher

    async def copy_all(self, tally: Tally) -> None:
        """Copies all valid rows into the temporary table, and writes all others to the rejects file."""
        await staging.create_incoming(self._connection, self._headers)
        total, layout = sum(source.size for source in self._sources), 0
        async with _short_switch_interval(), aclosing(_ahead(batches(self._sources, tally))) as all_batches:
            async for batch in all_batches:
                if layout != self._layouts.index(batch.header.taken):
                    layout = self._layouts.index(batch.header.taken)
                    await staging.expect_layout(self._connection, layout)
                for line, text, reason in batch.rejects:
                    self._rejects.add(batch.file, line, text, reason)
                await self._copy(batch)
                self._tell("reading", batch.position, total)

    async def _copy(self, batch: Batch) -> None:
        if not batch.rows:
            return
        try:
            await staging.copy(self._connection, batch.header, batch.content)
        except (asyncpg.DataError, asyncpg.ProgramLimitExceededError) as error:
            if len(batch.rows) == 1:
                self._rejects.add(batch.file, batch.lines[0], batch.rows[0], f"PostgreSQL: {error}")
                return
            for half in batch.halves():
                await self._copy(half)
        else:
            self.copied += len(batch.rows)

    @asynccontextmanager
    async def alone(self) -> AsyncIterator[None]:
        """Holds the load's lock. After an error the lock ends with the connection."""
        if not await self._connection.fetchval(staging.TRY_LOCK):
            self._tell("waiting", 0, 0)
            await self._connection.execute(staging.LOCK)
        yield
        await self._connection.execute(staging.UNLOCK)

    async def merge_all(self, reading: Reading) -> None:
        """Merges the temporary table into the register's, in the caller's transaction."""
        version = versions.VERSION_OF_ROW if reading.is_by_row else versions.VERSION_OF_FILE
        self.repeated = await staging.drop_repeated(self._connection)
        pages = await self._connection.fetchval(staging.PAGES)
        is_any_held = await self._connection.fetchval(staging.IS_ANY_HELD)
        await self._connection.execute(staging.LOOK_UP_BY_UEN)
        done, total = 0, pages * len(self._layouts) * (2 if is_any_held else 1)
        for layout, columns in enumerate(self._layouts):
            if is_any_held:
                update = staging.update_statement(columns, version)
                async for rows, upto in staging.run_by_pages(self._connection, update, layout, pages, reading.version):
                    self.updated += rows
                    self._tell("merging", done + upto, total)
                done += pages
            insert = staging.insert_statement(columns, version, look_up=is_any_held)
            async for rows, upto in staging.run_by_pages(self._connection, insert, layout, pages, reading.version):
                self.inserted += rows
                self._tell("merging", done + upto, total)
            done += pages

    def _tell(self, phase: Phase, done: int, total: int) -> None:
        self._watcher(Progress(phase, done, total, self.copied, self._rejects.count))


async def _ahead(all_batches: Iterator[Batch]) -> AsyncGenerator[Batch, None]:
    """Reads the next batch in a thread while the caller processes this one."""
    upcoming = asyncio.create_task(asyncio.to_thread(next, all_batches, None))
    try:
        while (batch := await upcoming) is not None:
            upcoming = asyncio.create_task(asyncio.to_thread(next, all_batches, None))
            yield batch
    finally:
        await asyncio.gather(upcoming, return_exceptions=True)


@asynccontextmanager
async def _short_switch_interval() -> AsyncIterator[None]:
    """Makes the reading thread yield sooner: at the usual 5 ms, each block waits longer than its transfer takes."""
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)
