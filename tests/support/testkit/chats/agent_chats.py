"""Conversations by the agent protocol: bodies as chat clients send them, and the facts that services answer with."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias
from uuid import UUID, uuid4

import httpx

from common.contracts import (
    CompanyEnriched,
    Contact,
    Event,
    Industry,
    JobProgressed,
    LeadScored,
    LeadSynced,
    RequestIndustry,
    SearchAnswer,
    Site,
)
from testkit.stages import a_company, read_topic, until

#: An event of a stream: name, data and id.
Frame: TypeAlias = tuple[str, Any, str | None]

NOW = datetime(2026, 1, 1, tzinfo=UTC)
HEAD = [a_company(f"20191234{number}K", company_id=number + 1) for number in range(10)]
MANUFACTURING = Industry(version="2020", code="C", level="section", title="MANUFACTURING")


def facts_of(request_id: UUID, head: list[Any] = HEAD, **other: Any) -> list[Event]:
    """All that the services announce of a request with these companies."""
    found = {"resolved": [MANUFACTURING], "matches": 50, "head": head, "remaining": 40, **other}
    answer = JobProgressed(
        tenant_id=1,
        request_id=request_id,
        job_id=request_id,
        status="queued",
        processed=0,
        total=40,
        answer=SearchAnswer(**found),
    )
    return [answer, *(fact for place, company in enumerate(head) for fact in facts_about(place, company))]


def facts_about(place: int, company: Any) -> list[Event]:
    """The facts about one company: enriched, scored, synced."""
    contact = Contact(kind="email", value=f"sales@c{place}.sg", source_url="http://c.sg")
    return [
        CompanyEnriched(
            tenant_id=1,
            company=company,
            site=Site(outcome="visited"),
            contacts=[contact],
            degraded_reasons=[],
            enriched_at=NOW,
        ),
        LeadScored(
            tenant_id=1,
            company=company,
            score=0.9 - place / 20,
            bucket="High",
            rationale=f"Makes things {place}.",
            contact=contact,
            model_version="1",
            enriched_at=NOW,
            scored_at=NOW,
        ),
        LeadSynced(tenant_id=1, company=company, outcome="no_connection"),
    ]


def turn(text: str, message_id: str | None = None, **other: Any) -> dict[str, Any]:
    """The body of a run."""
    content = [{"type": "text", "text": text}]
    return {
        "input": {"messages": [{"id": message_id or str(uuid4()), "type": "human", "content": content}]},
        "stream_mode": ["values", "messages-tuple", "custom"],
        "stream_subgraphs": True,
        "stream_resumable": True,
        "assistant_id": "agent",
        "on_disconnect": "continue",
        **other,
    }


async def a_thread(http: httpx.AsyncClient) -> str:
    """Creates a thread and returns its id."""
    answer = await http.post("/agent/threads", json={"metadata": {}})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["thread_id"])


async def frames(answer: httpx.Response) -> AsyncIterator[Frame]:
    """Yields the events of a stream as they come."""
    frame: dict[str, str] = {}
    async for line in answer.aiter_lines():
        if not line:
            if "data" in frame:
                yield frame["event"], json.loads(frame["data"]), frame.get("id")
            frame = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            frame[name] = value


async def run(
    http: httpx.AsyncClient,
    thread_id: str,
    body: dict[str, Any],
    on_begin: Callable[[UUID], Awaitable[None]] | None = None,
) -> list[Frame]:
    """Returns all events of a run; `on_begin(run_id)` is awaited once its first event has come."""
    received: list[Frame] = []
    async with http.stream("POST", f"/agent/threads/{thread_id}/runs/stream", json=body) as answer:
        assert answer.status_code == 200, await answer.aread()
        async for frame in frames(answer):
            received.append(frame)
            if len(received) == 1 and on_begin:
                await on_begin(UUID(frame[1]["run_id"]))
    return received


async def joined(http: httpx.AsyncClient, thread_id: str, run_id: object, after: str | None) -> list[Frame]:
    """Returns the events of a run after one."""
    headers = {} if after is None else {"Last-Event-ID": after}
    async with http.stream("GET", f"/agent/threads/{thread_id}/runs/{run_id}/stream", headers=headers) as answer:
        assert answer.status_code == 200, await answer.aread()
        return [frame async for frame in frames(answer)]


async def history(http: httpx.AsyncClient, thread_id: str, limit: int = 100) -> list[dict[str, Any]]:
    """Returns the states of a thread, newest first."""
    answer = await http.post(f"/agent/threads/{thread_id}/history", json={"limit": limit})
    assert answer.status_code == 200, answer.text
    states: list[dict[str, Any]] = answer.json()
    return states


async def asked(kafka: str, words: str) -> list[RequestIndustry]:
    """Returns the requests with these words, once there is one in Kafka."""

    async def find() -> list[RequestIndustry]:
        sent = [RequestIndustry.model_validate_json(it.value) for it in await read_topic(kafka, RequestIndustry.topic)]
        return [request for request in sent if request.terms == [words]]

    return await until(find)


def texts(values: dict[str, Any]) -> list[str]:
    """Returns the texts of a state's messages."""
    return [
        it["content"] if isinstance(it["content"], str) else " ".join(block["text"] for block in it["content"])
        for it in values["messages"]
    ]
