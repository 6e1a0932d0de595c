"""Requests for a resync of a tenant, which the service itself handles."""

from datetime import UTC, datetime

from common.cloudevents import Envelope
from common.contracts import ResyncOdoo
from common.delivery import outbox
from common.delivery.messages import Announcement
from common.ids import new_id
from common.postgres import Connection

NAME = "odoo-sync"


async def request(tx: Connection) -> None:
    """Announces that the unsent leads of the transaction's tenant are to be sent."""
    tenant_id = int(await tx.fetchval("SELECT tenant()"))
    event = ResyncOdoo(tenant_id=tenant_id, requested_at=datetime.now(UTC))
    event_id = new_id()
    envelope = Envelope(event_id, tenant_id, "nightly", correlation_id=str(event_id))
    await outbox.announce(tx, NAME, [Announcement(event, envelope)])
