"""Executes runs, in tasks of their own: a client that leaves does not end its run.

Everything that a run says is stored before a client reads it. A run whose replica is gone is taken over by the replica
where somebody asks for it: the request is sent again under the same id, which does nothing twice, the facts that were
announced meanwhile are read from Kafka once more, and what was said already is not said again.
"""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import structlog

from common.contracts import Icp
from common.errors import Unavailable
from common.ids import new_id
from common.postgres import Connection, Database
from gateway.access.caller import Caller
from gateway.access.tenants import Tenants
from gateway.agent import runs, threads
from gateway.agent.presentation import Piece, Presentation
from gateway.agent.protocol import ASSISTANT_ID, GRAPH_ID, NOT_READ, Human, RunRequest, human_in, is_end
from gateway.agent.runs import ClaimLost, NewEvent, Run, RunStatus, StoredEvent
from gateway.agent.states import Checkpoint, chunk, custom, interrupts, messages_at, values, without_details
from gateway.chat.conversation import Message
from gateway.chat.intents import read_consent
from gateway.http.problems import Problem
from gateway.questions import answers
from gateway.questions.answering import Questions
from gateway.questions.answers import Answer
from gateway.replies import Replies, messages_of

log = structlog.get_logger(__name__)

#: Seconds between two looks for news of a run: at most for one that is executed here, and for one of another replica.
NEARBY_S, ELSEWHERE_S = 5.0, 0.3

#: Runs that are older are ended instead of continued: their facts are too far back in Kafka.
OLDEST = timedelta(hours=1)

STALE = "The reply was interrupted. Your request was still executed: its leads are in the lists."


#: In place of the news of a run that is not executed here.
_NOBODY, _NEVER = asyncio.Event(), asyncio.Event()


class Agent:
    """The runs of this replica. Inside its `async with`, they are executed; leaving it hands them to other replicas."""

    def __init__(self, database: Database, tenants: Tenants, replies: Replies, questions: Questions) -> None:
        self._database = database
        self._tenants = tenants
        self._replies = replies
        self._questions = questions
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
        """Creates the run of a request and begins it; a message that has a run already gets that one.

        Raises Problem 404 and 409, and Unavailable.
        """
        human, checkpoint_id = human_in(request.input), _checkpoint_id(request)
        given = {
            "human": None if human is None else human._asdict(),
            "decision": _decision(request),
            "leaves": is_end(request.command),
            "checkpoint_id": checkpoint_id,
            "role": caller.role,
            "source": caller.source,
        }
        run_id = new_id()
        async with self._database.transaction(caller.tenant_id) as tx:
            if request.if_not_exists == "create":
                await threads.create(tx, caller.subject, thread_id, {})
            if not await threads.lock(tx, caller.subject, thread_id):
                raise unknown_thread(thread_id)
            if human is not None and human.id is not None:
                known = await runs.of_message(tx, thread_id, human.id)
                if known is not None:
                    return known
            _check_room(await runs.count(tx, thread_id))
            await _check_checkpoint(tx, thread_id, checkpoint_id)
            await runs.forget_old_events(tx)
            await runs.create(tx, run_id, thread_id, human.id if human else None, given)
            await threads.stamp(tx, thread_id, {"graph_id": GRAPH_ID, "assistant_id": str(ASSISTANT_ID)})
            run = await runs.find(tx, run_id, thread_id, caller.subject)
        assert run is not None  # noqa: S101 # created above
        self._execute(caller.tenant_id, run, is_new=True)
        return run

    async def find(self, caller: Caller, thread_id: UUID, run_id: UUID) -> Run:
        """Finds a run. Raises Problem 404, and Unavailable."""
        async with self._database.transaction(caller.tenant_id) as tx:
            run = await runs.find(tx, run_id, thread_id, caller.subject)
        if run is None:
            raise Problem(404, "No such run", f"Thread {thread_id} has no run {run_id}.")
        return run

    async def resume_abandoned(self, caller: Caller, thread_id: UUID, *, within_s: float) -> None:
        """Continues the thread's runs whose replicas are gone, and waits for them for so long at most."""
        async with self._database.transaction(caller.tenant_id) as tx:
            left = await runs.unfinished(tx, thread_id, 2**63 - 1)
        orphans = [run for run in left if run.is_orphan and run.subject == caller.subject]
        tasks = [self._tasks[run.run_id] for run in orphans if await self._is_taken(caller.tenant_id, run)]
        if tasks:
            await asyncio.wait(tasks, timeout=within_s)

    async def events(self, caller: Caller, run: Run, after: int) -> AsyncGenerator[StoredEvent | None]:
        """Yields the events of a run after a number until it is over, and `None` while there is nothing new.

        Of a run whose events are deleted already, yields its last state.
        """
        has_all = after == 0
        while True:
            news = self._news.get(run.run_id)
            async with self._database.transaction(caller.tenant_id) as tx:
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
        """Takes over a run whose lease is over. Returns whether it is executed here now."""
        if run.run_id in self._tasks:
            return True
        async with self._database.transaction(tenant_id) as tx:
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
        """Executes a run. If the database or Kafka is away, leaves it to whoever asks for it when its lease is over."""
        try:
            async with self._lease(tenant_id, run):
                await self._turn(tenant_id, run)
                await _Execution(self, tenant_id, run, is_new=is_new).run()
        except (Unavailable, ClaimLost) as error:
            log.warning("run_left", run_id=str(run.run_id), error=str(error))

    @asynccontextmanager
    async def _lease(self, tenant_id: int, run: Run) -> Any:
        """Extends the lease while the block runs; a block that is left early gives the run back at once."""

        async def extend() -> None:
            while True:
                await asyncio.sleep(runs.LEASE.total_seconds() / 4)
                try:
                    async with self._database.transaction(tenant_id) as tx:
                        await runs.extend(tx, run)
                except Unavailable as error:
                    log.warning("run_lease_not_extended", run_id=str(run.run_id), error=str(error))

        extending = asyncio.create_task(extend(), name=f"lease of run {run.run_id}")
        try:
            yield
        except asyncio.CancelledError:
            async with self._database.transaction(tenant_id) as tx:
                await runs.extend(tx, run, by=timedelta())
            raise
        finally:
            extending.cancel()
            await asyncio.gather(extending, return_exceptions=True)

    async def _turn(self, tenant_id: int, run: Run) -> None:
        """Waits until the thread's earlier runs are over."""
        while True:
            async with self._database.transaction(tenant_id) as tx:
                earlier = await runs.unfinished(tx, run.thread_id, run.number)
            if not earlier:
                return
            news = self._news.get(earlier[0].run_id)
            if earlier[0].is_orphan:
                await self._is_taken(tenant_id, earlier[0])
            await _wait(news)

    def publish(self, run_id: UUID) -> None:
        """Tells the readers here that there are events."""
        self._news.pop(run_id, _NOBODY).set()
        self._news[run_id] = asyncio.Event()

    @property
    def database(self) -> Database:
        """The database of runs."""
        return self._database

    async def reply(self, caller: Caller, run: Run, text: str, since: datetime | None) -> AsyncGenerator[Any]:
        """Yields the events of the reply to a text."""
        tenant = await self._tenants.admit(caller.tenant_id)
        async with aclosing(self._replies.reply(caller, tenant, text, run.run_id, since=since)) as events:
            async for message in events:
                yield message

    async def decide(self, caller: Caller, proposal: dict[str, Any], decision: dict[str, Any]) -> Answer:
        """Makes or leaves a change of the ICP, as the rep has decided."""
        current = Icp(**proposal["current"])
        if decision["type"] in ("approve", "accept"):
            return await self._questions.change(caller, current, Icp(**proposal["wanted"]))
        if decision["type"] == "edit":
            return await self._questions.change_to(caller, current, decision["args"])
        return answers.NOT_CHANGED


class _Execution:
    """One run: its input becomes a state, its reply events and another state."""

    def __init__(self, agent: Agent, tenant_id: int, run: Run, *, is_new: bool) -> None:
        self._agent = agent
        self._tenant_id = tenant_id
        self._run = run
        self._since = None if is_new else run.created_at
        self._caller = Caller(run.subject, tenant_id, run.input["role"], run.input["source"])
        self._shown = Presentation(run.run_id)

    async def run(self) -> None:
        """Executes the run to its end. Raises Unavailable and ClaimLost."""
        parent, before, messages = await self._start()
        given = self._run.input
        decision = given["decision"]
        if before.proposal is not None and decision is None and given["human"] is not None:
            consent = read_consent(given["human"]["text"])
            decision = None if consent is None else {"type": "approve" if consent else "reject"}
        if given["leaves"]:
            await self._end(parent, messages, is_silent=True)
            return
        if decision is not None:
            await self._decide(before, decision)
        else:
            await self._reply(messages)
        await self._end(parent, messages)

    async def _start(self) -> tuple[UUID, Checkpoint, list[dict[str, Any]]]:
        """Stores the input's state. Returns it, the state that the run begins from, and the messages."""
        run, given = self._run, self._run.input
        async with self._transaction() as tx:
            await runs.set_status(tx, run, "running")  # first, so that nothing is stored of a thread deleted meanwhile
            known = {it.checkpoint_id: it for it in await threads.checkpoints(tx, run.thread_id)}
            own = next((it for it in known.values() if it.run_id == run.run_id), None)
            if own is not None and own.parent_id is not None:
                before, parent = known[own.parent_id], own.checkpoint_id
            else:
                before = await self._before(tx, known)
                parent = before.checkpoint_id
                if given["human"] is not None:
                    parent, message = new_id(), human_message(run)
                    await threads.add(
                        tx, run.thread_id, parent, parent_id=before.checkpoint_id, run_id=run.run_id, messages=[message]
                    )
                    known[parent] = Checkpoint(
                        parent, before.checkpoint_id, run.run_id, [message], None, datetime.now(UTC)
                    )
            messages = messages_at(parent, known)
            metadata = NewEvent("metadata", "metadata", f'{{"run_id": "{run.run_id}", "attempt": 1}}')
            await runs.write(tx, run, [metadata, NewEvent("input", "values", values(messages))])
        self._agent.publish(run.run_id)
        return parent, before, messages

    async def _before(self, tx: Connection, known: dict[UUID, Checkpoint]) -> Checkpoint:
        """Finds the state that the run begins from: the given one, else the newest. The first run makes the root."""
        run = self._run
        if run.input["checkpoint_id"] is not None:
            return known[UUID(run.input["checkpoint_id"])]
        if known:
            return list(known.values())[-1]
        root = Checkpoint(new_id(run.created_at - timedelta(seconds=1)), None, None, [], None, run.created_at)
        await threads.add(tx, run.thread_id, root.checkpoint_id)
        known[root.checkpoint_id] = root
        return root

    async def _decide(self, before: Checkpoint, decision: dict[str, Any]) -> None:
        if before.proposal is None:
            answer = answers.saying("change_icp", "There is nothing to decide: no question is open here.")
        else:
            try:
                answer = await self._agent.decide(self._caller, before.proposal, decision)
            except Problem as problem:
                answer = answers.saying("change_icp", f"{problem.title}: {problem.detail}")
        for message in messages_of(answer, self._run.run_id):
            await self._tell(message)

    async def _reply(self, messages: Sequence[dict[str, Any]]) -> None:
        text = _last_text(messages)
        if not text:
            said = answers.saying("job_status", "I can only read text. Name an industry, such as Manufacturing.")
            await self._type(self._shown.say(said.blocks))
        elif self._since is not None and datetime.now(UTC) - self._since > OLDEST:
            await self._type(self._shown.say(answers.saying("job_status", STALE).blocks))
        else:
            try:
                async with aclosing(self._agent.reply(self._caller, self._run, text, self._since)) as events:
                    async for message in events:
                        if message is not None:
                            await self._tell(message)
            except Problem as problem:  # the tenant was switched off meanwhile
                said = answers.saying("job_status", f"{problem.title}: {problem.detail}")
                await self._type(self._shown.say(said.blocks))

    async def _tell(self, message: Message) -> None:
        """Streams an event of the reply as it is, and what is typed for it."""
        named = [str(message.data[it]) for it in ("stage", "uen") if it in message.data]
        event = NewEvent(" ".join(["told", message.name, *named]), "custom", custom(*message))
        await self._type(self._shown.take(message), event)

    async def _type(self, pieces: Sequence[Piece], *before: NewEvent) -> None:
        run = self._run
        typed = [
            NewEvent(f"typed {it.key}", "messages", chunk(it.message_id, it.text, run_id=run.run_id)) for it in pieces
        ]
        events = [*before, *typed]
        if not events:
            return
        async with self._transaction() as tx:
            await runs.write(tx, run, events)
        self._agent.publish(run.run_id)

    async def _end(self, parent: UUID, messages: list[dict[str, Any]], *, is_silent: bool = False) -> None:
        """Stores the run's last state with its last events: they are there before any stream of it ends."""
        run, said = self._run, [] if is_silent else self._shown.messages
        proposal = None
        if self._shown.confirm is not None:
            proposal = {
                "question": self._shown.messages[-1]["content"],
                "wanted": self._shown.confirm["icp"],
                "current": self._shown.confirm["current"],
            }
        last = Checkpoint(new_id(), parent, run.run_id, said, proposal, datetime.now(UTC))
        waiting = interrupts(last)
        status: RunStatus = "interrupted" if waiting else "error" if self._shown.failed else "success"
        async with self._transaction() as tx:
            await runs.set_status(tx, run, status)
            await threads.add(
                tx,
                run.thread_id,
                last.checkpoint_id,
                parent_id=parent,
                run_id=run.run_id,
                messages=said,
                proposal=proposal,
            )
            await threads.stamp(tx, run.thread_id, {})
            shown = [*messages, *without_details(said)]
            await runs.write(tx, run, [NewEvent("state", "values", values(shown, waiting))])
        self._agent.publish(run.run_id)

    def _transaction(self) -> Any:
        return self._agent.database.transaction(self._tenant_id)


async def _wait(news: asyncio.Event | None) -> None:
    """Waits for news of a run that is executed here, or a moment for one of another replica."""
    try:
        await asyncio.wait_for((news or _NEVER).wait(), ELSEWHERE_S if news is None else NEARBY_S)
    except TimeoutError:
        return


async def _last_values(tx: Connection, run: Run) -> str:
    known = {it.checkpoint_id: it for it in await threads.checkpoints(tx, run.thread_id)}
    last = [it for it in known.values() if it.run_id == run.run_id][-1]
    return values(messages_at(last.checkpoint_id, known), interrupts(last))


def unknown_thread(thread_id: UUID) -> Problem:
    """Builds the answer for a thread that the caller does not have."""
    return Problem(404, "No such thread", f"You have no thread {thread_id}.")


def _decision(request: RunRequest) -> dict[str, Any] | None:
    if request.command is None or request.command.resume is None:
        return None
    decision = request.command.resume.decisions[0]
    return {"type": decision.type, "args": decision.edited_action.args if decision.edited_action else {}}


def _checkpoint_id(request: RunRequest) -> str | None:
    given = request.checkpoint.checkpoint_id if request.checkpoint else None
    given = given or request.checkpoint_id
    return str(given) if given else None


def _check_room(held: runs.Counts) -> None:
    if held.open >= runs.MAX_OPEN:
        raise Problem(409, "Too many open runs", f"{held.open} messages of this thread wait for a reply.")
    if held.runs >= runs.MAX_RUNS:
        raise Problem(409, "Thread full", f"A thread has {runs.MAX_RUNS} messages at most. Begin a new one.")


async def _check_checkpoint(tx: Connection, thread_id: UUID, checkpoint_id: str | None) -> None:
    if checkpoint_id is None:
        return
    known = await threads.checkpoints(tx, thread_id)
    if all(str(it.checkpoint_id) != checkpoint_id for it in known):
        raise Problem(404, "No such checkpoint", f"Thread {thread_id} has no checkpoint {checkpoint_id}.")


def human_message(run: Run) -> dict[str, Any]:
    human = Human(**run.input["human"])
    return {"id": human.id or str(run.run_id), "type": "human", "content": human.content}


def _last_text(messages: Sequence[dict[str, Any]]) -> str:
    """Returns the text of the rep's last message, without the remarks on its attachments."""
    for message in reversed(messages):
        if message["type"] == "human":
            content = message["content"]
            parts = [content] if isinstance(content, str) else [block["text"] for block in content]
            return " ".join(part for part in parts if not NOT_READ.fullmatch(part)).strip()
    return ""
