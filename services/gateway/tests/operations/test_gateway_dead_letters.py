"""Dead letters in the administration: groups, single letters, a dry run, and retries with their records."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest

from gateway.operations import dead_letters

DIED = datetime(2026, 1, 2, tzinfo=UTC)

LETTER = """
    INSERT INTO inbox (consumer, event_id, topic, kafka_partition, kafka_offset, key, tenant_id, lane, headers, state,
                       error, handler, failures, dead_at)
    VALUES ($1, $2, 'company.enriched.v1', 0, $3, $4, $5, 'nightly', '', 'dead', $6, 'scorer.consumer.score', 7, $7)
"""


@pytest.fixture
async def operator(reps, tokens) -> httpx.AsyncClient:
    http: httpx.AsyncClient = reps(1).http
    http.headers["Authorization"] = f"Bearer {tokens(1, role='ops')}"
    return http


@pytest.fixture
def a_letter(owner) -> Callable[..., Any]:
    """Puts a dead letter into the inbox and returns its id."""

    async def put(number: int, *, consumer: str = "scorer", tenant_id: int = 1, error: str | None = None) -> str:
        event_id, died = uuid4(), DIED + timedelta(minutes=number)
        error = error or f"Permanent: company {number} cannot be scored"
        await owner.execute(LETTER, consumer, event_id, number, b"%d" % number, tenant_id, error, died)
        return str(event_id)

    return put


async def retried(operator: httpx.AsyncClient, **body: object) -> dict[str, Any]:
    answer = await operator.post("/admin/dead-letters/retry", json=body)
    assert answer.status_code == 200, answer.text
    counted: dict[str, Any] = answer.json()
    return counted


async def test_letters_are_grouped_by_reason_and_listed_the_latest_first(operator, a_letter) -> None:
    """Letters are grouped by reason and listed the latest first.

    Of all tenants; numbers and ids do not make groups of their own.
    """
    ids = [await a_letter(1), await a_letter(2, tenant_id=2), await a_letter(3, consumer="odoo-sync", error="HTTP 422")]

    answer = (await operator.get("/admin/dead-letters/groups")).json()

    assert answer["letters"] == 3
    assert [(it["consumer"], it["reason"], it["letters"]) for it in answer["groups"]] == [
        ("scorer", "Permanent: company # cannot be scored", 2),
        ("odoo-sync", "HTTP #", 1),
    ]
    listed = (await operator.get("/admin/dead-letters")).json()["letters"]
    assert [it["event_id"] for it in listed] == ids[::-1]
    assert (listed[1]["tenant_id"], listed[1]["handler"], listed[1]["failures"]) == (2, "scorer.consumer.score", 7)

    async def found(**query: object) -> list[str]:
        answer = await operator.get("/admin/dead-letters", params=query)
        return [it["event_id"] for it in answer.json()["letters"]]

    assert await found(consumer="odoo-sync") == [ids[2]]
    assert await found(group="Permanent: company # cannot be scored") == [ids[1], ids[0]]
    assert await found(reason="COMPANY 1") == [ids[0]]
    assert await found(tenant_id=2) == [ids[1]]
    assert await found(since=(DIED + timedelta(minutes=3)).isoformat()) == [ids[2]]
    assert await found(limit=1) == [ids[2]]


async def test_a_dry_run_counts_and_changes_nothing(operator, a_letter, owner) -> None:
    """It warns of letters of which a younger event of the key is handled already."""
    await a_letter(1)
    await a_letter(2)
    await owner.execute(LETTER, "scorer", uuid4(), 9, b"1", 1, "x", DIED)
    await owner.execute("UPDATE inbox SET state = 'done', dead_at = NULL WHERE kafka_offset = 9")

    counted = await retried(operator, consumer="scorer", dry_run=True)

    assert counted == {"letters": 2, "overtaken": 1, "left": 0, "dry_run": True}
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") == 2
    assert await owner.fetchval("SELECT count(*) FROM dead_letter_actions") == 0


async def test_one_letter_is_retried_and_the_act_is_recorded(operator, a_letter, owner) -> None:
    """In `dead_letter_actions` and in the audit log of the letter's tenant; a second retry finds nothing."""
    event_id, other = await a_letter(1, tenant_id=2), await a_letter(2)

    assert (await retried(operator, ids=[event_id], why="the bug is fixed"))["letters"] == 1

    states = {str(row["event_id"]): row["state"] for row in await owner.fetch("SELECT event_id, state FROM inbox")}
    assert states == {event_id: "open", other: "dead"}
    (action,) = await owner.fetch("SELECT action, operator, reason, tenant_id FROM dead_letter_actions")
    assert tuple(action) == ("retry", "rep@example.com", "the bug is fixed", 2)
    (act,) = await owner.fetch("SELECT tenant_id, actor, act, object FROM audit_log")
    assert tuple(act) == (2, "rep@example.com", "dead_letters.retried", event_id)
    again = await operator.post("/admin/dead-letters/retry", json={"ids": [event_id]})
    assert again.status_code == 404


async def test_a_whole_filter_is_retried_in_batches_tenant_by_tenant(
    operator, a_letter, owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A whole filter is retried in batches tenant by tenant, also letters of no known tenant, which have no audit log;
    what is beyond the most of one retry is left.
    """
    monkeypatch.setattr(dead_letters, "BATCH", 2)
    monkeypatch.setattr(dead_letters, "MOST", 6)
    for number in range(3):
        await a_letter(number, tenant_id=1)
    await a_letter(3, tenant_id=2)
    for number, tenant_id in ((4, -1), (5, 0), (6, 99)):
        await a_letter(number, tenant_id=tenant_id)
    await a_letter(9, consumer="odoo-sync")

    assert await retried(operator, consumer="scorer") == {"letters": 6, "overtaken": 0, "left": 1, "dry_run": False}
    assert await retried(operator, consumer="scorer") == {"letters": 1, "overtaken": 0, "left": 0, "dry_run": False}

    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") == 1
    acts = await owner.fetch("SELECT tenant_id, details->>'letters' FROM audit_log ORDER BY id")
    assert [tuple(act) for act in acts] == [(1, "2"), (1, "1"), (2, "1")]
    assert await owner.fetchval("SELECT count(*) FROM dead_letter_actions") == 7


async def test_a_retry_without_a_filter_is_refused(operator, a_letter, owner) -> None:
    """A retry without a filter is refused, so that an empty body does not retry everything."""
    await a_letter(1)
    for body in ({}, {"ids": []}, {"dry_run": True}, {"consumers": "scorer"}):
        assert (await operator.post("/admin/dead-letters/retry", json=body)).status_code == 422, body
    assert await owner.fetchval("SELECT count(*) FROM inbox WHERE state = 'dead'") == 1
