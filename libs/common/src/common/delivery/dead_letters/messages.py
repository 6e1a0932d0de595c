"""Messages for `<topic>.dlq`: an event's original bytes, key and headers, with reason and origin in extra headers.

A letter is never larger than its topic allows: what does not fit is left out, and headers say so. The whole of it stays
in the inbox, at the place that the origin headers name.
"""

from collections.abc import Sequence
from hashlib import sha256

from common.cloudevents import pack_headers, unpack_headers
from common.delivery.inbox import Claim
from common.delivery.messages import Message
from common.kafka.record_batches import MAX_HEADERS, MAX_MESSAGE

SUFFIX = ".dlq"

#: Bytes of key, of the original's headers, and of all of a letter. The rest is Kafka's own and the origin's.
KEY_BYTES, HEADERS_BYTES = 64 * 1024, 256 * 1024
LETTER_BYTES = MAX_MESSAGE - 64 * 1024
#: Headers of the original; intake reads no message that has very many.
MOST_HEADERS = MAX_HEADERS - 20


def dead_letter(claim: Claim, consumer: str, reason: str, handler: str) -> Message:
    """Builds the message for `<topic>.dlq`. Headers name the place of the original and the handler that failed."""
    original = unpack_headers(claim.headers)
    kept = _that_fit(original, HEADERS_BYTES)
    key = None if claim.key is None else claim.key[:KEY_BYTES]
    value = claim.value
    origin = {
        "dlq_consumer": consumer,
        "dlq_handler": handler,
        "dlq_reason": reason,
        "dlq_topic": claim.topic,
        "dlq_partition": str(claim.partition),
        "dlq_offset": str(claim.offset),
        "dlq_failures": str(claim.failures),
    }
    if len(kept) < len(original):
        origin["dlq_headers_left_out"] = str(len(original) - len(kept))
    if claim.key is not None and len(claim.key) > KEY_BYTES:
        origin["dlq_key_bytes"] = str(len(claim.key))
    room = LETTER_BYTES - _size(kept) - len(key or b"")
    if value is not None and len(value) > room:
        origin |= {"dlq_value_bytes": str(len(value)), "dlq_value_sha256": sha256(value).hexdigest()}
        value = value[:room]
    headers = [*kept, *((name, text.encode()) for name, text in origin.items())]
    return Message(claim.topic + SUFFIX, key, value, pack_headers(headers), claim.lane)


def _that_fit(headers: Sequence[tuple[str, bytes | None]], room: int) -> list[tuple[str, bytes | None]]:
    kept: list[tuple[str, bytes | None]] = []
    for header in headers[:MOST_HEADERS]:
        room -= _size([header])
        if room < 0:
            break
        kept.append(header)
    return kept


def _size(headers: Sequence[tuple[str, bytes | None]]) -> int:
    """Upper bound of the bytes of headers: a name has up to four bytes per character, a length up to five."""
    return sum(4 * len(name) + len(value or b"") + 10 for name, value in headers)
