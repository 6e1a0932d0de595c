"""Sends a rep's request on its way: into the outbox, so that it survives whatever happens next."""

from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import RequestIndustry
from common.outbox import Announcement, Relay, announce
from common.postgres import Database
from common.tracing import child_of

SERVICE = "gateway"


class Requests:
    """The gateway's outbox."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self._database = database
        self._relay = relay

    async def submit(self, request: RequestIndustry, traceparent: str | None) -> UUID:
        """Durable when it returns; the request's id is the event's id. After Unavailable, nothing was done."""
        envelope = Envelope(
            event_id=request.request_id,
            tenant_id=request.tenant_id,
            lane="interactive",
            correlation_id=str(request.request_id),
            traceparent=child_of(traceparent),
        )
        async with self._database.plumbing() as tx:
            await announce(tx, SERVICE, [Announcement(request, envelope)])
        self._relay.wake()
        return request.request_id
