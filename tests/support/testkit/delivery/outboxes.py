"""Announcements in the scorer's outbox, numbered, and what stands of them in Kafka."""

from collections import defaultdict

from common.cloudevents import Envelope
from common.contracts import LeadSynced
from common.delivery.messages import Announcement
from common.delivery.outbox import announce
from common.ids import new_id
from common.postgres import Database
from testkit.stages import a_company, read_topic


async def fill(database: Database, count: int, start: int = 0, name: str = "ACME") -> None:
    """Announcements of five companies in turn; `lead_id` counts them."""
    for part in range(start, start + count, 50):
        async with database.without_tenant() as tx:
            await announce(
                tx,
                "scorer",
                [
                    Announcement(
                        LeadSynced(tenant_id=1, company=a_company(f"U{n % 5}", name=name), outcome="synced", lead_id=n),
                        Envelope(new_id(), 1, "interactive"),
                    )
                    for n in range(part, min(part + 50, start + count))
                ],
            )


async def numbers_by_key(kafka: str) -> dict[bytes | None, list[int | None]]:
    """Returns what stands in the topic, in each key's order."""
    found: dict[bytes | None, list[int | None]] = defaultdict(list)
    records = await read_topic(kafka, LeadSynced.topic)
    for record in sorted(records, key=lambda record: (record.partition, record.offset)):
        found[record.key].append(LeadSynced.model_validate_json(record.value or b"").lead_id)
    return dict(found)


async def is_sent(database: Database) -> bool:
    """Whether the outbox is empty."""
    async with database.without_tenant() as tx:
        return not await tx.fetchval("SELECT EXISTS (SELECT 1 FROM outbox WHERE producer = 'scorer')")
