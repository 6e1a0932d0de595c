"""Events to announce, and their messages. Pure: code that plans events needs no database."""

from typing import NamedTuple

from common.cloudevents import Envelope, encode_body, header_texts, pack_texts
from common.contracts import Event, Lane


class Message(NamedTuple):
    """A message in the form that Kafka gets it; `headers` are packed as in `cloudevents.pack_headers`."""

    topic: str
    key: bytes | None
    value: bytes | None
    headers: str
    lane: Lane = "interactive"


class Announcement(NamedTuple):
    """An event to announce, with its envelope."""

    event: Event
    envelope: Envelope

    def message(self, source: str, at: str) -> Message:
        """Builds the message that `source`, a service, announces `at` an ISO 8601 time."""
        headers = header_texts(self.event.topic, self.event.key, self.envelope, source=source, at=at)
        lane = self.envelope.lane
        return Message(self.event.topic, self.event.key.encode(), encode_body(self.event), pack_texts(headers), lane)
