"""The table `forgotten`: requests, digests of the forgotten values, and whether all tables were searched since."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from common.forgotten.digests import ForgottenList
from leadgen.forget.finding import Found
from leadgen.forget.subject import Subject
from leadgen.forget.tables import Owner
from leadgen.tenants.audited_transaction import ACT_FOR, RECORD

KEY = "SELECT key FROM forgotten_key"
FIND = "SELECT company_ids, digests, done_at FROM forgotten WHERE subject = $1"
#: What an earlier run found stays: after a kill some of it can be found no more.
SAVE = """
    INSERT INTO forgotten AS known (subject, kind, digests, company_ids, operator) VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (subject) DO UPDATE
       SET digests = ARRAY(SELECT DISTINCT unnest(known.digests || excluded.digests)),
           company_ids = ARRAY(SELECT DISTINCT unnest(known.company_ids || excluded.company_ids)), done_at = NULL
    RETURNING digests
"""
END = "UPDATE forgotten SET done_at = now() WHERE subject = $1"


@dataclass(frozen=True)
class Earlier:
    """An earlier run for the same subject; empty if there was none."""

    company_ids: frozenset[int] = frozenset()
    digests: frozenset[bytes] = frozenset()
    done_at: datetime | None = None


async def read_key(db: Owner) -> bytes:
    """Reads the key of the digests."""
    return bytes(await db.fetchval(KEY))


async def find(db: Owner, key: bytes, subject: Subject) -> Earlier:
    """Finds an earlier run."""
    row = await db.fetchrow(FIND, subject.digest(key))
    if row is None:
        return Earlier()
    return Earlier(frozenset(row["company_ids"]), frozenset(row["digests"]), row["done_at"])


def list_of(key: bytes, found: Found, earlier: Earlier) -> ForgottenList:
    """Builds the list of the subject's forgotten values."""
    digests = {found.subject.digest(key), *found.person.digests(key, found.scopes), *earlier.digests}
    return ForgottenList(key, frozenset(digests))


async def save(db: Owner, found: Found, wanted: ForgottenList, operator: str, rows: Mapping[int, int]) -> None:
    """Saves the request, and records it for each tenant with `rows` of it: by its digest, never by its text."""
    subject = found.subject.digest(wanted.key)
    async with db.transaction():
        ids: Collection[int] = sorted(found.company_ids)
        await db.execute(SAVE, subject, found.subject.kind, sorted(wanted.digests), ids, operator)
        for tenant_id, count in sorted(rows.items()):
            await db.execute(ACT_FOR, str(tenant_id))
            details = f'{{"kind": "{found.subject.kind}", "rows": {count}}}'
            await db.execute(RECORD, tenant_id, operator, "forget", subject.hex(), details)


async def end(db: Owner, wanted: ForgottenList, subject: Subject) -> None:
    """Records that no table holds forgotten values any more."""
    await db.execute(END, subject.digest(wanted.key))
