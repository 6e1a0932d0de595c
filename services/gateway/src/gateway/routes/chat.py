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
from gateway.conversation import Conversation, Message, Name
from gateway.feed import next_fact
from gateway.parts import TOO_MANY, IdempotencyKey, InParts, OfTenant, Parts, Phrase, Traceparent
from gateway.problems import UNAVAILABLE, Problem, outcome_unknown

#: The first bytes of a stream, a comment that clients pass over: words were received, and nothing is promised yet.
RECEIVED = b": received\n\n"
#: How long a rep waits for the last words (where the leads stand in Odoo) once every score is there.
LAST_WORDS_S = 1.0
#: A silent stream says so after this, before something between us and the rep takes it for broken.
PING_S = 15.0

#: What OpenAPI 3.2 says of a stream.
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
    """What a rep types."""

    message: Phrase = Field(examples=["Manufacturing"])


class Stream(StreamingResponse):
    """Server-sent events from an async generator, which is closed when the rep leaves.

    FastAPI's own has tasks and queues for each stream: a third of what it takes to the first byte.
    """

    media_type = "text/event-stream"

    async def stream_response(self, send: Send) -> None:
        async with aclosing(cast(AsyncGenerator[bytes, None], self.body_iterator)):
            await super().stream_response(send)


@router.post("/chat", response_class=Stream, responses={200: EVENTS, **TOO_MANY})
async def chat(
    body: ChatRequest,
    tenant: OfTenant,
    parts: InParts,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> StreamingResponse:
    """Streams `accepted`, `resolved`, `head`, perhaps `refine`, a `company` per stage that one reaches, and `done`; or
    `error`.

    `accepted` comes once the request is durable. A stream that breaks before it leaves that open: send the request
    again with the same `Idempotency-Key`.
    """
    await parts.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    settings, cap = parts.settings, tenant.sync_limit
    key = idempotency_key or new_id()
    request = RequestIndustry(
        tenant_id=tenant.tenant_id,
        request_id=idempotency.request_id(key, tenant.tenant_id, "chat", body.message),
        terms=[body.message],
        mode=settings.staging_upsert_mode,
        sync_limit=settings.upsert_sync_limit if cap is None else min(cap, settings.upsert_sync_limit),
        preferred=list(tenant.preferred),
    )
    # Not to be kept anywhere on the way, nor held back by a proxy until there is more.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no", "Idempotency-Key": str(key)}
    return Stream(_stream(request, key, parts, traceparent), headers=headers)


async def _stream(
    request: RequestIndustry, key: UUID, parts: Parts, traceparent: str | None
) -> AsyncGenerator[bytes, None]:
    conversation = Conversation(request.request_id)
    with parts.feed.listen(request.tenant_id, request.request_id) as facts:
        yield RECEIVED
        try:
            await parts.requests.submit(request, traceparent)
        except OutcomeUnknown:
            yield _error(outcome_unknown(key))
            return
        except Unavailable:
            yield _error(UNAVAILABLE)
            return
        yield _sse(conversation.accept())
        deadline = time.monotonic() + parts.settings.chat_timeout_s
        while not conversation.is_over:
            now = time.monotonic()
            if conversation.is_scored:
                deadline = min(deadline, now + LAST_WORDS_S)
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
