"""The HTTP interface: chat as a stream, jobs, and what operators probe. Documented at /docs and /asyncapi.json."""

import asyncio
import time
from collections.abc import AsyncIterable, Sequence
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, FastAPI, Header, Request, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel, Field, StringConstraints
from starlette.routing import BaseRoute

from common.contracts import JobProgressed, JobStatus, RequestIndustry
from common.errors import Unavailable
from common.ids import new_id
from common.postgres import Database
from gateway import jobs, problems
from gateway.access import Rep, Tenants, read_token
from gateway.conversation import Conversation, Message
from gateway.feed import Feed
from gateway.problems import UNAVAILABLE, Problem
from gateway.requests import Requests
from gateway.settings import GatewaySettings

#: How long a rep waits for the last words (where the leads stand in Odoo) once every score is there.
LAST_WORDS_S = 1.0
#: How long POST /jobs/staging_upsert waits to say how much there is to do.
JOB_ANSWER_S = 5.0

Phrase = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]


class ChatRequest(BaseModel):
    """What a rep types."""

    message: Phrase = Field(examples=["Manufacturing"])


class StagingUpsertRequest(BaseModel):
    """Industries to take over from the register in the background."""

    terms: list[Phrase] = Field(min_length=1, max_length=50, examples=[["Manufacturing", "SSIC 62"]])
    limit: int | None = Field(default=None, ge=1, description="at most so many companies")


class JobAccepted(BaseModel):
    """The job's id; `total` is null while the industries are still being looked up."""

    job_id: UUID
    status: JobStatus
    total: int | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What the routes work with."""

    settings: GatewaySettings
    tenants: Tenants
    requests: Requests
    feed: Feed
    database: Database


def _parts(request: Request) -> Parts:
    parts: Parts = request.app.state.parts
    return parts


InParts = Annotated[Parts, Depends(_parts)]
_bearer = HTTPBearer(auto_error=False, description="A token from `leadgen token`.")


async def _rep(parts: InParts, given: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]) -> Rep:
    if given is None:
        raise Problem(401, "Token missing", "Send `Authorization: Bearer <token>`; `leadgen token` makes one.")
    rep = read_token(given.credentials, parts.settings.gateway_jwt_secret)
    await parts.tenants.admit(rep)
    return rep


InRep = Annotated[Rep, Depends(_rep)]
Traceparent = Annotated[str | None, Header(include_in_schema=False)]
router = APIRouter()


@router.post("/chat", response_class=EventSourceResponse)
async def chat(
    body: ChatRequest, rep: InRep, parts: InParts, traceparent: Traceparent = None
) -> AsyncIterable[ServerSentEvent]:
    """Streams `accepted`, `resolved`, `head`, a `company` per stage that one reaches, and `done`; or `error`."""
    settings = parts.settings
    request = RequestIndustry(
        tenant_id=rep.tenant_id,
        request_id=new_id(),
        terms=[body.message],
        mode=settings.staging_upsert_mode,
        sync_limit=settings.upsert_sync_limit,
    )
    conversation = Conversation(request.request_id)
    with parts.feed.listen(request.request_id) as facts:
        yield _sse(conversation.accept())
        try:
            # A rep who leaves now has been told `accepted`: the request goes on its way all the same.
            await asyncio.shield(parts.requests.submit(request, traceparent))
        except Unavailable:
            yield _sse(Message("error", UNAVAILABLE.document()))
            return
        deadline = time.monotonic() + parts.settings.chat_timeout_s
        while not conversation.is_over:
            if conversation.is_scored:
                deadline = min(deadline, time.monotonic() + LAST_WORDS_S)
            try:
                fact = await asyncio.wait_for(facts.get(), deadline - time.monotonic())
            except TimeoutError:
                break
            for message in conversation.take(fact):
                yield _sse(message)
        yield _sse(conversation.close())


@router.post("/jobs/staging_upsert", status_code=202)
async def request_staging_upsert(
    body: StagingUpsertRequest, rep: InRep, parts: InParts, response: Response, traceparent: Traceparent = None
) -> JobAccepted:
    """Queues a job that takes over every match; the night executes it."""
    # Whoever asks for a job gets one: STAGING_UPSERT_MODE says what a chat message does.
    request = RequestIndustry(
        tenant_id=rep.tenant_id, request_id=new_id(), terms=body.terms, sync_limit=0, limit=body.limit
    )
    job_id = request.request_id
    with parts.feed.listen(job_id) as facts:
        await parts.requests.submit(request, traceparent)
        try:
            fact = await asyncio.wait_for(facts.get(), JOB_ANSWER_S)
        except TimeoutError:
            fact = None
    response.headers["Location"] = f"/jobs/{job_id}"
    if not isinstance(fact, JobProgressed) or fact.answer is None:
        return JobAccepted(job_id=job_id, status="queued", total=None)
    if not fact.answer.resolved:
        raise Problem(422, "No industry recognised", f"None of {body.terms} names an industry. Try `SSIC 62`.")
    if fact.job_id is None:
        raise Problem(404, "Nothing to do", "No live company of these industries is in the register; no job was made.")
    return JobAccepted(job_id=fact.job_id, status=fact.status, total=fact.total)


@router.get("/jobs/{job_id}")
async def job(job_id: UUID, rep: InRep, parts: InParts) -> jobs.Job:
    """The job, how far it is, and what went wrong if anything did."""
    found = await jobs.find(parts.database, rep.tenant_id, job_id)
    if found is None:
        raise Problem(404, "No such job", f"Tenant {rep.tenant_id} has no job {job_id}.")
    return found


def application(parts: Parts, watch: Sequence[BaseRoute] = ()) -> FastAPI:
    """The application on its parts; `watch` are the routes for those who watch over it."""
    app = FastAPI(title="Leadgen", version="1", description="Qualified leads from the company register.")
    app.state.parts = parts
    problems.install(app)
    app.include_router(router)
    app.router.routes.extend(watch)
    return app


def _sse(message: Message) -> ServerSentEvent:
    return ServerSentEvent(event=message.name, data=message.data)
