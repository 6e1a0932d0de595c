"""Replies to a rep's message: answers questions from the tenant's data; other messages are requests for companies.

POST /chat and the agent protocol present the same messages.
"""

import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import UTC, datetime
from uuid import UUID

from common.contracts import RequestIndustry
from common.errors import OutcomeUnknown, Unavailable
from gateway.access.caller import Caller
from gateway.access.tenants import Tenant
from gateway.chat.conversation import Conversation, Message
from gateway.chat.intents import read_intent
from gateway.chat.markdown import as_markdown, as_text
from gateway.http.problems import UNAVAILABLE, Problem, outcome_unknown
from gateway.messaging import idempotency
from gateway.messaging.feed import Feed, next_fact
from gateway.messaging.requests import Requests
from gateway.questions.answering import Questions
from gateway.questions.answers import Answer
from gateway.settings import GatewaySettings

#: How long a reply waits for the leads' sync once every score has come.
SYNC_WAIT_S = 1.0
#: A reply with nothing to say yields `None` after this, so that its stream can show that it is alive.
PING_S = 15.0


class Replies:
    """Replies to messages, each as a stream of events that ends with `done` or `error`."""

    def __init__(self, settings: GatewaySettings, requests: Requests, feed: Feed, questions: Questions) -> None:
        self._settings = settings
        self._requests = requests
        self._feed = feed
        self._questions = questions

    async def reply(
        self,
        caller: Caller,
        tenant: Tenant,
        message: str,
        key: UUID,
        traceparent: str | None = None,
        *,
        since: datetime | None = None,
    ) -> AsyncGenerator[Message | None]:
        """Yields the events of the reply, and `None` after a while without one.

        `key` makes a repeat of the message the same request. `since` continues a reply that began then, on a replica
        that is gone: what was announced meanwhile is read from Kafka once more.
        """
        request_id = idempotency.request_id(key, tenant.tenant_id, "chat", message)
        intent = read_intent(message)
        if intent is not None:
            try:
                answer = await self._questions.answer(caller, intent, traceparent)
                for part in messages_of(answer, request_id):
                    yield part
            except OutcomeUnknown:
                yield error(outcome_unknown())
            except Unavailable:
                yield error(UNAVAILABLE)
            except Problem as problem:
                yield error(problem)
            return
        request = self._request(tenant, message, request_id)
        async with aclosing(self._follow(request, key, traceparent, since)) as events:
            async for event in events:
                yield event

    def _request(self, tenant: Tenant, message: str, request_id: UUID) -> RequestIndustry:
        settings, cap = self._settings, tenant.sync_limit
        return RequestIndustry(
            tenant_id=tenant.tenant_id,
            request_id=request_id,
            terms=[message],
            mode=settings.staging_upsert_mode,
            sync_limit=settings.upsert_sync_limit if cap is None else min(cap, settings.upsert_sync_limit),
            preferred=list(tenant.preferred),
        )

    async def _follow(
        self, request: RequestIndustry, key: UUID, traceparent: str | None, since: datetime | None
    ) -> AsyncGenerator[Message | None]:
        conversation = Conversation(request.request_id)
        with self._feed.listen(request.tenant_id, request.request_id) as facts:
            try:
                await self._requests.submit(request, traceparent)
            except OutcomeUnknown:
                yield error(outcome_unknown(key))
                return
            except Unavailable:
                yield error(UNAVAILABLE)
                return
            yield conversation.accept()
            patience_s = self._settings.chat_timeout_s
            if since is not None:
                patience_s = max(0.0, patience_s - (datetime.now(UTC) - since).total_seconds())
                for announced in await self._feed.replay(request.tenant_id, request.request_id, since):
                    for message in conversation.take(announced):
                        yield message
            deadline = time.monotonic() + patience_s
            while not conversation.is_over:
                now = time.monotonic()
                if conversation.is_scored:
                    deadline = min(deadline, now + SYNC_WAIT_S)
                if now >= deadline:
                    break
                fact = await next_fact(facts, within_s=min(deadline - now, PING_S))
                if fact is None:
                    yield None
                    continue
                for message in conversation.take(fact):
                    yield message
            yield conversation.close()


def messages_of(answer: Answer, request_id: UUID) -> list[Message]:
    """Builds the events of an answer."""
    text = as_text(answer.blocks)
    choices = [{"label": label} for label in answer.choices]
    answered = {"topic": answer.topic, "text": text, "markdown": as_markdown(answer.blocks), "choices": choices}
    events = [Message("answer", answered)]
    if answer.proposal is not None:
        icp, current = answer.proposal.wanted.model_dump(), answer.proposal.current.model_dump()
        events.append(Message("confirm", {"question": text, "choices": choices, "icp": icp, "current": current}))
    done = {"request_id": str(request_id), "job_id": None, "remaining": None, "notice": text}
    return [*events, Message("done", done)]


def error(problem: Problem) -> Message:
    """Builds the event that ends a reply with a problem."""
    return Message("error", problem.document())
