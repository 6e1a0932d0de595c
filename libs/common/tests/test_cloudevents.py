"""Envelopes and headers: what is written is read again, any bytes survive, and what is wrong is named."""

import json
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.cloudevents import (
    Envelope,
    Undecodable,
    decode_body,
    decode_headers,
    encode_body,
    encode_headers,
    header_texts,
    pack_headers,
    unpack_headers,
)
from common.contracts import CheckOdoo, RefreshRegister, RequestUpsert
from common.delivery.inbox import Claim
from common.delivery.outbox import EventTemplate, sendables
from common.ids import NO_REPLAY, new_id

EVENT = RequestUpsert(tenant_id=1, job_id=UUID(int=7))
ENVELOPE = Envelope(new_id(), 1, "nightly", "request-1", new_id(), f"00-{'a' * 32}-{'b' * 16}-01")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
ANY_HEADERS = st.lists(st.tuples(TEXTS, st.none() | st.binary(max_size=40)), max_size=10)


def headers_of(envelope: Envelope = ENVELOPE) -> list[tuple[str, bytes | None]]:
    return list(encode_headers(EVENT, envelope, source="test"))


@given(
    st.builds(
        Envelope,
        event_id=st.uuids(),
        tenant_id=st.integers(0, 2**31 - 1),
        lane=st.sampled_from(["interactive", "nightly"]),
        correlation_id=st.none() | TEXTS,
        replay_id=st.just(NO_REPLAY) | st.uuids(),
        traceparent=st.none() | TEXTS,
        afresh=st.none() | st.datetimes(timezones=st.just(UTC)),
    )
)
def test_an_envelope_is_read_as_it_was_written(envelope: Envelope) -> None:
    """An envelope is read as it was written, whatever it holds, and whatever else stands among the headers."""
    assert decode_headers([*headers_of(envelope), ("x-other", b"\xff"), ("x-none", None)]) == envelope


def test_the_headers_are_those_of_cloudevents() -> None:
    """The attributes that the binary Kafka binding asks for, and our own extensions."""
    found = dict(headers_of())
    assert (found["ce_specversion"], found["content-type"]) == (b"1.0", b"application/json")
    assert (found["ce_type"], found["ce_source"]) == (b"upsert.requested.v1", b"/leadgen/test")
    assert (found["ce_subject"], found["ce_tenantid"], found["ce_lane"]) == (b"1", b"1", b"nightly")
    assert found["ce_id"] == str(ENVELOPE.event_id).encode()


@given(ANY_HEADERS)
def test_any_headers_survive_the_inbox(headers: list[tuple[str, bytes | None]]) -> None:
    """Names, order, repeats, nulls and every byte; and PostgreSQL can hold the text they are packed into."""
    packed = pack_headers(headers)
    assert unpack_headers(packed) == headers
    assert "\0" not in packed


@pytest.mark.parametrize("name", ["ce_id", "ce_tenantid", "ce_lane"])
@pytest.mark.parametrize("value", [None, b"", b"\xff\xfe", b"no such thing", b"-1", b"\0"])
def test_a_wrong_header_is_named(name: str, value: bytes | None) -> None:
    """Missing, empty, not UTF-8, or not what it should be."""
    with pytest.raises(Undecodable, match=name):
        decode_headers({**dict(headers_of()), name: value}.items())


@pytest.mark.parametrize("name", ["ce_replayid", "ce_correlationid", "traceparent", "ce_afresh"])
def test_an_optional_header_may_be_missing_but_not_unreadable(name: str) -> None:
    """Without it the envelope has none; bytes that are no text are named."""
    decode_headers([header for header in headers_of() if header[0] != name])
    with pytest.raises(Undecodable, match=name):
        decode_headers({**dict(headers_of()), name: b"\xff"}.items())


@pytest.mark.parametrize("moment", [b"", b"yesterday", b"2026-11-28T01:00:00"])
def test_the_time_of_a_rerun_has_a_zone(moment: bytes) -> None:
    """Anything else is refused: it is compared with times of the database."""
    with pytest.raises(Undecodable, match="ce_afresh"):
        decode_headers({**dict(headers_of()), "ce_afresh": moment}.items())


@pytest.mark.parametrize("tenant", [b"-1", b"2147483648", b"9" * 30, b"1.0", b"1;drop"])
def test_a_tenant_is_a_number_that_the_database_can_hold(tenant: bytes) -> None:
    """Anything else is refused before it gets near SQL."""
    with pytest.raises(Undecodable, match="ce_tenantid"):
        decode_headers({**dict(headers_of()), "ce_tenantid": tenant}.items())


@given(st.lists(st.tuples(st.sampled_from(["ce_id", "ce_lane", "ce_tenantid", "other"]), st.none() | st.binary())))
def test_reading_headers_gives_an_envelope_or_says_undecodable(headers: list[tuple[str, bytes | None]]) -> None:
    """Nothing else comes out of it: an unknown error would count against the service."""
    try:
        envelope = decode_headers(headers)
    except Undecodable:
        return
    assert envelope.tenant_id >= 0


def test_what_is_of_no_tenant_is_of_tenant_0() -> None:
    """The house: an envelope may say so, and only the events that are its own."""
    event = RefreshRegister()
    envelope = ENVELOPE._replace(tenant_id=0)
    assert decode_headers(encode_headers(event, envelope, source="test")) == envelope
    assert decode_body(RefreshRegister, encode_body(event)) == event
    assert (event.key, event.tenant_id) == ("0", 0)
    with pytest.raises(Undecodable, match="tenant_id"):
        decode_body(RefreshRegister, b'{"tenant_id": 1}')
    with pytest.raises(Undecodable, match="tenant_id"):
        decode_body(RequestUpsert, b'{"tenant_id": 0, "job_id": "00000000-0000-0000-0000-000000000007"}')


#: Any text that PostgreSQL can hold.
KEYS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)


@given(KEYS, st.uuids(), st.none() | TEXTS, st.booleans())
def test_a_pattern_gives_the_headers_that_each_event_would_have(
    key: str, event_id: UUID, correlation_id: str | None, is_replay: bool
) -> None:
    """Put together by whoever knows ids and keys; of the order nobody depends."""
    envelope = ENVELOPE._replace(
        event_id=event_id, correlation_id=correlation_id, replay_id=ENVELOPE.replay_id if is_replay else NO_REPLAY
    )
    template = EventTemplate.of("a.topic.v1", new_id(), envelope, source="test", at="2026-11-22T01:00:00+00:00")
    line = f"{event_id}\t{json.dumps(key, ensure_ascii=False)}\t{{}}".encode()
    first, second = sendables(None, line + b"\n" + line, template.headers, 2)
    texts = header_texts("a.topic.v1", key, envelope, source="test", at="2026-11-22T01:00:00+00:00")
    subject, body, headers = first
    assert (subject, body) == (key.encode(), b"{}")
    assert sorted(headers) == sorted((name, value.encode()) for name, value in texts)
    assert decode_headers(headers) == envelope
    assert second == first


@given(st.none() | st.binary(max_size=60))
def test_reading_a_body_gives_an_event_or_says_undecodable(value: bytes | None) -> None:
    """Reading a body gives an event or says undecodable, whatever the bytes are."""
    with pytest.raises(Undecodable):
        decode_body(RequestUpsert, value)


def test_a_body_that_lacks_something_says_what() -> None:
    """The path of the field, and what is wrong with it; never the value, which may be a person's."""
    with pytest.raises(Undecodable, match="job_id: Field required"):
        decode_body(RequestUpsert, b'{"tenant_id": 1}')
    with pytest.raises(Undecodable, match="tenant_id") as caught:
        decode_body(RequestUpsert, b'{"tenant_id": "secret", "job_id": "00000000-0000-0000-0000-000000000007"}')
    assert "secret" not in str(caught.value)


def test_a_time_without_a_zone_is_no_time() -> None:
    """It cannot be compared with others: handlers failed on it in ways of their own."""
    with pytest.raises(Undecodable, match="requested_at"):
        decode_body(CheckOdoo, b'{"tenant_id": 1, "requested_by": "a", "requested_at": "2026-11-30T10:00:00"}')


def test_a_body_is_read_as_it_was_written() -> None:
    """The event itself comes back."""
    assert decode_body(RequestUpsert, encode_body(EVENT)) == EVENT


ODD_TIMES = st.builds("2026-11-30{}10:00{}".format, st.sampled_from("T é→😀\0"), st.sampled_from(["Z", "+08:00", ""]))


@given(
    afresh=st.none() | ODD_TIMES.map(str.encode) | st.binary(max_size=40),
    others=st.dictionaries(
        st.sampled_from(["ce_id", "ce_tenantid", "ce_lane", "ce_replayid", "ce_correlationid", "traceparent"]),
        st.none() | st.binary(max_size=40) | TEXTS.map(str.encode),
    ),
)
def test_headers_that_intake_understands_are_understood_at_work(
    afresh: bytes | None, others: dict[str, bytes | None]
) -> None:
    """Nothing but Undecodable is raised at intake, and nothing at all later: the claim has the same envelope."""
    headers = list({**dict(headers_of()), "ce_afresh": afresh, **others}.items())
    try:
        envelope = decode_headers(headers)
    except Undecodable:
        return
    packed, now = pack_headers(headers), datetime.now(UTC)
    place = (1, "topic", 0, 0, b"key", envelope.tenant_id, envelope.lane, b"", packed, now, 0, None)
    assert Claim(envelope.event_id, envelope.replay_id, *place).envelope == envelope
