"""A waker for tests that run workers without a whole runtime."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import timedelta

from common.contracts import Lane
from common.delivery.inbox import Inbox
from common.delivery.inbox.waker import Waker
from common.handling.workers import LaneWorkers
from common.postgres import Database


class _Everyone:
    """The workers of one topic and lane, in all replicas."""

    def __init__(self) -> None:
        self.workers: list[LaneWorkers] = []

    def wake(self) -> None:
        for workers in self.workers:
            workers.wake()


def waker_of(workers: Iterable[LaneWorkers], database: Database, inbox: Inbox) -> Waker:
    """The one waker of these workers; its `run` is to be started."""
    sleepers: defaultdict[tuple[str, Lane], _Everyone] = defaultdict(_Everyone)
    for it in workers:
        sleepers[it.topic, it.lane].workers.append(it)
    return Waker(database, inbox, sleepers, patience=timedelta(0))
