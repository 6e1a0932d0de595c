"""The rates of the bench of inbox and outbox: of what grows while it is watched, and of nothing else."""

import pytest

from leadgen.bench.cases.spine import SENT, NotDone, growth


async def test_what_stands_still_is_said_to() -> None:
    """After as long as it was given."""
    with pytest.raises(NotDone, match="sent_total was to grow by 5: not within 0 s"):
        await growth(SENT, before=1e6, count=5, within_s=0)


async def test_what_came_at_once_has_no_rate() -> None:
    """None is better than a made-up one."""
    with pytest.raises(NotDone, match="more events"):
        await growth(SENT, before=-1e6, count=5, within_s=20)
