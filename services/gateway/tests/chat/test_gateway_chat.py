"""The chat's stream over HTTP: what a rep sees, in which order, while other services work, and when they do not."""

import asyncio
import json
from contextlib import aclosing
from datetime import UTC, datetime

from common.contracts import (
    Industry,
    JobProgressed,
    LeadScored,
    LeadSynced,
    RequestIndustry,
    SearchAnswer,
)
from testkit.stages import a_company, read_topic, until

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TOLD_TOPIC = RequestIndustry.topic


def answered(request_id, tenant_id: int = 1, **other) -> JobProgressed:
    """Answers as the upserter does: one company, and four for the night."""
    answer = {
        "resolved": [Industry(version="2020", code="C", level="section", title="MANUFACTURING")],
        "matches": 5,
        "head": [a_company()],
        "remaining": 4,
    }
    return JobProgressed(
        tenant_id=tenant_id,
        request_id=request_id,
        job_id=request_id,
        status="queued",
        processed=0,
        total=4,
        answer=SearchAnswer.model_validate({**answer, **other}),
    )


def scored(tenant_id: int = 1) -> LeadScored:
    return LeadScored(
        tenant_id=tenant_id,
        company=a_company(),
        score=0.5,
        bucket="Medium",
        rationale="Makes things.",
        model_version="1",
        enriched_at=NOW,
        scored_at=NOW,
    )


def synced(tenant_id: int = 1) -> LeadSynced:
    return LeadSynced(tenant_id=tenant_id, company=a_company(), outcome="no_connection")


async def requested(kafka: str, words: str) -> RequestIndustry:
    """The request as it stands in Kafka, once it does."""

    async def find() -> list[RequestIndustry]:
        sent = [RequestIndustry.model_validate_json(record.value) for record in await read_topic(kafka, TOLD_TOPIC)]
        return [request for request in sent if request.terms == [words]]

    return (await until(find))[0]


async def test_accepted_waits_for_the_outbox_and_the_first_byte_does_not(rep, owner, kafka) -> None:
    """Accepted waits for the outbox and the first byte does not: here the outbox is locked: a comment comes at once,
    `accepted` only when the request is durable.
    """
    await rep.http.get(f"/jobs/{'0' * 32}")  # the tenant is known to be active from here on
    locked = owner.transaction()
    await locked.start()
    await owner.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
    async with rep.http.stream("POST", "/chat", json={"message": "Manufacturing"}) as answer:
        lines = answer.aiter_lines()
        assert await anext(lines) == ": received"
        following = asyncio.create_task(next_line(lines))
        await until(lambda: is_writing(owner))
        assert not following.done()
        assert not await read_topic(kafka, TOLD_TOPIC)
        await locked.rollback()
        assert await following == "event: accepted"
        request_id = json.loads((await anext(lines)).removeprefix("data:"))["request_id"]
    request = await requested(kafka, "Manufacturing")
    assert (str(request.request_id), request.tenant_id) == (request_id, 1)


async def test_a_rep_sees_every_stage_and_the_end(rep, say) -> None:
    """From `accepted` to `done`, as the services announce it; the head before what is said of its companies."""
    found = []
    async for message in rep.chat("Manufacturing"):
        found.append((message.name, message.data.get("stage")))
        if message.name == "accepted":
            request_id = message.data["request_id"]
            await say(request_id, scored())
            await say(request_id, answered(request_id))
        if message.data.get("stage") == "scored":
            await say(request_id, synced(), synced())
    assert found == [
        ("accepted", None),
        ("resolved", None),
        ("head", None),
        ("company", "upserted"),
        ("company", "scored"),
        ("company", "synced"),
        ("done", None),
    ]
    assert message.data["job_id"] == request_id
    assert message.data["notice"] == "Upserted and enriched 1 now; scheduled the rest (4) for nightly processing"


async def test_the_scores_are_not_held_up_by_odoo(rep, say) -> None:
    """Once all are scored the stream ends within a second or so, whether or not the leads stand in Odoo."""
    async for message in rep.chat("Manufacturing"):
        if message.name == "accepted":
            await say(message.data["request_id"], answered(message.data["request_id"]), scored())
        if message.data.get("stage") == "scored":
            at_ms = message.at_ms
    assert message.name == "done"
    assert message.at_ms - at_ms < 15_000  # the stream's own time limit is 20 s here


async def test_a_preview_ends_at_once(serve, kafka, say) -> None:
    """It names companies that nobody will score: no waiting until the time is up."""
    async with serve(kafka, staging_upsert_mode="sync_preview", chat_timeout_s=600) as reps:
        rep = reps(1)
        await until(rep.is_ready)
        async with asyncio.timeout(60):
            async for message in rep.chat("Manufacturing"):
                if message.name == "accepted":
                    preview = answered(message.data["request_id"], head=[a_company(company_id=0)], remaining=0)
                    await say(message.data["request_id"], preview.model_copy(update={"job_id": None}))
        assert (await requested(kafka, "Manufacturing")).mode == "sync_preview"
    assert message.name == "done"


async def test_words_that_name_no_industry_are_asked_back_at_once(rep, say) -> None:
    """With an example of what would do."""
    async with asyncio.timeout(60):
        async for message in rep.chat("hello there"):
            if message.name == "accepted":
                nothing = answered(message.data["request_id"], resolved=[], matches=0, head=[], remaining=0)
                await say(message.data["request_id"], nothing.model_copy(update={"job_id": None, "status": "done"}))
    assert message.name == "done"
    assert message.data["job_id"] is None
    assert "Name one, such as Manufacturing" in message.data["notice"]


async def test_a_silent_night_ends_the_stream_with_a_word(serve, kafka) -> None:
    """Nobody answers within CHAT_TIMEOUT_S: the request is safe, and the answer says so."""
    async with serve(kafka, chat_timeout_s=0.3) as reps:
        events = [message async for message in reps(1).chat("Manufacturing")]
        assert [message.name for message in events] == ["accepted", "done"]
        assert "is queued" in events[-1].data["notice"]
        await requested(kafka, "Manufacturing")


async def test_two_reps_do_not_hear_each_other(reps, say) -> None:
    """Facts go to the request that they follow from, and to no other."""
    one, other = reps(1).chat("Manufacturing"), reps(2).chat("Manufacturing")
    async with aclosing(one), aclosing(other):
        mine, theirs = (await anext(one)).data["request_id"], (await anext(other)).data["request_id"]
        await say(theirs, answered(theirs, 2, matches=77))
        await say(mine, answered(mine, 1, matches=11))
        assert (await anext(one)).data["matches"] == 11
        assert (await anext(other)).data["matches"] == 77


async def test_a_rep_who_leaves_is_forgotten(rep) -> None:
    """The connection broke in mid-stream: nobody listens for that request any more."""
    async with aclosing(rep.chat("Manufacturing")) as stream:
        await anext(stream)
        assert rep.feed.listeners == 1
    await until(lambda: nobody_listens(rep))


async def test_a_request_goes_on_without_the_rep_who_left(rep, owner, kafka) -> None:
    """Leaving while the database is writing the request does not take it back."""
    await rep.http.get(f"/jobs/{'0' * 32}")
    async with owner.transaction():
        await owner.execute("LOCK TABLE outbox IN ACCESS EXCLUSIVE MODE")
        async with rep.http.stream("POST", "/chat", json={"message": "Manufacturing"}):
            await until(lambda: is_writing(owner))
        await until(lambda: nobody_listens(rep))
    await requested(kafka, "Manufacturing")


async def test_a_trace_goes_on_in_the_request(rep, kafka) -> None:
    """The `traceparent` of a caller leads to a child of it in the event's headers."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    headers = {"traceparent": f"00-{trace}-00f067aa0ba902b7-01"}
    async with rep.http.stream("POST", "/chat", json={"message": "Manufacturing"}, headers=headers) as answer:
        assert answer.headers["content-type"].startswith("text/event-stream")
        lines = answer.aiter_lines()
        assert await next_line(lines) == "event: accepted"
        request_id = json.loads((await anext(lines)).removeprefix("data:"))["request_id"]
    await requested(kafka, "Manufacturing")
    (record,) = await read_topic(kafka, TOLD_TOPIC)
    found = dict(record.headers)
    assert found["traceparent"].decode().split("-")[1] == trace
    assert found["ce_id"].decode() == found["ce_correlationid"].decode() == request_id


async def test_the_smaller_cap_of_tenant_and_setting_holds(serve, kafka, owner) -> None:
    """For the companies that are worked on at once."""
    await owner.execute("UPDATE tenants SET upsert_sync_limit = tenant_id * 3 WHERE tenant_id IN (1, 2)")
    async with serve(kafka, upsert_sync_limit=5, chat_timeout_s=0.1) as reps:
        for tenant_id, words in ((1, "less"), (2, "more"), (3, "none of its own")):
            async for _ in reps(tenant_id).chat(words):
                pass
        asked = {words: (await requested(kafka, words)).sync_limit for words in ("less", "more", "none of its own")}
    assert asked == {"less": 3, "more": 5, "none of its own": 5}


async def test_a_silent_stream_says_that_it_is_alive(rep, monkeypatch) -> None:
    """A comment that no client shows, before something in between takes the connection for broken."""
    monkeypatch.setattr("gateway.replies.PING_S", 0.05)
    async with rep.http.stream("POST", "/chat", json={"message": "Manufacturing"}) as answer:
        async for line in answer.aiter_lines():
            if line.startswith(":") and line != ": received":
                break
    assert line == ": ping"


async def next_line(lines) -> str:
    """The next line that is neither empty nor a comment."""
    async for line in lines:
        if line and not line.startswith(":"):
            return line
    raise AssertionError("the stream has ended")


async def is_writing(owner) -> bool:
    """Whether a gateway's INSERT waits for the lock on the outbox."""
    return await owner.fetchval("SELECT count(*) FROM pg_locks WHERE relation = 'outbox'::regclass AND NOT granted") > 0


async def nobody_listens(rep) -> bool:
    return rep.feed.listeners == 0
