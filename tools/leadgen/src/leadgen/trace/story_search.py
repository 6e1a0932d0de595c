"""Finds the company whose history is wanted, and reads the history."""

from uuid import UUID

from common.kafka_servers import Servers
from leadgen.database.owner_connection import connected
from leadgen.kafka.topics import read_topics
from leadgen.trace.story_queries import Story, key_of, read_story


async def find_story(
    database_url: str, bootstrap_servers: Servers, tenant_id: int, about: str, event_id: UUID | None
) -> Story:
    """Reads the history of a UEN, or of an event's key. Raises NothingKnown, DatabaseRefused, Unavailable."""
    topics = read_topics()
    async with connected(database_url) as owner:
        key = f"{tenant_id}:{about}"
        if event_id is not None:
            key = await key_of(owner, bootstrap_servers, topics, event_id, tenant_id)
        return await read_story(owner, bootstrap_servers, topics, tenant_id, key, event_id)
