"""Executes runs in separate tasks, so that a run continues when its client leaves.

Everything that a run says is stored before a client reads it. A run whose replica is gone is taken over by the replica
where somebody asks for it: the request is sent again under the same id, which does nothing twice, the facts that were
announced meanwhile are read from Kafka once more, and what was said already is not said again.
"""

import asyncio
from collections.abc import AsyncGenerator
from types import TracebackType
from typing import Self
from uuid import UUID

import structlog

from common.background import is_set_within
from common.errors import Unavailable
from common.postgres import Connection, Database
from gateway.access.caller import Caller
from gateway.access.tenants import Tenants
from gateway.agent import new_runs, runs, threads
from gateway.agent.execution import Execution, Services
from gateway.agent.leases import held
from gateway.agent.protocol import RunRequest
from gateway.agent.runs import ClaimLost, Run, StoredEvent
from gateway.agent.states import interrupts, messages_at, values
from gateway.http.problems import Problem
from gateway.questions.answering import Questions
from gateway.replies import Replies

log = structlog.get_logger(__name__)

#: Seconds between two looks for news of a run: at most for one that is executed here, and for one of another replica.
NEARBY_S, ELSEWHERE_S = 5.0, 0.3

#: In place of the news of a run that is not executed here.
_NOBODY, _NEVER = asyncio.Event(), asyncio.Event()


class Agent:
    """The runs of this replica, executed inside its `async with`. Its end hands them to other replicas."""

    def __init__(self, database: Database, tenants: Tenants, replies: Replies, questions: Questions) -> None:
        self._services = Services(database, tenants, replies, questions)
        self._tasks: dict[UUID, asyncio.Task[None]] = {}
        self._news: dict[UUID, asyncio.Event] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def begin(self, caller: Caller, thread_id: UUID, request: RunRequest) -> Run:
        """Creates the run of a request and begins it. If the message has a run already, that one is returned.

        Raises Problem 404 and 409, and Unavailable.
        """
        async with self._services.database.transaction(caller.tenant_id) as tx:
            run, is_new = await new_runs.create(tx, caller, thread_id, request)
        if is_new:
            self._execute(caller.tenant_id, run, is_new=True)
        return run

    async def find(self, caller: Caller, thread_id: UUID, run_id: UUID) -> Run:
        """Finds a run. Raises Problem 404, and Unavailable."""
        async with self._services.database.transaction(caller.tenant_id) as tx:
            run = await runs.find(tx, run_id, thread_id, caller.subject)
        if run is None:
            raise Problem(404, "No such run", f"Thread {thread_id} has no run {run_id}.")
        return run

    async def resume_abandoned(self, caller: Caller, thread_id: UUID, *, within_s: float) -> None:
        """Continues the thread's runs whose replicas are gone, and waits for them up to a time limit."""
        async with self._services.database.transaction(caller.tenant_id) as tx:
            left = await runs.unfinished(tx, thread_id, 2**63 - 1)
        orphans = [run for run in left if run.is_orphan and run.subject == caller.subject]
        tasks = [self._tasks[run.run_id] for run in orphans if await self._is_taken(caller.tenant_id, run)]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def events(self, caller: Caller, run: Run, after: int) -> AsyncGenerator[StoredEvent | None]:
        """Yields the events of a run after a number until it has ended, and `None` while there is nothing new.

        Of a run whose events are deleted already, yields its last state.
        """
        has_all = after == 0
        while True:
            news = self._news.get(run.run_id)
            async with self._services.database.transaction(caller.tenant_id) as tx:
                # Its status first: of a run that was over then, all events are there.
                current = await runs.find(tx, run.run_id, run.thread_id, caller.subject)
                found = await runs.events_after(tx, run.run_id, after)
                if current is None:
                    return
                if current.is_over and not found and has_all:
                    found = [StoredEvent(1, "values", await _last_values(tx, run))]
            for event in found:
                after, has_all = event.number, False
                yield event
            if current.is_over:
                return
            if current.is_orphan:
                await self._is_taken(caller.tenant_id, current)
            if not found:
                yield None
            await _wait(news)

    async def _is_taken(self, tenant_id: int, run: Run) -> bool:
        """Takes over a run whose lease has ended. Returns whether it is now executed here."""
        if run.run_id in self._tasks:
            return True
        async with self._services.database.transaction(tenant_id) as tx:
            claim = await runs.take_over(tx, run.run_id)
        if claim is None:
            return False
        log.info("run_taken_over", run_id=str(run.run_id), claim=claim)
        self._execute(tenant_id, run._replace(claim=claim), is_new=False)
        return True

    def _execute(self, tenant_id: int, run: Run, *, is_new: bool) -> None:
        self._news[run.run_id] = asyncio.Event()
        task = asyncio.create_task(self._run(tenant_id, run, is_new=is_new), name=f"run {run.run_id}")
        self._tasks[run.run_id] = task

        def forget(done: asyncio.Task[None]) -> None:
            self._tasks.pop(run.run_id, None)
            self._news.pop(run.run_id, _NOBODY).set()
            if not done.cancelled() and (error := done.exception()) is not None:
                log.error("run_failed", run_id=str(run.run_id), exc_info=error)

        task.add_done_callback(forget)

    async def _run(self, tenant_id: int, run: Run, *, is_new: bool) -> None:
        """Executes a run. If the database or Kafka is away, the next request for it after its lease continues it."""
        try:
            async with held(self._services.database, tenant_id, run):
                await self._turn(tenant_id, run)
                await Execution(self._services, self._publish, tenant_id, run, is_new=is_new).run()
        except (Unavailable, ClaimLost) as error:
            log.warning("run_left", run_id=str(run.run_id), error=str(error))

    async def _turn(self, tenant_id: int, run: Run) -> None:
        """Waits until the thread's earlier runs have ended."""
        while True:
            async with self._services.database.transaction(tenant_id) as tx:
                earlier = await runs.unfinished(tx, run.thread_id, run.number)
            if not earlier:
                return
            news = self._news.get(earlier[0].run_id)
            if earlier[0].is_orphan:
                await self._is_taken(tenant_id, earlier[0])
            await _wait(news)

    def _publish(self, run_id: UUID) -> None:
        """Notifies the readers on this replica of new events."""
        self._news.pop(run_id, _NOBODY).set()
        self._news[run_id] = asyncio.Event()


async def _wait(news: asyncio.Event | None) -> None:
    """Waits for news of a run on this replica, or a moment for a run on another one."""
    await is_set_within(news or _NEVER, ELSEWHERE_S if news is None else NEARBY_S)


async def _last_values(tx: Connection, run: Run) -> str:
    known = {it.checkpoint_id: it for it in await threads.checkpoints(tx, run.thread_id)}
    last = [it for it in known.values() if it.run_id == run.run_id][-1]
    return values(messages_at(last.checkpoint_id, known), interrupts(last))
