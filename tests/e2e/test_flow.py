"""One chat message becomes ten scored leads, and the night takes over the rest: on the real processes."""

import asyncio
import json
import subprocess

import httpx
import pytest

from common.delivery.outbox.relay import Relay
from common.postgres import Database
from common.singapore.calendar import day_in_singapore
from leadgen.local.stack import SERVICES
from nightly.night import Choice, choose, run_night
from nightly.planning import PRODUCER
from nightly.rules import Rules
from testkit.stages import until

pytestmark = pytest.mark.whole

#: A night without companies, for a tenant without an Odoo.
UPSERTS_ONLY = {"SCHED_DAILY_CAP_PER_TENANT": "0", "SCHED_REQUIRE_ODOO": "false"}

CANDIDATES = "SELECT count(*) FROM icp_candidate_companies WHERE tenant_id = $1"


async def run(product, name: str, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """A console script of ours to its end."""
    command, variables = product.script(name)
    return await asyncio.to_thread(
        subprocess.run,
        [command, *arguments],
        env=variables | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


async def test_every_service_lives(product) -> None:
    """No task of any has ended, which its rights alone could cause."""
    async with httpx.AsyncClient(trust_env=False) as http:
        lives = {name: (await http.get(f"{it.url}/livez")).text for name, it in product.stack.services.items()}
    assert lives == dict.fromkeys(SERVICES, "ok")


async def test_a_message_becomes_ten_scored_leads_and_a_job(product) -> None:
    """The chat events arrive in order, each stage of each company once, and agree with the database."""
    rep = await product.rep()
    events = [message async for message in rep.chat("Manufacturing")]

    assert [message.name for message in events[:3]] == ["accepted", "resolved", "head"]
    done = events[-1]
    assert done.name == "done"
    companies = [message.data for message in events if message.name == "company"]
    head = [company["uen"] for company in events[2].data["companies"]]
    assert len(set(head)) == 10
    for stage in ("upserted", "enriched", "scored"):
        assert sorted(it["uen"] for it in companies if it["stage"] == stage) == sorted(head)
    assert events[1].data["industries"][0]["title"] == "MANUFACTURING"
    remaining = events[1].data["matches"] - 10
    assert done.data["remaining"] == remaining > 500
    assert done.data["notice"] == (
        f"Upserted and enriched 10 now; scheduled the rest ({remaining}) for nightly processing"
    )

    scored = sorted(
        (it["uen"], it["score"], it["bucket"], it["rationale"]) for it in companies if it["stage"] == "scored"
    )
    assert await rep.leads_when_done(10) == scored
    assert all("SSIC" in rationale for _, _, _, rationale in scored)
    assert len({score for _, score, _, _ in scored}) > 1
    await product.comes_to_rest()


async def test_the_night_takes_over_the_rest_once(product) -> None:
    """The night takes over the rest once, as many as a night may, then the job is done and another goes on; the same
    night again does nothing.
    """
    rep = await product.rep()
    done = [message async for message in rep.chat("Manufacturing")][-1].data
    path = f"/jobs/{done['job_id']}"
    queued = (await rep.ask("GET", path)).json()
    assert (queued["status"], queued["processed"], queued["total"]) == ("queued", 0, done["remaining"])
    only_us = {"SCHED_TENANT_INCLUDE": str(rep.tenant_id), **UPSERTS_ONLY}

    ended = await run(product, "leadgen-nightly", "--json", **only_us)
    assert ended.returncode == 0, ended.stderr
    summary = json.loads(ended.stdout)
    assert (summary["jobs"], summary["failed"]) == (1, False)
    await until(lambda: is_done(rep, path))
    await product.comes_to_rest()
    assert await has_processed(rep, path, 500)
    assert await candidates(product, rep) == 510
    ((continuation,),) = await product.fetch("SELECT job_id FROM background_jobs WHERE continues = $1", done["job_id"])
    rest = f"/jobs/{continuation}"
    queued = (await rep.ask("GET", rest)).json()
    assert (queued["status"], queued["processed"], queued["total"]) == ("queued", 0, done["remaining"] - 500)

    again = await run(product, "leadgen-nightly", "--json", **only_us)
    assert again.returncode == 0, again.stderr
    await product.comes_to_rest()
    assert await has_processed(rep, rest, 0)
    assert await candidates(product, rep) == 510

    await next_night(product, rep)
    await until(lambda: is_done(rep, rest))
    await product.comes_to_rest()
    assert await has_processed(rep, rest, min(500, done["remaining"] - 500))
    assert await candidates(product, rep) == 510 + min(500, done["remaining"] - 500)


async def test_words_that_name_no_industry_are_asked_back(product) -> None:
    """At once, with no job, and nothing written."""
    rep = await product.rep()
    events = [message async for message in rep.chat("good morning to you")]
    assert [message.name for message in events] == ["accepted", "resolved", "head", "done"]
    assert (events[1].data["industries"], events[1].data["matches"]) == ([], 0)
    assert events[-1].data["job_id"] is None
    assert "Name one, such as Manufacturing" in events[-1].data["notice"]
    assert events[-1].at_ms < 60_000  # a stream that waits for a job ends after 300 s
    assert await product.fetch("SELECT 1 FROM background_jobs WHERE tenant_id = $1", rep.tenant_id) == []


async def test_a_job_of_limited_size_is_asked_for_over_http(product) -> None:
    """It has as many companies as were asked for, and the night does just those."""
    rep = await product.rep()
    answer = await rep.ask("POST", "/jobs/staging_upsert", terms=["Manufacturing"], limit=25)
    assert answer.status_code == 202, answer.text
    assert (answer.json()["status"], answer.json()["total"]) == ("queued", 25)

    ended = await run(product, "leadgen-nightly", SCHED_TENANT_INCLUDE=str(rep.tenant_id), **UPSERTS_ONLY)
    assert ended.returncode == 0, ended.stderr
    await until(lambda: is_done(rep, answer.headers["location"]))
    assert await candidates(product, rep) == 25
    assert await rep.leads() == []

    refused = await rep.ask("POST", "/jobs/staging_upsert", terms=["good morning"])
    assert refused.status_code == 422
    assert "No industry recognised" in refused.text


async def test_an_operator_chats_from_the_command_line(product) -> None:
    """`leadgen chat` shows the leads and ends well; with a token that is not good it says so."""
    rep = await product.rep()
    gateway = {"LEADGEN_GATEWAY": product.stack.gateway}
    shown, refused = await asyncio.gather(
        run(product, "leadgen", "chat", "Logistics", **gateway, LEADGEN_TOKEN=rep.token),
        run(product, "leadgen", "chat", "Logistics", **gateway, LEADGEN_TOKEN=rep.token + "x"),
    )
    assert shown.returncode == 0, shown.stderr
    for uen, *_ in await rep.leads_when_done(1):
        assert uen in shown.stdout
    assert refused.returncode == 1
    assert refused.stderr.startswith("Token refused: ")
    assert len(refused.stderr.splitlines()) == 1


async def has_processed(rep, path: str, count: int) -> bool:
    return (await rep.ask("GET", path)).json()["processed"] == count


async def is_done(rep, path: str) -> bool:
    return (await rep.ask("GET", path)).json()["status"] == "done"


async def candidates(product, rep) -> int:
    ((number,),) = await product.fetch(CANDIDATES, rep.tenant_id)
    return int(number)


async def next_night(product, rep) -> None:
    """Runs `leadgen-nightly` a day later."""
    ((tomorrow,),) = await product.fetch("SELECT now() + interval '1 day'")
    database = await Database.connect(product.stack.database_url, name=PRODUCER)
    try:
        chosen = await choose(database, Choice(only=frozenset({rep.tenant_id}), require_odoo=False))
        async with Relay(database, product.stack.kafka, PRODUCER):
            await run_night(database, chosen, Rules(day_in_singapore(tomorrow), daily_cap=0))
    finally:
        await database.close()
