"""Reads the history of one company of a tenant, or of one request about it, from all tables and topics."""

from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID
from zlib import crc32

import asyncpg
from aiokafka.partitioner import DefaultPartitioner

from common.cloudevents import Headers, Undecodable, decode_headers
from common.delivery.dead_letters import SUFFIX
from common.delivery.outbox import sendables
from common.errors import Permanent
from common.ids import NO_REPLAY
from common.kafka_servers import Servers
from leadgen.kafka.topic_reading import batches, ranges_of, reading, time_of
from leadgen.kafka.topics import Topics
from leadgen.trace.moment import (
    Copies,
    Moment,
    acted,
    announced,
    chosen,
    enriched,
    found,
    handled,
    linked,
    replayed,
    scored,
)

murmur = DefaultPartitioner()

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

COMPANY = "SELECT company_id, name FROM companies WHERE uen = $1 OR uen IS NULL AND no_uen(name) = $1 LIMIT 1"
OF_EVENT = "SELECT key, tenant_id FROM inbox WHERE event_id = $1 LIMIT 1"
INBOX = """
    SELECT consumer, event_id, replay_id, topic, kafka_partition, state, phase, received_at, next_at, attempts,
           failures, crashes, first_failed_at, error
      FROM inbox WHERE key = $1
"""
OUTBOX = """
    SELECT 'the outbox of ' || producer AS place, topic, key, value, headers, events, created_at AS at FROM outbox
     UNION ALL
    SELECT 'refused by Kafka: ' || reason, topic, key, value, headers, NULL, refused_at FROM outbox_refused
"""
RUNS = """
    SELECT enriched_at, outcome, jsonb_array_length(pages) AS pages, duration_ms, steps::text AS steps, degraded_reasons
      FROM company_enrichment_runs WHERE tenant_id = tenant() AND company_id = $1
"""
SCORE = """
    SELECT lead.updated_at, lead.score, lead.bucket, lead.rationale, lead.model_version, lead.enriched_at,
           made_of.features::text AS features
      FROM lead_scores lead LEFT JOIN lead_features made_of USING (tenant_id, company_id)
     WHERE lead.tenant_id = tenant() AND lead.company_id = $1
"""
LINK = """
    SELECT updated_at, outcome, place, partner_id, contact_id, lead_id, reason, notes
      FROM odoo_links WHERE tenant_id = tenant() AND company_id = $1
"""
NIGHTS = """
    SELECT run.started_at, company.night, company.position, company.detail, company.state, company.error
      FROM run_companies company JOIN enrichment_runs run USING (tenant_id, run_id)
     WHERE company.tenant_id = tenant() AND company.company_id = $1
"""
REPLAYS = """
    SELECT replay_id, kind, topic, consumer, afresh, operator, reason, started_at FROM replays
     WHERE replay_id = ANY($1::uuid[])
"""
ACTIONS = """
    SELECT consumer, topic, event_id, replay_id, action, operator, reason, at FROM dead_letter_actions
     WHERE event_id = ANY($1::uuid[])
"""
CANDIDATE = """
    SELECT candidate.created_at, candidate.job_id, job.status, job.processed, job.total, job.params::text AS params
      FROM icp_candidate_companies candidate LEFT JOIN background_jobs job USING (tenant_id, job_id)
     WHERE candidate.tenant_id = tenant() AND candidate.company_id = $1
"""


class NothingKnown(Permanent):
    """Neither tables nor topics have this company or event of the tenant."""


@dataclass(slots=True)
class Story:
    """The moments in the history of a key: of a company, or of a tenant's requests."""

    tenant_id: int
    key: str
    name: str | None = None
    moments: list[Moment] = field(default_factory=list)


async def key_of(owner: Owner, bootstrap_servers: Servers, topics: Topics, event_id: UUID, tenant_id: int) -> str:
    """Finds the key of an event by its id. Raises NothingKnown, also for an event of another tenant."""
    found_row = await owner.fetchrow(OF_EVENT, event_id)
    row = dict(found_row) if found_row else await _in_topics(bootstrap_servers, topics, event_id)
    if row is None or row["key"] is None or row["tenant_id"] != tenant_id:
        raise NothingKnown(f"tenant {tenant_id} has no event {event_id} in an inbox or a topic")
    return bytes(row["key"]).decode()


async def read_story(
    owner: Owner, bootstrap_servers: Servers, topics: Topics, tenant_id: int, key: str, event_id: UUID | None = None
) -> Story:
    """Reads the history of a key; for a tenant's key, only that of an event's request. Raises NothingKnown."""
    story = Story(tenant_id, key)
    rows = [dict(row) for row in await owner.fetch(INBOX, key.encode())]
    story.moments += map(handled, rows)
    messages: dict[tuple[UUID, UUID, str], Copies] = {}
    async for row in _outbox(owner):
        for its_key, value, headers in sendables(row["key"], row["value"], row["headers"], row["events"]):
            if its_key == key.encode():
                _keep(messages, story, row["topic"], value, headers, row["at"], row["place"])
    partitions = {(row["topic"], row["kafka_partition"]) for row in rows}
    await _read_topics(bootstrap_servers, topics, key.encode(), partitions, messages, story)
    story.moments += map(announced, messages.values())
    for query, tell, ids in (
        (REPLAYS, replayed, {it.replay_id for it in story.moments}),
        (ACTIONS, acted, {it.event_id for it in story.moments if it.event_id}),
    ):
        story.moments += [tell(dict(row)) for row in await owner.fetch(query, list(ids))]
    if ":" not in key:
        story.moments = _of_one_request(story.moments, messages, event_id)
    await _read_tables(owner, story)
    if not story.moments:
        raise NothingKnown(f"tenant {tenant_id} has nothing about {key.partition(':')[2] or key}")
    return story


def _of_one_request(
    moments: Iterable[Moment], messages: Mapping[tuple[UUID, UUID, str], Copies], event_id: UUID | None
) -> list[Moment]:
    """Selects the moments of events that follow from the same request as this event."""
    requests = {it.envelope.event_id: it.envelope.correlation_id for it in messages.values()}
    wanted = requests.get(event_id) if event_id else None
    return [
        it for it in moments if it.event_id == event_id or (wanted and requests.get(it.event_id or NO_REPLAY) == wanted)
    ]


async def _read_tables(owner: Owner, story: Story) -> None:
    company = await owner.fetchrow(COMPANY, story.key.partition(":")[2])
    if company is None:
        return
    story.name = company["name"]
    async with owner.transaction(readonly=True):
        await owner.execute("SELECT set_config('request.tenant_id', $1, true)", str(story.tenant_id))
        for query, tell in (
            (CANDIDATE, found),
            (NIGHTS, chosen),
            (RUNS, enriched),
            (SCORE, scored),
            (LINK, linked),
        ):
            story.moments += [tell(dict(row)) for row in await owner.fetch(query, company["company_id"])]


async def _outbox(owner: Owner) -> AsyncIterator[asyncpg.Record]:
    async with owner.transaction(readonly=True):
        async for row in owner.cursor(OUTBOX, prefetch=20):
            yield row


async def _read_topics(
    bootstrap_servers: Servers,
    topics: Topics,
    key: bytes,
    partitions: Collection[tuple[str, int]],
    messages: dict[tuple[UUID, UUID, str], Copies],
    story: Story,
) -> None:
    """Reads the partitions that may have the key's messages.

    These are the relay's choice, that of other producers, and those that an inbox names.
    """
    names = [topic.name for topic in topics.wanted()]
    async with reading(bootstrap_servers, names) as (reader, places):
        numbers = {name: [place.partition for place in places if place.topic == name] for name in names}
        likely = {name: {crc32(key) % len(its), murmur(key, its, its)} for name, its in numbers.items()}
        wanted = [
            place
            for place in places
            if place.partition in likely[place.topic]
            or (place.topic.removesuffix(SUFFIX), place.partition) in partitions
        ]
        async for records in batches(reader, await ranges_of(reader, wanted)):
            for record in records:
                if record.key == key:
                    at = time_of(record.timestamp)
                    where = f"{record.topic} {record.partition}:{record.offset}"
                    _keep(messages, story, record.topic, record.value, record.headers, at, where)


async def _in_topics(bootstrap_servers: Servers, topics: Topics, event_id: UUID) -> Mapping[str, Any] | None:
    """Finds key and tenant of an event that is in no inbox."""
    async with reading(bootstrap_servers, list(topics.topics)) as (reader, places):
        async for records in batches(reader, await ranges_of(reader, places)):
            for record in records:
                if dict(record.headers).get("ce_id") == str(event_id).encode():
                    return {"key": record.key, "tenant_id": decode_headers(record.headers).tenant_id}
    return None


def _keep(
    messages: dict[tuple[UUID, UUID, str], Copies],
    story: Story,
    topic: str,
    value: bytes | None,
    headers: Headers,
    at: datetime,
    place: str,
) -> None:
    """Adds a message, or another copy of it; for a dead letter, the reason."""
    said = dict(headers)
    if topic.endswith(SUFFIX):
        consumer, reason = ((said.get(name) or b"").decode(errors="replace") for name in ("dlq_consumer", "dlq_reason"))
        story.moments.append(Moment(at, consumer, f"gives up {topic.removesuffix(SUFFIX)}: {reason}", [place]))
        return
    try:
        envelope = decode_headers(headers)
    except Undecodable as error:
        story.moments.append(Moment(at, "?", f"{topic}: cannot be read: {error}", [place]))
        return
    source = (said.get("ce_source") or b"").decode(errors="replace").rpartition("/")[2]
    known = messages.setdefault(
        (envelope.event_id, envelope.replay_id, topic), Copies(at, topic, value, envelope, source)
    )
    known.places.append(place)
