"""The way that the product does not take: a company is looked up, written and told of, then the next one."""

import time
from datetime import UTC, datetime

import asyncpg

from common import outbox
from common.cloudevents import Envelope
from common.contracts import Company, CompanyUpserted
from common.ids import derived_id, new_id
from common.outbox import Announcement

BATCH = 500

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


async def row_by_row(owner: "asyncpg.Connection[asyncpg.Record]", rows: int) -> float:
    """Saves so many of the register for tenant 1 and returns the seconds it took, less those of reading them."""
    entries = await owner.fetch(ENTRIES, rows)
    by_uen, by_name, insert, update = [await owner.prepare(it) for it in (BY_UEN, BY_NAME, INSERT, UPDATE)]
    job_id, at = new_id(), datetime.now(UTC).isoformat()
    began = time.perf_counter()
    for start in range(0, len(entries), BATCH):
        async with owner.transaction():
            for entry in entries[start : start + BATCH]:
                known = await by_uen.fetchval(entry["uen"]) or await by_name.fetchval(entry["name"])
                company_id = await (update.fetchval(known, *entry) if known else insert.fetchval(*entry))
                company = Company(company_id=company_id, **dict(entry))
                told = CompanyUpserted(tenant_id=1, company=company, inserted=not known, job_id=job_id)
                event_id = derived_id(job_id, told.topic, told.key)
                announced = Announcement(told, Envelope(event_id, 1, "nightly", str(job_id)))
                await outbox.save(owner, "upserter", [announced.message("upserter", at)])
    return time.perf_counter() - began
