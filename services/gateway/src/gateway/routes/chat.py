"""POST /chat: a rep's words in, a stream of server-sent events out."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import cast, get_args

from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from fastapi.sse import KEEPALIVE_COMMENT, format_sse_event
from pydantic import BaseModel, Field
from starlette.types import Send

from common.ids import new_id
from gateway.api_document import events
from gateway.chat.conversation import Message, Name
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps, IdempotencyKey, Phrase, Traceparent

#: The first bytes of a stream: a comment, which clients skip. It promises nothing.
RECEIVED = b": received\n\n"

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


@router.post("/chat", response_class=Stream, responses={200: events("The progress of the request", get_args(Name))})
async def chat(
    body: ChatRequest,
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> StreamingResponse:
    """Streams `accepted`, `resolved`, `head`, perhaps `refine`, a `company` per stage that one reaches, and `done`; or
    `error`. A question about the tenant's own data gets `answer`, perhaps `confirm`, and `done`.

    `accepted` comes once the request is durable. A stream that breaks before it leaves that open: send the request
    again with the same `Idempotency-Key`.
    """
    await deps.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    key = idempotency_key or new_id()
    # Proxies must neither cache the stream nor buffer it.
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no", "Idempotency-Key": str(key)}
    return Stream(_stream(deps.replies.reply(caller, tenant, body.message, key, traceparent)), headers=headers)


async def _stream(reply: AsyncGenerator[Message | None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(reply):
        yield RECEIVED
        async for message in reply:
            yield KEEPALIVE_COMMENT if message is None else _sse(message)


def _sse(message: Message) -> bytes:
    return format_sse_event(event=message.name, data_str=json.dumps(message.data))
