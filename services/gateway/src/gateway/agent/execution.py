"""The execution of one run: its input becomes a state of the thread, its reply events and another state."""

from collections.abc import Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from common.contracts import Icp
from common.ids import new_id
from common.postgres import Connection, Database
from gateway.access.caller import Caller
from gateway.access.tenants import Tenants
from gateway.agent import runs, threads
from gateway.agent.presentation import Piece, Presentation
from gateway.agent.protocol import Human
from gateway.agent.runs import NewEvent, Run, RunStatus
from gateway.agent.states import Checkpoint, chunk, custom, interrupts, last_text, messages_at, values, without_details
from gateway.chat.conversation import Message
from gateway.chat.intents import read_consent
from gateway.http.problems import Problem
from gateway.questions import answers
from gateway.questions.answering import Questions
from gateway.questions.answers import Answer
from gateway.replies import Replies, messages_of

#: Runs that are older are ended instead of continued: their facts are too far back in Kafka.
OLDEST = timedelta(hours=1)

STALE = "The reply was interrupted. Your request was still executed: its leads are in the lists."


class Services(NamedTuple):
    """Parts of the gateway that an execution uses."""

    database: Database
    tenants: Tenants
    replies: Replies
    questions: Questions


class Execution:
    """One run: its input becomes a state, and its reply becomes events and another state."""

    def __init__(
        self, services: Services, publish: Callable[[UUID], None], tenant_id: int, run: Run, *, is_new: bool
    ) -> None:
        self._services = services
        self._publish = publish
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
        self._publish(run.run_id)
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
                answer = await self._decided(before.proposal, decision)
            except Problem as problem:
                answer = answers.saying("change_icp", f"{problem.title}: {problem.detail}")
        for message in messages_of(answer, self._run.run_id):
            await self._send(message)

    async def _decided(self, proposal: dict[str, Any], decision: dict[str, Any]) -> Answer:
        """Executes or cancels a change of the ICP, as the rep has decided."""
        questions, current = self._services.questions, Icp(**proposal["current"])
        if decision["type"] in ("approve", "accept"):
            return await questions.change(self._caller, current, Icp(**proposal["wanted"]))
        if decision["type"] == "edit":
            return await questions.change_to(self._caller, current, decision["args"])
        return answers.NOT_CHANGED

    async def _reply(self, messages: Sequence[dict[str, Any]]) -> None:
        text = last_text(messages)
        if not text:
            said = answers.saying("job_status", "I can only read text. Name an industry, such as Manufacturing.")
            await self._type(self._shown.say(said.blocks))
        elif self._since is not None and datetime.now(UTC) - self._since > OLDEST:
            await self._type(self._shown.say(answers.saying("job_status", STALE).blocks))
        else:
            try:
                tenant = await self._services.tenants.admit(self._tenant_id)
                reply = self._services.replies.reply(self._caller, tenant, text, self._run.run_id, since=self._since)
                async with aclosing(reply) as events:
                    async for message in events:
                        if message is not None:
                            await self._send(message)
            except Problem as problem:  # the tenant was switched off meanwhile
                said = answers.saying("job_status", f"{problem.title}: {problem.detail}")
                await self._type(self._shown.say(said.blocks))

    async def _send(self, message: Message) -> None:
        """Streams an event of the reply unchanged, and the pieces of messages that follow from it."""
        named = [str(message.data[it]) for it in ("stage", "uen") if it in message.data]
        # "told": a reply that the last version began has such keys in agent_events.
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
        self._publish(run.run_id)

    async def _end(self, parent: UUID, messages: list[dict[str, Any]], *, is_silent: bool = False) -> None:
        """Stores the run's last state with its last events, so that they are stored before any stream of it ends."""
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
        self._publish(run.run_id)

    def _transaction(self) -> Any:
        return self._services.database.transaction(self._tenant_id)


def human_message(run: Run) -> dict[str, Any]:
    human = Human(**run.input["human"])
    return {"id": human.id or str(run.run_id), "type": "human", "content": human.content}
