"""POST /chat: a rep's words in, a stream of server-sent events out."""

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any, cast, get_args
from uuid import UUID

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, Field
from starlette.types import Send

from common.contracts import RequestIndustry
from common.errors import OutcomeUnknown, Unavailable
from common.ids import new_id
from gateway import idempotency
from gateway.chat.conversation import Conversation, Message, Name
from gateway.dependencies import TOO_MANY, CurrentTenant, Dependencies, Deps, IdempotencyKey, Phrase, Traceparent
from gateway.feed import next_fact
from gateway.problems import UNAVAILABLE, Problem, outcome_unknown

#: The first bytes of a stream: a comment, which clients skip. It promises nothing.
RECEIVED = b": received\n\n"
#: How long a stream waits for the leads' sync once every score has come.
SYNC_WAIT_S = 1.0
#: A silent stream sends a comment after this, before a proxy takes it for broken.
PING_S = 15.0

#: The stream in the terms of OpenAPI 3.2.
EVENTS: dict[str, Any] = {
    "description": "Events, each with a JSON object as its data",
    "content": {
        "text/event-stream": {
            "itemSchema": {
                "type": "object",
                "properties": {"event": {"type": "string", "enum": get_args(Name)}, "data": {"type": "string"}},
            }
        }
    },
}

router = APIRouter()


class ChatRequest(BaseModel):
    """A rep's message."""

    message: Phrase = Field(examples=["Manufacturing"])


class Stream(StreamingResponse):
    """Server-sent events from an async generator, which is closed when the rep leaves.

    FastAPI's own response has tasks and queues for each stream, which take a third of the time to the first byte.
    """

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        async with aclosing(cast(AsyncGenerator[bytes, None], self.body_iterator)):
            await super().stream_response(send)


@router.post("/chat", response_class=Stream, responses={200: EVENTS, **TOO_MANY})
async def chat(
    body: ChatRequest,
    tenant: CurrentTenant,
    deps: Deps,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> StreamingResponse:
    """Streams `accepted`, `resolved`, `head`, perhaps `refine`, a `company` per stage that one reaches, and `done`; or
    `error`.

    `accepted` comes once the request is durable. A stream that breaks before it leaves that open: send the request
    again with the same `Idempotency-Key`.
    """
    await deps.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    settings, cap = deps.settings, tenant.sync_limit
    key = idempotency_key or new_id()
    request = RequestIndustry(
        tenant_id=tenant.tenant_id,
        request_id=idempotency.request_id(key, tenant.tenant_id, "chat", body.message),
        terms=[body.message],
        mode=settings.staging_upsert_mode,
        sync_limit=settings.upsert_sync_limit if cap is None else min(cap, settings.upsert_sync_limit),
        preferred=list(tenant.preferred),
    )
    # Proxies must neither cache the stream nor buffer it.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no", "Idempotency-Key": str(key)}
    return Stream(_stream(request, key, deps, traceparent), headers=headers)


async def _stream(
    request: RequestIndustry, key: UUID, deps: Dependencies, traceparent: str | None
) -> AsyncGenerator[bytes, None]:
    conversation = Conversation(request.request_id)
    with deps.feed.listen(request.tenant_id, request.request_id) as facts:
        yield RECEIVED
        try:
            await deps.requests.submit(request, traceparent)
        except OutcomeUnknown:
            yield _error(outcome_unknown(key))
            return
        except Unavailable:
            yield _error(UNAVAILABLE)
            return
        yield _sse(conversation.accept())
        deadline = time.monotonic() + deps.settings.chat_timeout_s
        while not conversation.is_over:
            now = time.monotonic()
            if conversation.is_scored:
                deadline = min(deadline, now + SYNC_WAIT_S)
            if now >= deadline:
                break
            fact = await next_fact(facts, within_s=min(deadline - now, PING_S))
            if fact is None:
                yield KEEPALIVE_COMMENT
                continue
            for message in conversation.take(fact):
                yield _sse(message)
        yield _sse(conversation.close())


def _error(problem: Problem) -> bytes:
    return _sse(Message("error", problem.document()))


def _sse(message: Message) -> bytes:
    return format_sse_event(event=message.name, data_str=json.dumps(message.data))
