"""Which fact wins: the same one whatever the order, and never a blank."""

import random
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from enricher.extract.facts import (
    FIELDS,
    LISTS,
    METHODS,
    Fact,
    best_per_method,
    join_values,
    merge,
    open_fields,
    split_values,
)

NOW = datetime(2026, 11, 22, tzinfo=UTC)
FACTS = st.lists(
    st.builds(
        Fact,
        field=st.sampled_from(FIELDS[:4]),
        value=st.sampled_from(["", " ", "a", "b", "a; b"]),
        source_url=st.sampled_from(["http://a.sg/", "http://b.sg/"]),
        method=st.sampled_from(METHODS),
        confidence=st.sampled_from([0.3, 0.7, 0.9]),
        quote=st.sampled_from([None, "q"]),
        found_at=st.sampled_from([None, NOW, NOW - timedelta(days=1)]),
    ),
    max_size=12,
)


def a_fact(value: str = "40", **changes: object) -> Fact:
    known = {"field": "employees", "source_url": "http://a.sg/", "method": "page", "confidence": 0.7, **changes}
    return Fact(value=value, **known)  # type: ignore[arg-type]


@given(FACTS, st.randoms(use_true_random=False))
def test_order_and_repeats_do_not_matter(facts: list[Fact], chance: random.Random) -> None:
    """Order and repeats do not matter. Whatever comes first, comes twice, or was merged before."""
    merged = merge(facts)
    shuffled = [*facts, *facts[:3]]
    chance.shuffle(shuffled)
    half = len(shuffled) // 2

    assert merge(shuffled) == merged
    assert merge(merge(shuffled[:half]).values(), merge(shuffled[half:]).values()) == merged
    assert merge(merged.values()) == merged


@given(FACTS)
def test_a_blank_never_erases_what_is_known(facts: list[Fact]) -> None:
    """A blank never erases what is known, however sure its source is; and what somebody knows stays known."""
    merged = merge(facts)

    assert all(fact.value.strip() for fact in merged.values())
    assert set(merged) == {fact.field for fact in facts if fact.value.strip()}
    assert merge(facts, [Fact(field, " ", "http://z.sg/", "schema.org", 1.0) for field in FIELDS]) == merged


def test_the_surest_wins_then_the_method_then_the_newest_then_the_url() -> None:
    """One after another; what was found just now is newer than all that is kept."""
    kept, older = a_fact("1", found_at=NOW), a_fact("2", found_at=NOW - timedelta(days=1))

    assert merge([a_fact("1"), a_fact("2", confidence=0.8, method="ai")])["employees"].value == "2"
    assert merge([a_fact("1", method="ai"), a_fact("2", method="meta")])["employees"].value == "2"
    assert merge([older, kept])["employees"] is kept
    assert merge([kept, a_fact("3", source_url="http://z.sg/")])["employees"].value == "3"
    assert merge([a_fact("1", source_url="http://b.sg/"), a_fact("2")])["employees"].value == "2"


def test_lists_of_several_pages_become_one() -> None:
    """Each item once, the surest page's first; of other fields the best of each method is kept."""
    facts = [
        a_fact("ISO 9001", field="certifications", source_url="http://a.sg/b"),
        a_fact("bizSAFE 3; iso 9001", field="certifications", source_url="http://a.sg/a"),
        a_fact("5", source_url="http://a.sg/2"),
        a_fact("4", source_url="http://a.sg/1"),
    ]

    assert [(fact.value, fact.source_url) for fact in best_per_method(facts)] == [
        ("bizSAFE 3; iso 9001", "http://a.sg/a"),
        ("4", "http://a.sg/1"),
    ]


@given(st.lists(st.text(max_size=8)))
def test_a_list_can_be_taken_apart_again(items: list[str]) -> None:
    """Into the same list: nothing inside an item looks like what is between two."""
    value = join_values(items)

    assert join_values(split_values(value)) == value
    assert len({item.casefold() for item in split_values(value)}) == len(split_values(value))


def test_what_is_only_a_hint_leaves_its_field_open() -> None:
    """Nobody asks a model for what is settled."""
    known = [a_fact(), a_fact("maybe", field="summary", confidence=0.3)]

    assert "employees" not in open_fields(known)
    assert "summary" in open_fields(known)
    assert open_fields([]) == FIELDS
    assert set(FIELDS) >= LISTS
