"""Messages as the operator's commands read them, whatever a producer has written."""

from datetime import UTC, datetime
from typing import Any

import pytest
from aiokafka import ConsumerRecord
from hypothesis import given
from hypothesis import strategies as st

from common.contracts import LeadSynced
from common.delivery.dead_letters import SUFFIX
from leadgen.audit.check import Scope
from leadgen.audit.messages import Facts, add_record
from leadgen.kafka.topic_reading import EPOCH, time_of


def a_record(topic: str, **other: Any) -> "ConsumerRecord[bytes, bytes]":
    given = {"timestamp": 0, "timestamp_type": 0, "key": b"1:x", "value": b"{}", "checksum": None, "headers": ()}
    given |= {"partition": 0, "offset": 0, "serialized_key_size": 3, "serialized_value_size": 2} | other
    return ConsumerRecord(topic=topic, **given)


@pytest.mark.parametrize("timestamp_ms", [-(2**62), 2**62, -(2**63), 10**15])
def test_a_timestamp_that_no_date_can_hold_is_the_epoch(timestamp_ms: int) -> None:
    """Kafka takes any that lie in the past: one of them ended `leadgen audit`, `trace` and `forget`."""
    assert time_of(timestamp_ms) == EPOCH
    assert time_of(1_764_500_000_000) == datetime(2025, 11, 30, 10, 53, 20, tzinfo=UTC)
    add_record(Facts(Scope(), EPOCH), a_record(LeadSynced.topic, timestamp=timestamp_ms))


PLACES = st.none() | st.binary(max_size=4) | st.sampled_from([b"7", b"9" * 30, "٣".encode(), b"-1"])


@given(consumer=PLACES, partition=PLACES, offset=PLACES)
def test_a_dead_letter_of_anybodys_is_read(
    consumer: bytes | None, partition: bytes | None, offset: bytes | None
) -> None:
    """Its place is one that a table can hold, or it counts for nothing."""
    facts = Facts(Scope(), EPOCH)
    headers = [("dlq_consumer", consumer), ("dlq_partition", partition), ("dlq_offset", offset)]
    add_record(facts, a_record(LeadSynced.topic + SUFFIX, headers=headers))
    for _, rows in facts.gathered():
        for name, _, number, place in rows:
            assert "\0" not in name
            assert 0 <= number < 2**31
            assert 0 <= place < 2**63
