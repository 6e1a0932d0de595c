"""Brings into `companies` what is new or changed in the register since that was last done, and no more.

`register_refresh` holds how far it has come; each batch is a transaction of its own and moves it on, so that a refresh
that was killed is gone on with, by whoever comes next, and two at once share the work.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from common.postgres import Connection
from upserter import companies

#: A load keeps this lock from before its time until it has committed: what is there now is all that bears a time up to
#: now, and whatever comes later bears a later one.
WAIT_FOR_LOADS = "SELECT pg_advisory_xact_lock_shared(hashtextextended('leadgen load', 0))"
BEGIN = "UPDATE register_refresh SET until = clock_timestamp(), after = '', ended_at = NULL WHERE until IS NULL"

UNDER_WAY = "SELECT upto, until, after FROM register_refresh WHERE until IS NOT NULL FOR UPDATE"
NEXT = """
    SELECT uen FROM staging_acra_companies
     WHERE uen > $1 AND updated_at > $2 AND updated_at <= $3 ORDER BY uen LIMIT $4
"""
ADVANCE = "UPDATE register_refresh SET after = $1"
END = "UPDATE register_refresh SET upto = until, until = NULL, after = '', ended_at = now()"


class Refreshed(NamedTuple):
    """Entries taken over by this call; how many companies were new among them, and how many changed: new ones too."""

    entries: int
    inserted: int
    changed: int


async def refresh(transaction: Callable[[], AbstractAsyncContextManager[Connection]], *, batch_size: int) -> Refreshed:
    """Goes on with the refresh that is under way, or begins one, and ends it. May be repeated, by two at once too."""
    async with transaction() as tx:
        await tx.execute(WAIT_FOR_LOADS)
        is_ours = await tx.execute(BEGIN) == "UPDATE 1"
    done = await _go_on(transaction, batch_size)
    if is_ours:
        return done
    # What another had begun was over what there was then: what has come since is still to be done.
    return _sum(done, await refresh(transaction, batch_size=batch_size))


async def _go_on(transaction: Callable[[], AbstractAsyncContextManager[Connection]], batch_size: int) -> Refreshed:
    """The refresh that is under way, to its end."""
    done = Refreshed(0, 0, 0)
    while True:
        async with transaction() as tx:
            at = await tx.fetchrow(UNDER_WAY)
            if at is None:  # another has ended it meanwhile
                return done
            entries = [row["uen"] for row in await tx.fetch(NEXT, at["after"], at["upto"], at["until"], batch_size)]
            upserted = await companies.upsert(tx, entries)
            if len(entries) == batch_size:
                await tx.execute(ADVANCE, entries[-1])
            else:
                await tx.execute(END)
        done = _sum(done, Refreshed(len(entries), *upserted))
        if len(entries) < batch_size:
            return done


def _sum(one: Refreshed, other: Refreshed) -> Refreshed:
    return Refreshed(*(a + b for a, b in zip(one, other, strict=True)))
