"""Entries of the register to search among, and the search for software companies."""

from typing import NamedTuple, TypeAlias

import asyncpg

from common.postgres import Connection
from industries.index import VersionedCode
from upserter.model import Counts, SearchCriteria
from upserter.tables.register import best

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
ENLIST = """
    INSERT INTO staging_acra_companies (uen, entity_status_description, registration_incorporation_date,
                                        ssic_version, primary_ssic_code, secondary_ssic_code)
    SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[])
"""
LIVE = "Live"


def codes_of(*codes: str, version: str = "2020") -> tuple[VersionedCode, ...]:
    return tuple(VersionedCode(version, code) for code in codes)


SOFTWARE = SearchCriteria((codes_of("62011", "62012"),))
NOTHING_COUNTED = Counts({}, {}, 0)


class Entry(NamedTuple):
    """A row of the register, as far as it matters here."""

    uen: str
    status: str = LIVE
    date: str | None = None
    version: str = "2020"
    primary: str | None = None
    secondary: str | None = None


async def enlist(owner: Owner, *entries: Entry) -> None:
    await owner.execute(ENLIST, *zip(*entries, strict=True))


async def uens(
    tx: Connection, wanted: SearchCriteria, counts: Counts = NOTHING_COUNTED, *, limit: int = 1000
) -> list[str]:
    return [position.uen for position in await best(tx, wanted, counts, limit=limit)]
