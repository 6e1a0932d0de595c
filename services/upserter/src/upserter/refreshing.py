"""Refreshes `companies` with the entries of the register that are new or changed since the last refresh.

`register_refresh` holds the position. Each batch is a transaction that moves it, so that a killed refresh is resumed by
the next one, and two at once share the work.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from common.errors import Transient
from common.postgres import Connection
from upserter.tables import companies

#: A load holds this lock from before its timestamp until it has committed. Without a load under way, all entries with a
#: timestamp up to now are visible, and later ones get a later timestamp.
IS_NO_LOAD = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended('leadgen load', 0))"
BEGIN = "UPDATE register_refresh SET until = clock_timestamp(), after = '', ended_at = NULL WHERE until IS NULL"

UNDER_WAY = "SELECT upto, until, after FROM register_refresh WHERE until IS NOT NULL FOR UPDATE"
#: Maximum number of entries that a transaction looks at, whether changed or not.
LOOK = 10_000
NEXT = """
    SELECT max(uen) AS last, count(*) AS looked_at,
           coalesce(array_agg(uen ORDER BY uen) FILTER (WHERE updated_at > $2 AND updated_at <= $3), '{}') AS entries
      FROM (SELECT uen, updated_at FROM staging_acra_companies WHERE uen > $1 ORDER BY uen LIMIT $4) AS looked_at
"""
ADVANCE = "UPDATE register_refresh SET after = $1"
END = "UPDATE register_refresh SET upto = until, until = NULL, after = '', ended_at = now()"


class LoadUnderWay(Transient):
    """A load of the register has not been committed yet; the refresh would miss its entries."""


class Refreshed(NamedTuple):
    """Counts of a refresh: entries saved, companies inserted, and companies changed (inserted ones included)."""

    entries: int
    inserted: int
    changed: int


async def refresh(transaction: Callable[[], AbstractAsyncContextManager[Connection]], *, batch_size: int) -> Refreshed:
    """Resumes the refresh in progress, or begins one, and completes it. May be repeated and run concurrently.

    Raises LoadUnderWay.
    """
    async with transaction() as tx:
        if not await tx.fetchval(IS_NO_LOAD):
            raise LoadUnderWay("a load of the register is in progress; refresh when it has finished")
        is_ours = await tx.execute(BEGIN) == "UPDATE 1"
    done = await _go_on(transaction, batch_size)
    if is_ours:
        return done
    # The resumed refresh covered the entries of its beginning: a second one covers those that came since.
    return _sum(done, await refresh(transaction, batch_size=batch_size))


async def _go_on(transaction: Callable[[], AbstractAsyncContextManager[Connection]], batch_size: int) -> Refreshed:
    """Completes the refresh in progress."""
    done = Refreshed(0, 0, 0)
    while True:
        async with transaction() as tx:
            at = await tx.fetchrow(UNDER_WAY)
            if at is None:  # another process has completed it
                return done
            found = await tx.fetchrow(NEXT, at["after"], at["upto"], at["until"], LOOK)
            assert found is not None  # noqa: S101 # an aggregate is one row
            entries: list[str] = found["entries"]
            taken, is_last = entries[:batch_size], len(entries) <= batch_size and found["looked_at"] < LOOK
            upserted = await companies.upsert(tx, taken)
            if is_last:
                await tx.execute(END)
            else:
                await tx.execute(ADVANCE, taken[-1] if len(entries) > batch_size else found["last"])
        done = _sum(done, Refreshed(len(taken), *upserted))
        if is_last:
            return done


def _sum(one: Refreshed, other: Refreshed) -> Refreshed:
    return Refreshed(*(a + b for a, b in zip(one, other, strict=True)))
