"""Brings into `companies` what is new or changed in the register since that was last done, and no more.

`register_refresh` holds how far it has come; each batch is a transaction of its own and moves it on, so that a refresh
that was killed is gone on with, by whoever comes next, and two at once share the work.
"""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import NamedTuple

from common.errors import Transient
from common.postgres import Connection
from upserter import companies

#: A load keeps this lock from before its time until it has committed: what is there now is all that bears a time up to
#: now, and whatever comes later bears a later one.
IS_NO_LOAD = "SELECT pg_try_advisory_xact_lock_shared(hashtextextended('leadgen load', 0))"
BEGIN = "UPDATE register_refresh SET until = clock_timestamp(), after = '', ended_at = NULL WHERE until IS NULL"

UNDER_WAY = "SELECT upto, until, after FROM register_refresh WHERE until IS NOT NULL FOR UPDATE"
#: So many entries are looked at in a transaction, however few of them have changed.
LOOK = 10_000
NEXT = """
    SELECT max(uen) AS last, count(*) AS looked_at,
           coalesce(array_agg(uen ORDER BY uen) FILTER (WHERE updated_at > $2 AND updated_at <= $3), '{}') AS entries
      FROM (SELECT uen, updated_at FROM staging_acra_companies WHERE uen > $1 ORDER BY uen LIMIT $4) AS looked_at
"""
ADVANCE = "UPDATE register_refresh SET after = $1"
END = "UPDATE register_refresh SET upto = until, until = NULL, after = '', ended_at = now()"


class LoadUnderWay(Transient):
    """What a load brings in is not there yet, and would be missed."""


class Refreshed(NamedTuple):
    """Entries taken over by this call; how many companies were new among them, and how many changed: new ones too."""

    entries: int
    inserted: int
    changed: int


async def refresh(transaction: Callable[[], AbstractAsyncContextManager[Connection]], *, batch_size: int) -> Refreshed:
    """Goes on with the refresh that is under way, or begins one, and ends it. May be repeated, by two at once too.

    Raises LoadUnderWay.
    """
    async with transaction() as tx:
        if not await tx.fetchval(IS_NO_LOAD):
            raise LoadUnderWay("a load of the register is under way: refresh when it is over")
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
