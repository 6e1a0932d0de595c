"""The depth of JSON, found without parsing it."""

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.access.json_depth import MAX_DEPTH, is_too_deep

VALUES = st.recursive(
    st.none() | st.integers() | st.text(alphabet='[]{}"\\ax\n'),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(alphabet='[{"\\b'), inner, max_size=3),
    max_leaves=12,
)


def depth_of(value: object) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth_of, value.values()), default=0)
    return 1 + max(map(depth_of, value), default=0) if isinstance(value, list) else 0


@given(value=VALUES, limit=st.integers(0, 6), is_ascii=st.booleans())
def test_the_depth_is_that_of_the_value(value: object, limit: int, is_ascii: bool) -> None:
    """Brackets in texts and names do not count, and half a pair of quotes misleads nothing."""
    body = json.dumps(value, ensure_ascii=is_ascii).encode()
    assert is_too_deep(body, limit) == (depth_of(value) > limit)


@given(body=st.binary() | st.text(alphabet='[]{}"\\,:x').map(str.encode))
def test_any_bytes_have_an_answer(body: bytes) -> None:
    """Any bytes have an answer: what is no JSON is not too deep, unless its brackets are."""
    assert not is_too_deep(body, len(body))


LARGEST = [
    b"[" * 262_144,
    b'{"a":' * 52_000,
    b"[]" * 131_072,
    b'"' * 262_144,
    b"[" * 65 + b'"\\"' * 80_000,
    b"[" * 65 + b'\\"' * 131_000,
]


@pytest.mark.parametrize("body", LARGEST)
def test_the_largest_body_is_looked_through_in_no_time(body: bytes) -> None:
    """Processor time grows with the length, not with its square."""
    began = time.process_time()
    is_too_deep(body)
    assert time.process_time() - began < 5


def test_the_limit_is_one_that_a_parser_can_bear() -> None:
    """At the limit it is parsed, above it is refused."""
    body = b"[" * MAX_DEPTH + b"]" * MAX_DEPTH
    assert not is_too_deep(body)
    assert depth_of(json.loads(body)) == MAX_DEPTH
    assert is_too_deep(b"[" + body + b"]")
