"""The row-by-row baseline of upserts: each company is looked up, written and announced before the next one."""

import time

import asyncpg

from common.cloudevents import Envelope
from common.contracts import Company, CompanyUpserted
from common.delivery import outbox
from common.delivery.messages import Announcement
from common.ids import new_id
from common.postgres import Connection, Database

TENANT = 1

FACTS = (
    "name, entity_type, status, incorporated_on, industry_code, industry_norm, secondary_industry_code, address,"
    " postal_code, website_domain, ssic_version"
)
ENTRIES = f"SELECT uen, {FACTS} FROM registered_companies LIMIT $1"  # noqa: S608 - the constant above

BY_UEN = "SELECT company_id FROM companies WHERE uen = $1"
BY_NAME = "SELECT company_id FROM companies WHERE lower(name) = lower($1)"
INSERT = f"""
    INSERT INTO companies (uen, {FACTS}) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
 RETURNING company_id
"""  # noqa: S608 - the constant above
UPDATE = f"""
    UPDATE companies
       SET (uen, {FACTS}, last_seen) = ($2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, now())
     WHERE company_id = $1
 RETURNING company_id
"""  # noqa: S608 - the constant above


async def row_by_row(database_url: str, rows: int, batch: int) -> float:
    """Saves so many rows of the register, `batch` per commit, over a service's connection.

    Returns the seconds it took, less the reading.
    """
    database = await Database.connect(database_url, size=1)
    try:
        async with database.without_tenant() as tx:
            entries = await tx.fetch(ENTRIES, rows)
        began = time.perf_counter()
        for start in range(0, len(entries), batch):
            async with database.transaction(TENANT) as tx:
                for entry in entries[start : start + batch]:
                    await _save(tx, entry)
        return time.perf_counter() - began
    finally:
        await database.close()


async def _save(tx: Connection, entry: asyncpg.Record) -> None:
    known = await tx.fetchval(BY_UEN, entry["uen"]) or await tx.fetchval(BY_NAME, entry["name"])
    company_id = await (tx.fetchval(UPDATE, known, *entry.values()) if known else tx.fetchval(INSERT, *entry.values()))
    company = Company.model_validate({"company_id": company_id, **entry})
    upserted = CompanyUpserted(tenant_id=TENANT, company=company, inserted=not known, job_id=new_id())
    envelope = Envelope(new_id(), TENANT, "nightly", correlation_id="bench")
    await outbox.announce(tx, "upserter", [Announcement(upserted, envelope)])
