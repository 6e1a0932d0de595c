"""Entries of the register as their view shows them, and the functions that normalise their texts."""

from typing import Any, TypeAlias

import asyncpg

from common.contracts import Company

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
#: The columns of the register that the view reads, but for the key.
COLUMNS = [
    "entity_name",
    "entity_type_description",
    "entity_status_description",
    "registration_incorporation_date",
    "block",
    "street_name",
    "level_no",
    "unit_no",
    "building_name",
    "postal_code",
    "other_address_line1",
    "other_address_line2",
    "primary_ssic_code",
    "secondary_ssic_code",
    "website",
]
ENLIST = f"""
    INSERT INTO staging_acra_companies (uen, {", ".join(COLUMNS)})
    SELECT * FROM unnest({", ".join(f"${n}::text[]" for n in range(1, len(COLUMNS) + 2))})
"""
SHOWN = f"SELECT entry, {', '.join(set(Company.model_fields) - {'company_id'})} FROM registered_companies"


async def each(sql: Owner, function: str, texts: list[str | None]) -> list[Any]:
    """The function of each text."""
    rows = await sql.fetch(
        f"SELECT {function}(given) FROM unnest($1::text[]) WITH ORDINALITY t (given, n) ORDER BY n", texts
    )
    return [row[0] for row in rows]


async def entries(sql: Owner, *given: dict[str, str | None]) -> list[asyncpg.Record]:
    """The entries as the view shows them, in the order given; the register is as it was afterwards."""
    columns = [[entry.get(column) for entry in given] for column in ["uen", *COLUMNS]]
    await sql.execute("BEGIN")
    try:
        await sql.execute(ENLIST, *columns)
        shown = {row["entry"]: row for row in await sql.fetch(SHOWN)}
    finally:
        await sql.execute("ROLLBACK")
    return [shown[entry["uen"]] for entry in given]
