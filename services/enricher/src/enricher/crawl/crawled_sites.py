"""The table `crawled_sites`: the last visit to each domain, for all tenants. A visitor claims the row for a lease."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from common.postgres import Connection

#: Returns rows that exist (`known`), and inserts the others as claims. A domain in neither was claimed meanwhile.
FIND_OR_CLAIM = """
    WITH wanted AS (
        SELECT * FROM unnest($1::text[], $2::uuid[], $3::interval[]) AS wanted (domain, visitor, lease)),
    known AS (
        SELECT found.*
          FROM wanted
         CROSS JOIN LATERAL (
               SELECT site.domain, visit, documents, visited_at, clock_timestamp() - visited_at AS age,
                      visiting_until > clock_timestamp() AS is_being_visited
                 FROM crawled_sites AS site WHERE site.domain = wanted.domain LIMIT 1) AS found),
    claimed AS (
        INSERT INTO crawled_sites (domain, visitor, visiting_until)
        SELECT domain, visitor, clock_timestamp() + lease FROM wanted
         WHERE NOT EXISTS (SELECT FROM known WHERE known.domain = wanted.domain)
         ORDER BY domain
        ON CONFLICT (domain) DO NOTHING
        RETURNING domain)
    SELECT domain, visit, documents, visited_at, age, is_being_visited, false AS is_ours FROM known
     UNION ALL
    SELECT domain, NULL, NULL, NULL, NULL, false, true FROM claimed
"""
CLAIM = """
    UPDATE crawled_sites SET visitor = $2, visiting_until = clock_timestamp() + $3
     WHERE domain = $1 AND visiting_until <= clock_timestamp() AND visited_at IS NOT DISTINCT FROM $4
    RETURNING true
"""
SAVE = """
    UPDATE crawled_sites AS site
       SET outcome = fresh.outcome, url = fresh.url, visited_at = clock_timestamp(), etag = fresh.etag,
           last_modified = fresh.last_modified, visit = fresh.visit::json, documents = fresh.documents,
           visiting_until = '-infinity'
      FROM unnest($1::text[], $2::uuid[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::bytea[])
           AS fresh (domain, visitor, outcome, url, etag, last_modified, visit, documents)
     WHERE site.domain = fresh.domain AND site.visitor = fresh.visitor
"""
RELEASE = "UPDATE crawled_sites SET visiting_until = '-infinity' WHERE domain = $1 AND visitor = $2"
DELETE_OLD_TEXTS = """
    UPDATE crawled_sites SET documents = NULL
     WHERE documents IS NOT NULL AND visited_at < clock_timestamp() - $1::interval
"""


@dataclass(frozen=True, slots=True)
class VisitClaim:
    """A request for the right to visit a site for up to a `lease`.

    `seen` is the time of the last visit known to the caller.
    """

    domain: str
    visitor: UUID
    lease: timedelta
    seen: datetime | None = None


@dataclass(frozen=True, slots=True)
class CachedVisit:
    """A row of the table, with visit and texts serialised (`None` before the first visit).

    `is_ours`: the visit is granted.
    """

    visit: str | None = None
    documents: bytes | None = None
    visited_at: datetime | None = None
    age: timedelta = timedelta.max
    is_being_visited: bool = True
    is_ours: bool = False


@dataclass(frozen=True, slots=True)
class FinishedVisit:
    """A finished visit. It is saved only while its visitor holds the claim."""

    domain: str
    visitor: UUID
    outcome: str
    url: str | None
    etag: str | None
    last_modified: str | None
    visit: str
    documents: bytes | None


async def find_or_claim(tx: Connection, callers: Sequence[VisitClaim]) -> list[CachedVisit]:
    """Finds the saved visits, and claims the sites that have no row for their first callers."""
    firsts = {it.domain: place for place, it in reversed(list(enumerate(callers)))}
    wanted = [(callers[place].domain, callers[place].visitor, callers[place].lease) for place in firsts.values()]
    found = [CachedVisit()] * len(callers)
    for domain, visit, documents, visited_at, age, is_being_visited, is_ours in await tx.fetch(
        FIND_OR_CLAIM, *zip(*wanted, strict=True)
    ):
        if is_ours:
            found[firsts[domain]] = CachedVisit(is_being_visited=False, is_ours=True)
            continue
        row = CachedVisit(visit, documents, visited_at, timedelta.max if age is None else age, is_being_visited)
        for place, caller in enumerate(callers):
            if caller.domain == domain:
                found[place] = row
    return found


async def claim(tx: Connection, callers: Sequence[VisitClaim]) -> list[bool]:
    """Claims sites with a row; True for each without a visit in progress or since `seen`."""
    claimed = [False] * len(callers)
    for place in sorted(range(len(callers)), key=lambda place: callers[place].domain):
        it = callers[place]
        claimed[place] = bool(await tx.fetchval(CLAIM, it.domain, it.visitor, it.lease, it.seen))
    return claimed


async def save(tx: Connection, ended: Sequence[FinishedVisit]) -> list[None]:
    """Saves the visits and ends their claims."""
    rows = [
        (it.domain, it.visitor, it.outcome, it.url, it.etag, it.last_modified, it.visit, it.documents)
        for it in sorted(ended, key=lambda it: it.domain)
    ]
    await tx.execute(SAVE, *zip(*rows, strict=True))
    return [None] * len(ended)


async def release(tx: Connection, callers: Sequence[VisitClaim]) -> list[None]:
    """Ends the claims without a result."""
    for it in sorted(callers, key=lambda it: it.domain):
        await tx.execute(RELEASE, it.domain, it.visitor)
    return [None] * len(callers)


async def delete_old_texts(tx: Connection, spans: Sequence[timedelta]) -> list[None]:
    """Deletes the texts of visits older than the shortest of these spans."""
    await tx.execute(DELETE_OLD_TEXTS, min(spans))
    return [None] * len(spans)
