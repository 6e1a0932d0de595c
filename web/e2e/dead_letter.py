"""Puts a dead letter into a database: a message for the enricher that no retry mends."""

import asyncio
import sys
from uuid import uuid4

import asyncpg

LETTER = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, tenant_id, lane, value, headers, state,
                       attempts, failures, error, dead_at)
    VALUES ('enricher', $1, 'enrichment.requested.v1', 0, 999999999, 1, 'interactive', 'no json', '[]', 'dead', 1, 1,
            'Undecodable: put here by a test', now())
"""


async def main(database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    try:
        await connection.execute(LETTER, uuid4())
    finally:
        await connection.close()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
