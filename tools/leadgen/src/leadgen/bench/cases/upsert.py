"""Measures jobs that upsert companies, relative to bare statements over the same rows and to row-by-row saving.

Each round measures five things on one register of living companies, one after the other, on the same PostgreSQL:

    bare        one INSERT … SELECT … ON CONFLICT of all rows, copied as they are: not normalised, not announced
    normalised  the same of what the product makes of the rows, so that the same companies come of it; not announced
    ours        two jobs of two tenants, one half of the rows each; every company is news, and is announced
    repeat      the same two jobs once more: nothing has changed, so nothing is announced
    row_by_row  for each row SELECT by UEN, SELECT by name, INSERT or UPDATE, and its event; a commit per batch.
                Of SAMPLE rows: more of them take as long each

Ours is the upserter as it runs in production (see `upsert_night`), its events included: they are in its outbox when the
jobs end, and the relay sends them to Kafka meanwhile, in competition for the processors: on two, with Kafka on them
too, the jobs alone were 1.4 times as fast. `announced_rows_per_s` counts until Kafka has confirmed the last event.
Its batches are of UPSERT_BATCH rows unless asked otherwise, as the runbook advises for nights over much of the
register.

Rounds are paired, so that a slow moment of the machine meets all five; the medians of the rounds' ratios count.
"""

import statistics
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from leadgen.bench.baselines.row_by_row import row_by_row
from leadgen.bench.harness.processes.upsert_night import Night, Owner, night

#: Rows that are saved one by one: more of them take as long each.
SAMPLE = 6_000

_INSERT = """
    INSERT INTO companies (uen, name, entity_type, status, incorporated_on, industry_code, industry_norm,
                           secondary_industry_code, address, postal_code, website_domain, ssic_version, registered_at)
"""
_AS_THEY_ARE = """
    SELECT uen, entity_name, entity_type_description, entity_status_description, registration_incorporation_date::date,
           primary_ssic_code, title, secondary_ssic_code, block || ' ' || street_name, postal_code, website,
           ssic_version, updated_at
      FROM staging_acra_companies LEFT JOIN ssic_ref ON version = ssic_version AND code = primary_ssic_code
"""
_NORMALISED = """
    SELECT uen, name, entity_type, status, incorporated_on, industry_code, industry_norm,
           secondary_industry_code, address, postal_code, website_domain, ssic_version, registered_at
      FROM registered_companies
"""
_ON_CONFLICT = """
        ON CONFLICT (uen) DO UPDATE
       SET name = excluded.name, entity_type = excluded.entity_type, status = excluded.status,
           incorporated_on = excluded.incorporated_on, industry_code = excluded.industry_code,
           industry_norm = excluded.industry_norm, secondary_industry_code = excluded.secondary_industry_code,
           address = excluded.address, postal_code = excluded.postal_code, website_domain = excluded.website_domain,
           ssic_version = excluded.ssic_version, registered_at = excluded.registered_at, last_seen = now(),
           updated_at = now()
"""
BARE = _INSERT + _AS_THEY_ARE + _ON_CONFLICT
NORMALISED = _INSERT + _NORMALISED + _ON_CONFLICT

EMPTY = "TRUNCATE companies, icp_candidate_companies CASCADE"
WRITTEN = ("companies", "icp_candidate_companies", "background_jobs", "inbox", "outbox")


@dataclass(frozen=True)
class UpsertFigures:
    """Medians over the rounds; `spread` holds each ratio's lowest and highest round."""

    rows: int
    batch_rows: int
    ours_rows_per_s: int
    repeat_rows_per_s: int
    row_by_row_rows_per_s: int
    bare_sql_rows_per_s: int
    normalised_sql_rows_per_s: int
    announced_rows_per_s: int
    ratios: dict[str, float]
    spread: dict[str, tuple[float, float]]
    rounds: int
    peak_rss_mb: int | None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


@dataclass(frozen=True)
class SizeFigures:
    """Cost per row in a register of this size, and the upserter's memory."""

    rows: int
    batch_rows: int
    first_us_per_row: float
    repeat_us_per_row: float
    peak_rss_mb: int | None

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


async def bench_upsert(
    database_url: str, bootstrap_servers: str, folder: Path, *, rows: int, rounds: int, batch: int
) -> UpsertFigures:
    """Needs an own migrated database, its owner's rights, and the topics. `folder` gets the upserter's log."""
    async with night(database_url, bootstrap_servers, folder, rows, batch=batch) as jobs:
        await jobs.run()  # warm: connections, statements, the loaded rows
        rates = [await _round(jobs, batch) for _ in range(rounds)]
        peak_rss_mb = jobs.peak_rss_mb()
    ratios = {
        "ours_to_row_by_row": [rate["ours"] / rate["row_by_row"] for rate in rates],
        "ours_to_bare": [rate["ours"] / rate["bare"] for rate in rates],
        "ours_to_normalised": [rate["ours"] / rate["normalised"] for rate in rates],
        "repeat_to_ours": [rate["repeat"] / rate["ours"] for rate in rates],
    }
    rate_of = {name: round(statistics.median(rate[name] for rate in rates)) for name in rates[0]}
    return UpsertFigures(
        rows=rows,
        batch_rows=batch,
        ours_rows_per_s=rate_of["ours"],
        repeat_rows_per_s=rate_of["repeat"],
        row_by_row_rows_per_s=rate_of["row_by_row"],
        bare_sql_rows_per_s=rate_of["bare"],
        normalised_sql_rows_per_s=rate_of["normalised"],
        announced_rows_per_s=rate_of["announced"],
        ratios={name: round(statistics.median(of), 2) for name, of in ratios.items()},
        spread={name: (round(min(of), 2), round(max(of), 2)) for name, of in ratios.items()},
        rounds=rounds,
        peak_rss_mb=peak_rss_mb,
    )


async def bench_upsert_of_size(
    database_url: str, bootstrap_servers: str, folder: Path, *, rows: int, rounds: int, batch: int
) -> SizeFigures:
    """Measures only the jobs, by an upserter that has seen no other register. Has the needs of `bench_upsert`."""
    first, again = [], []
    async with night(database_url, bootstrap_servers, folder, rows, batch=batch) as jobs:
        for _ in range(rounds):
            await _tidy(jobs.owner, empty=True)
            first.append((await jobs.run()).jobs)
            await _tidy(jobs.owner)
            again.append((await jobs.run()).jobs)
        peak_rss_mb = jobs.peak_rss_mb()
    first_us, repeat_us = (round(statistics.median(seconds) / rows * 1e6, 1) for seconds in (first, again))
    return SizeFigures(rows, batch, first_us, repeat_us, peak_rss_mb)


async def _round(jobs: Night, batch: int) -> dict[str, float]:
    bare = await _statement(jobs.owner, BARE)
    normalised = await _statement(jobs.owner, NORMALISED)
    await _tidy(jobs.owner, empty=True)
    first = await jobs.run()
    await _tidy(jobs.owner)
    again = await jobs.run()
    await _tidy(jobs.owner, empty=True)
    sample = min(SAMPLE, jobs.rows)
    return {
        "bare": jobs.rows / bare,
        "normalised": jobs.rows / normalised,
        "ours": jobs.rows / first.jobs,
        "announced": jobs.rows / first.announced,
        "repeat": jobs.rows / again.jobs,
        "row_by_row": sample / await row_by_row(jobs.database_url, sample, batch),
    }


async def _statement(owner: Owner, statement: str) -> float:
    await _tidy(owner, empty=True)
    began = time.perf_counter()
    await owner.execute(statement)
    return time.perf_counter() - began


async def _tidy(owner: Owner, *, empty: bool = False) -> None:
    """Vacuums, as autovacuum does within a minute, so that the rows of one measurement do not slow the next.

    Tables that are emptied are left as new ones are, without statistics.
    """
    for table in WRITTEN:
        await owner.execute(f"VACUUM ANALYZE {table}")
    if empty:
        await owner.execute(EMPTY)
    await owner.execute("CHECKPOINT")
