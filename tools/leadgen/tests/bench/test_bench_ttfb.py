"""The first byte of the bare endpoint that ours is compared with, and what a client makes of it."""

from collections.abc import AsyncIterator

import pytest

from leadgen.bench.cases.gateway.ttfb import TEXTS, NoFirstByte, bare_endpoint, figures, measured, times_of


@pytest.fixture(scope="module")
async def bare(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with bare_endpoint(tmp_path_factory.mktemp("bare")) as url:
        yield url


async def test_the_bare_endpoint_answers_every_text(bare: str) -> None:
    """Whether its client reads on to the end or leaves."""
    times = [await times_of(bare, "token", text, to_the_end=end) for text in TEXTS for end in (True, False)]
    assert all(0 < first <= accepted for first, accepted in times)


async def test_places_take_turns_and_are_asked_alike(bare: str) -> None:
    """Places take turns and are asked alike, so many rounds of so many clients at each."""
    taken = await measured({"ours": bare, "bare": bare}, ["token"], rounds=4, clients=10)
    assert {name: len(times) for name, times in taken.items()} == {"ours": 40, "bare": 40}
    found = figures(taken)
    assert found["ratio"] == pytest.approx(found["ours_p95_ms"] / found["bare_p95_ms"], abs=0.02)
    assert 0 < found["ours_p50_ms"] <= found["ours_p95_ms"]
    assert found["ours_p95_ms"] <= found["accepted_ours_p95_ms"]


async def test_an_answer_without_events_is_not_measured(bare: str) -> None:
    """A refusal would be fast."""
    with pytest.raises(NoFirstByte, match="404"):
        await times_of(f"{bare}/nowhere", "token", "Manufacturing")
