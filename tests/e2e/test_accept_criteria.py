"""The five things that industry search and background upsert were ordered with, each on the real processes.

    AC1  the first byte of an answer comes at once: it waits for nothing of the search, whatever the text
    AC2  the best min(UPSERT_SYNC_LIMIT, matches) companies are upserted, enriched and scored before the rep's eyes
    AC3  the rest becomes one job, and the answer says how many; the same words again get the same job
    AC4  the night takes over every match once, in batches, and says how far it is
    AC5  words that name no industry are asked back and write nothing; exclusions and codes are understood

How fast AC1 is, next to a bare endpoint, is `leadgen bench ttfb`'s to say.
"""

import asyncio
import json
import os
import signal
import subprocess
from typing import Any

import pytest

from testkit.stages import until

pytestmark = pytest.mark.whole

FEW = """
    SELECT primary_ssic_code FROM staging_acra_companies
     WHERE is_live AND primary_ssic_code NOT IN (
           SELECT secondary_ssic_code FROM staging_acra_companies WHERE is_live AND secondary_ssic_code IS NOT NULL)
     GROUP BY primary_ssic_code HAVING count(*) BETWEEN 2 AND 9 ORDER BY 1 LIMIT 1
"""
CANDIDATES = """
    SELECT count(*), count(DISTINCT uen), count(*) FILTER (WHERE companies.status = 'live')
      FROM icp_candidate_companies JOIN companies USING (company_id) WHERE tenant_id = $1
"""
JOBS = "SELECT job_id FROM background_jobs WHERE tenant_id = $1"


async def answered(rep: Any, words: str) -> dict[str, Any]:
    """Returns the gateway's answer to these words, by the name of the event; `stages` has the UENs that reached it."""
    messages = [message async for message in rep.chat(words)]
    stages: dict[str, set[str]] = {}
    for message in messages:
        if message.name == "company":
            stages.setdefault(message.data["stage"], set()).add(message.data["uen"])
    return {message.name: message.data for message in messages} | {"stages": stages}


@pytest.mark.parametrize(
    "words", ["Manufacturing", "hello there", "qx zj " * 330, "SSIC 62"], ids=lambda text: text[:13]
)
async def test_ac1_the_first_byte_waits_for_nothing_of_the_search(product: Any, words: str) -> None:
    """It is there while the upserter stands still, and the rest follows when it goes on."""
    rep = await product.rep()
    pid = product.service("upserter").child.pid
    os.kill(pid, signal.SIGSTOP)
    try:
        stream = rep.chat(words)
        first = await asyncio.wait_for(anext(stream), 60)
    finally:
        os.kill(pid, signal.SIGCONT)
    assert first.name == "accepted"
    assert [message.name async for message in stream][-1] == "done"


async def test_ac2_the_best_are_upserted_enriched_and_scored_at_once(product: Any) -> None:
    """Exactly ten of many, all of a few, and none that is not alive."""
    rep = await product.rep()
    many = await answered(rep, "Manufacturing")
    head = {company["uen"] for company in many["head"]["companies"]}
    assert len(head) == 10 < many["resolved"]["matches"]
    assert many["stages"]["upserted"] == many["stages"]["enriched"] == many["stages"]["scored"] == head
    ((found, distinct, alive),) = await product.fetch(CANDIDATES, rep.tenant_id)
    assert found == distinct == alive == 10

    ((code,),) = await product.fetch(FEW)
    few = await answered(await product.rep(), f"SSIC {code}")
    assert len(few["head"]["companies"]) == few["resolved"]["matches"] < 10
    assert len(few["stages"]["scored"]) == few["resolved"]["matches"]
    assert few["done"]["job_id"] is None


async def test_ac3_the_rest_becomes_one_job(product: Any) -> None:
    """With the number in the closing words; asked again, in other words too, it is the same job."""
    rep = await product.rep()
    first = await answered(rep, "Manufacturing")
    rest = first["resolved"]["matches"] - 10
    assert first["done"]["notice"] == (
        f"Upserted and enriched 10 now; scheduled the rest ({rest}) for nightly processing"
    )
    await product.comes_to_rest()
    again = await answered(rep, "could you find me manufacturers please")
    assert again["done"]["job_id"] == first["done"]["job_id"]
    assert {company["uen"] for company in again["head"]["known"]} == {
        company["uen"] for company in first["head"]["companies"]
    }
    assert [str(job_id) for (job_id,) in await product.fetch(JOBS, rep.tenant_id)] == [first["done"]["job_id"]]


async def test_ac4_the_night_takes_over_every_match_once(product: Any) -> None:
    """Every match is the tenant's candidate once; the job says how far it is, and when it is done."""
    rep = await product.rep()
    answer = await rep.ask("POST", "/jobs/staging_upsert", terms=["Logistics"])
    assert answer.status_code == 202, answer.text
    total = answer.json()["total"]
    command, environment = product.script("leadgen-nightly")
    only_us = {
        "SCHED_TENANT_INCLUDE": str(rep.tenant_id),
        "SCHED_DAILY_CAP_PER_TENANT": "0",
        "SCHED_REQUIRE_ODOO": "false",
    }
    ended = await asyncio.to_thread(
        subprocess.run, [command, "--json"], env=environment | only_us, capture_output=True, text=True, timeout=60
    )
    assert json.loads(ended.stdout)["jobs"] == 1, ended.stderr

    async def is_done() -> bool:
        return bool((await rep.ask("GET", answer.headers["location"])).json()["status"] == "done")

    await until(is_done)
    job = (await rep.ask("GET", answer.headers["location"])).json()
    ((found, distinct, alive),) = await product.fetch(CANDIDATES, rep.tenant_id)
    assert found == distinct == alive == job["processed"] == min(total, 500)


async def test_ac5_what_names_no_industry_is_asked_back(product: Any) -> None:
    """Choices where something like it exists; nothing is written. What is left out is left out."""
    rep = await product.rep()
    nothing = await answered(rep, "thanks, talk to you tomorrow")
    assert nothing["resolved"]["industries"] == []
    assert nothing["done"]["job_id"] is None
    ((found, _, _),) = await product.fetch(CANDIDATES, rep.tenant_id)
    assert found == 0
    assert await product.fetch(JOBS, rep.tenant_id) == []

    both = await answered(rep, "manufacturing except food")
    assert [industry["code"] for industry in both["resolved"]["industries"]] == ["C"]
    assert [industry["code"] for industry in both["resolved"]["excluded"]] == ["10"]
    whole = (await rep.ask("GET", "/industries/resolve?q=manufacturing")).json()
    part = (await rep.ask("GET", "/industries/resolve?q=manufacturing except food")).json()
    assert {code["code"][:2] for code in whole["codes"]} - {code["code"][:2] for code in part["codes"]} == {"10"}
