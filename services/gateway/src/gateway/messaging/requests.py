"""Writes requests and changes to the gateway's outbox (table `outbox`)."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from uuid import UUID

from common.cloudevents import Envelope
from common.contracts import Event, Lane, RequestIndustry
from common.delivery.messages import Announcement
from common.delivery.outbox import announce
from common.delivery.outbox.relay import Relay
from common.handling.group_commit import GroupCommit
from common.ids import new_id
from common.observability.tracing import child_of
from common.postgres import Connection, Database

SERVICE = "gateway"


class _Submission(NamedTuple):
    request: RequestIndustry
    traceparent: str | None

    def announcement(self) -> Announcement:
        envelope = Envelope(
            event_id=self.request.request_id,
            tenant_id=self.request.tenant_id,
            lane="interactive",
            correlation_id=str(self.request.request_id),
            traceparent=child_of(self.traceparent),
        )
        return Announcement(self.request, envelope)


class Requests:
    """The gateway's outbox. Concurrent requests share one INSERT."""

    def __init__(self, database: Database, relay: Relay) -> None:
        self._relay = relay
        self._write = GroupCommit(database, [_announce], spacing_s=0, crowd=None, autocommit=True)

    async def submit(self, request: RequestIndustry, traceparent: str | None) -> None:
        """Writes the request to the outbox; it is durable when this returns. The request's id is the event's id.

        Raises OutcomeUnknown when it may have been written, and another Unavailable when it was not. A caller that is
        cancelled does not take its request back.
        """
        await asyncio.shield(self._submit(_Submission(request, traceparent)))

    async def _submit(self, submission: _Submission) -> None:
        await self._write(None, _announce, submission)
        self._relay.wake()

    async def announce(self, tx: Connection, event: Event, traceparent: str | None, lane: Lane = "nightly") -> None:
        """Announces an event in the caller's transaction. The relay finds it within a second, or at `wake`."""
        event_id = new_id()
        await self.announce_all(tx, {event_id: event}, event_id, traceparent, lane)

    async def announce_all(
        self,
        tx: Connection,
        events: Mapping[UUID, Event],
        correlation_id: UUID,
        traceparent: str | None,
        lane: Lane,
    ) -> None:
        """Announces events of one request, each under its id, in the caller's transaction."""
        announcements = [
            Announcement(
                event, Envelope(event_id, event.tenant_id, lane, str(correlation_id), traceparent=child_of(traceparent))
            )
            for event_id, event in events.items()
        ]
        await announce(tx, SERVICE, announcements)

    def wake(self) -> None:
        """Wakes the relay, which sends the announcements of a committed transaction."""
        self._relay.wake()


async def _announce(connection: Connection, submissions: Sequence[_Submission]) -> list[None]:
    await announce(connection, SERVICE, [each.announcement() for each in submissions])
    return [None] * len(submissions)
