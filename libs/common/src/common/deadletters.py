"""The dead letter of an event: its original bytes, key and headers, with reason and origin in headers of their own."""

from common.cloudevents import pack_headers, unpack_headers
from common.inbox import Claim
from common.outbox import Message

SUFFIX = ".dlq"


def dead_letter(claim: Claim, consumer: str, reason: str) -> Message:
    """The message for `<topic>.dlq`. The origin headers say where the original stands."""
    origin = [
        ("dlq_consumer", consumer.encode()),
        ("dlq_reason", reason.encode()),
        ("dlq_topic", claim.topic.encode()),
        ("dlq_partition", str(claim.partition).encode()),
        ("dlq_offset", str(claim.offset).encode()),
        ("dlq_failures", str(claim.failures).encode()),
    ]
    headers = [*unpack_headers(claim.headers), *origin]
    return Message(claim.topic + SUFFIX, claim.key, claim.value, pack_headers(headers), claim.lane)
