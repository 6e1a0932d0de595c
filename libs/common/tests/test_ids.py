"""The laws of event ids: deterministic where they follow from something, led by a time, valid by RFC 9562."""

import hashlib
from datetime import UTC, datetime, timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.ids import age_s, derivation, derived_id, is_night_of, new_id, night_id, scheduled_id

MOMENTS = st.integers(0, 200_000 * 86_400_000).map(lambda millis: datetime.fromtimestamp(millis / 1000, UTC))
CAUSES = st.uuids()
TYPES = st.sampled_from(["lead.scored.v1", "lead.synced.v1", "company.enriched.v1"])
IDENTITIES = st.text(min_size=1, max_size=30)
#: What PostgreSQL can hold: not NUL, and no half of a character.
STORED = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=30)


def millis_of(event_id: UUID) -> int:
    return event_id.int >> 80


@given(CAUSES, TYPES, IDENTITIES)
def test_what_follows_from_a_cause_has_the_same_id_each_time(cause: UUID, event_type: str, identity: str) -> None:
    """What follows from a cause has the same id each time, and its form is RFC 9562's version 8, with the time of the
    chain's start.
    """
    event_id = derived_id(cause, event_type, identity)
    assert event_id == derived_id(cause, event_type, identity)
    assert event_id.version == 8
    assert event_id.variant == "specified in RFC 4122"
    assert str(event_id)[19] == "8"  # the whole digit, of which the variant takes two bits
    assert millis_of(event_id) == millis_of(cause)


def test_an_id_that_was_given_once_is_given_for_ever() -> None:
    """Consumers know events by it: another digest would have them done a second time."""
    cause = UUID("01a203b4-de3a-7881-ac54-29cc4f5f82cc")
    digest = hashlib.sha256(cause.bytes + b"\ncompany.upserted.v1\n1:201912345K").hexdigest()
    event_id = derived_id(cause, "company.upserted.v1", "1:201912345K")
    assert event_id.hex == f"01a203b4de3a8{digest[1:4]}8{digest[5:20]}"
    assert str(event_id) == "01a203b4-de3a-8965-83ae-86f3ce81abe6"


@settings(deadline=None, max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(CAUSES, TYPES, STORED), min_size=1, max_size=100))
async def test_postgresql_gives_the_same_ids(owner, places: list[tuple[UUID, str, str]]) -> None:
    """PostgreSQL gives the same ids, whatever the identity: its bytes are what is digested."""
    given = [(*derivation(cause, event_type), identity) for cause, event_type, identity in places]
    rows = await owner.fetch(
        "SELECT derived_id(moment, digested, identity) AS id FROM unnest($1::text[], $2::bytea[], $3::text[])"
        " WITH ORDINALITY AS given (moment, digested, identity, n) ORDER BY n",
        *(list(column) for column in zip(*given, strict=True)),
    )
    assert [row["id"] for row in rows] == [derived_id(*place) for place in places]


@given(st.sets(st.tuples(CAUSES, TYPES, IDENTITIES), min_size=2, max_size=50))
def test_another_cause_type_or_identity_is_another_id(places: set[tuple[UUID, str, str]]) -> None:
    """No two of them meet."""
    assert len({derived_id(*place) for place in places}) == len(places)


@given(st.sets(st.tuples(MOMENTS, TYPES, IDENTITIES), min_size=2, max_size=20))
def test_what_is_scheduled_has_one_id_whoever_triggers_it(places: set[tuple[datetime, str, str]]) -> None:
    """What is scheduled has one id whoever triggers it: the same id for the same occasion, another for any other.

    An occasion is known to the millisecond.
    """
    occasions = {(int(at.timestamp() * 1000), event_type, identity) for at, event_type, identity in places}
    ids = {scheduled_id(*place) for place in places}
    assert ids == {scheduled_id(*place) for place in places}
    assert len(ids) == len(occasions)
    assert {event_id.version for event_id in ids} == {8}


@given(MOMENTS, st.timedeltas(timedelta(milliseconds=2), timedelta(days=1)))
def test_ids_sort_by_their_time(earlier: datetime, gap: timedelta) -> None:
    """Ids sort by their time, as numbers, as texts, and as PostgreSQL compares them: so that a week of the inbox is a
    range of ids.
    """
    first, second = new_id(earlier), new_id(earlier + gap)
    assert first < second
    assert str(first) < str(second)
    assert first.bytes < second.bytes
    assert millis_of(first) == int(earlier.timestamp() * 1000)


def test_a_fresh_id_is_never_the_same_twice() -> None:
    """Not even within one millisecond; its form is version 7, its time is now."""
    before = datetime.now(UTC)
    ids = [new_id() for _ in range(10_000)]
    after = datetime.now(UTC)
    assert len(set(ids)) == len(ids)
    assert {(event_id.version, event_id.variant) for event_id in ids} == {(7, "specified in RFC 4122")}
    assert int(before.timestamp() * 1000) <= min(map(millis_of, ids))
    assert max(map(millis_of, ids)) <= int(after.timestamp() * 1000)


def test_ids_of_the_same_moment_differ() -> None:
    """The time given sets the prefix only."""
    at = datetime(2026, 11, 22, tzinfo=UTC)
    assert len({new_id(at) for _ in range(1000)}) == 1000


@given(MOMENTS, CAUSES)
def test_the_id_of_a_night_says_of_which_tenant_it_is(at: datetime, other: UUID) -> None:
    """The id of a night says of which tenant it is, whichever the night; another id is of no tenant's."""
    run_id = night_id(at, 7)

    assert [tenant for tenant in range(100) if is_night_of(run_id, tenant)] == [7]
    assert not is_night_of(other, 7)


def test_the_age_of_an_id_is_the_time_since_its_chain_began() -> None:
    """The age of an id is the time since its chain began, also of an id that follows from it; a clock that is ahead
    gives 0, and another text has no age.
    """
    began = datetime(2026, 11, 30, 12, tzinfo=UTC)
    request = new_id(began)
    later = began.timestamp() + 2.5

    assert age_s(str(request), later) == 2.5
    assert age_s(str(derived_id(request, "lead.scored", "x")), later) == 2.5
    assert age_s(str(request), began.timestamp() - 60) == 0
    for other in ("", "something", str(UUID(int=1)), "zz" + str(request)[2:]):
        assert age_s(other, later) is None
