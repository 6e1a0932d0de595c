"""POST /chat: takes a rep's message, and streams the reply as server-sent events."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import get_args

from fastapi import APIRouter, Request
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, Field

from common.ids import new_id
from gateway.chat.conversation import Message, Name
from gateway.dependencies import IdempotencyKey, Phrase, Traceparent, caller_of, dependencies_of, tenant_of
from gateway.http.api_document import events
from gateway.http.streams import HEARTBEAT, UNBUFFERED, Stream, event

#: The first bytes of a stream: a comment, which clients skip. It promises nothing.
RECEIVED = b": received\n\n"

router = APIRouter()


class ChatRequest(BaseModel):
    """A rep's message."""

    message: Phrase = Field(examples=["Manufacturing"])


@router.post("/chat", response_class=Stream, responses={200: events("The progress of the request", get_args(Name))})
async def chat(
    request: Request,
    body: ChatRequest,
    idempotency_key: IdempotencyKey = None,
    traceparent: Traceparent = None,
) -> StreamingResponse:
    """Streams `accepted`, `resolved`, `head`, perhaps `refine`, a `company` per stage that one reaches, and `done`; or
    `error`. A question about the tenant's own data gets `answer`, perhaps `confirm`, and `done`.

    `accepted` comes once the request is durable. A stream that breaks before it leaves that open: send the request
    again with the same `Idempotency-Key`.
    """
    deps, caller, tenant = await dependencies_of(request), await caller_of(request), await tenant_of(request)
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    key = idempotency_key or new_id()
    headers = {**UNBUFFERED, "Idempotency-Key": str(key)}
    return Stream(_stream(deps.replies.reply(caller, tenant, body.message, key, traceparent)), headers=headers)


async def _stream(reply: AsyncGenerator[Message | None]) -> AsyncGenerator[bytes, None]:
    async with aclosing(reply):
        yield RECEIVED
        async for message in reply:
            yield HEARTBEAT if message is None else event(message.name, message.data)
