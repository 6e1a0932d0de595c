"""Little registers for the tests of the load, and the result of loading them."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

import asyncpg

from leadgen.load.report import Summary

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

HEADER = ("uen", "entity_name", "entity_status_description", "primary_ssic_code")


def a_company(
    number: int, name: str = "SOME PTE. LTD.", status: str = "Live Company", code: str = "46900"
) -> tuple[str, ...]:
    """A row under HEADER."""
    return (f"2019{number:05d}K", name, status, code)


def as_csv(rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> bytes:
    """Writes rows as ACRA does."""
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows([header, *rows])
    return text.getvalue().encode()


def write(path: Path, rows: Sequence[Sequence[str]], header: Sequence[str] = HEADER) -> Path:
    """A register in this file."""
    path.write_bytes(as_csv(rows, header))
    return path


def counts(summary: Summary) -> tuple[int, int, int, int, int]:
    """Inserted, updated, unchanged, repeated, rejected."""
    return summary.inserted, summary.updated, summary.unchanged, summary.repeated, summary.rejected


async def held(owner: Owner) -> list[tuple[str | None, ...]]:
    """The register in the database, by UEN: the columns of HEADER."""
    rows = await owner.fetch(
        "SELECT uen, entity_name, entity_status_description, primary_ssic_code FROM staging_acra_companies ORDER BY uen"
    )
    return [tuple(row) for row in rows]


async def content(owner: Owner) -> list[tuple[object, ...]]:
    """Everything, times of change and physical place included."""
    return [tuple(row) for row in await owner.fetch("SELECT *, xmin::text FROM staging_acra_companies ORDER BY uen")]
