"""The stages' inboxes: their partitions, and the outcomes of the night's commands."""

from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID

from common.ids import NO_REPLAY
from common.postgres import Connection

# Each partition of `inbox` belongs to one consumer; its bound, FOR VALUES IN ('odoo-sync'), has the consumer's name.
CONSUMERS = """
    SELECT substring(pg_get_expr(part.relpartbound, part.oid) FROM $1) AS consumer
      FROM pg_inherits JOIN pg_class part ON part.oid = inhrelid
     WHERE inhparent = 'inbox'::regclass
     ORDER BY consumer
"""
NAME_IN_BOUND = r"IN \('(.+)'\)"

ENDED = """
    SELECT count(*) FILTER (WHERE state = 'done') AS done, count(*) FILTER (WHERE state = 'dead') AS dead,
           array_agg(DISTINCT row.topic || ': ' || row.error) FILTER (WHERE state = 'dead') AS errors,
           array_agg(asked.event_id) FILTER (WHERE state IS NULL OR state NOT IN ('done', 'dead')) AS open
      FROM unnest($1::uuid[]) AS asked (event_id)
      LEFT JOIN LATERAL (SELECT state, topic, error FROM inbox_upserter
                          WHERE consumer = 'upserter' AND event_id = asked.event_id AND replay_id = $2
                          LIMIT 1) AS row ON true
"""
IS_SENT = "SELECT NOT EXISTS (SELECT FROM outbox_nightly WHERE producer = 'nightly' AND lane = 'nightly')"


class Ended(NamedTuple):
    """Numbers of commands that are done or dead letters, the errors of the latter, and the commands still open."""

    done: int
    dead: int
    errors: Sequence[str]
    open: Sequence[UUID]


async def consumers(tx: Connection) -> list[str]:
    """Lists the services that have an inbox."""
    return [row["consumer"] for row in await tx.fetch(CONSUMERS, NAME_IN_BOUND)]


async def keep_partitions(tx: Connection, consumer: str) -> None:
    """Creates the consumer's next partitions and drops its old ones. May be repeated."""
    await tx.execute("SELECT keep_inbox_partitions($1)", consumer)


async def ended(tx: Connection, commands: Sequence[UUID]) -> Ended:
    """Counts the commands to the upserter that have ended."""
    row = await tx.fetchrow(ENDED, commands, NO_REPLAY)
    assert row is not None  # noqa: S101 # an aggregate has a row
    return Ended(row["done"], row["dead"], row["errors"] or (), row["open"] or ())


async def is_sent(tx: Connection) -> bool:
    """Whether Kafka has every announcement of the nightly run."""
    return bool(await tx.fetchval(IS_SENT))
