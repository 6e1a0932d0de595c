"""What a service has composed is no longer searched for garbage; what it makes later is."""

import gc
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from common.service import gc_frozen


class Node:
    """One end of a cycle."""

    def __init__(self) -> None:
        self.me = self


@asynccontextmanager
async def composed(closed: list[bool]) -> AsyncIterator[Node]:
    try:
        yield Node()
    finally:
        closed.append(True)


async def test_composed_parts_are_left_out_until_they_are_closed() -> None:
    closed: list[bool] = []
    try:
        async with gc_frozen(composed(closed)) as part:
            assert part.me is part
            assert gc.get_freeze_count() > 0
            assert not any(it is part for it in gc.get_objects())
            later = Node()
            assert any(it is later for it in gc.get_objects())
    finally:
        gc.unfreeze()
    assert closed == [True]
