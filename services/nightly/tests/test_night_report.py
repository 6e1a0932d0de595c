"""The report on a known night: every number, from the tables to the page, the terminal and the e-mail's text."""

import asyncio
import os
import re
import sys
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path
from typing import TypeAlias
from uuid import uuid4

import asyncpg
import pytest

from common.postgres import Database
from nightly.report.night import Night, Rest
from nightly.report.night_queries import NoSuchNight, read_night
from nightly.report.page import render_page
from nightly.report.terminal import as_text
from nightly.tables.shortlists import keep_shortlist
from testkit.nights import NIGHT, STARTED, Run, a_run

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

BUDGET = {"tavily": {"cap": 800, "used": 3}, "lusha": {"cap": 5, "used": 0}}
SCRIPT = "leadgen-nightly-report"
SPENT = "INSERT INTO vendor_usage (tenant_id, day, vendor, used) VALUES ($1, $2, $3, $4)"


def steps(*, crawl_ms: int, tavily: int = 0, lusha: int = 0) -> list[dict[str, object]]:
    """The steps of a visit, with the units that they cost."""
    return [
        {"step": "find_site", "outcome": "done", "duration_ms": 30, "units": tavily, "reason": None},
        {"step": "crawl", "outcome": "done", "duration_ms": crawl_ms, "units": 0, "reason": None},
        {"step": "lusha", "outcome": "not_needed", "duration_ms": 0, "units": lusha, "reason": None},
    ]


async def the_known_night(owner: Owner) -> tuple[Run, Run]:
    """Twelve companies of tenant 1 that stand everywhere, and three of tenant 2, which has no Odoo."""
    await (await a_run(owner, 1, night=NIGHT - timedelta(days=1))).company(
        1, reached="linked", state="synced", link="synced", score=0.2
    )
    first = await a_run(owner, 1, status="partial", budget=BUDGET)
    for company_id, score in ((1, 0.9), (2, 0.8), (3, 0.7), (4, 0.5)):
        visit = steps(crawl_ms=100 * company_id, tavily=1, lusha=2 if company_id == 1 else 0)
        await first.company(company_id, reached="linked", state="synced", link="synced", score=score, steps=visit)
    too_long = "lusha: out of budget"
    await first.company(5, reached="linked", state="held_back", link="refused", reason="No x_uen", degraded=[too_long])
    await first.company(6, reached="linked", state="held_back", link="deleted", degraded=[too_long, "/a: HTTP 404"])
    await first.company(7, reached="scored", state="odoo_waiting", score=0.1, degraded=["/b: HTTP 404"])
    await first.company(8, reached="visited", state="scoring")
    await first.company(9, reached="visited", state="dead", dead_at="score", error="KeyError: 'title'\nmore")
    await first.company(10, reached="taken over", state="enriching")
    await first.company(11, reached="taken over", state="dead", dead_at="enrich", error="Boom")
    await first.company(12, reached="published", state="requested")
    await first.contact(1, "info@one.example", is_role=True)
    await first.contact(1, "ann@one.example", name="Ann Tan", title="CEO", status="valid")
    await first.contact(2, "gone@two.example", status="invalid")
    await first.contact(2, "+6561234567", kind="phone")
    second = await a_run(owner, 2)
    for company_id in (21, 22, 23):
        await second.company(company_id, reached="linked", state="no_connection", link="no_connection", score=0.7)
    await owner.execute(SPENT, 1, NIGHT, "tavily", 9)
    await owner.execute(SPENT, 1, NIGHT, "lusha", 5)
    await owner.execute(SPENT, 1, NIGHT - timedelta(days=1), "lusha", 400)
    return first, second


async def report(database: Database, *runs: Run) -> Night:
    """The report on the night, after nightly has looked at the runs' progress."""
    for run in runs:
        async with database.transaction(run.tenant_id) as tx:
            await keep_shortlist(tx, run.run_id)
    return await read_night(database, NIGHT, {})


async def test_every_company_of_a_night_is_accounted_for(database: Database, owner: Owner) -> None:
    """Each stage is the one before it, less the rest; and each rest has its cause."""
    night = await report(database, *await the_known_night(owner))

    first, second = night.tenants
    assert first.balance.reached == (12, 11, 9, 7, 4)
    assert first.balance.rests == (
        Rest("published", "not taken over yet", 1),
        Rest("taken over", "dead letter in the enricher", 1),
        Rest("taken over", "visit not finished", 1),
        Rest("visited", "dead letter in the scorer", 1),
        Rest("visited", "score not ready", 1),
        Rest("scored", "Odoo does not answer", 1),
        Rest("scored", "deleted in Odoo by people", 1),
        Rest("scored", "refused by Odoo", 1),
    )
    assert second.balance.reached == (3, 3, 3, 3, 0)
    assert second.balance.rests == (Rest("scored", "no Odoo is connected", 3),)
    assert night.balance.reached == (15, 14, 12, 10, 4)
    assert night.is_balanced
    assert night.balance.differences == (0, 0, 0, 0)


async def test_a_company_that_the_tables_disagree_about_is_unexplained(database: Database, owner: Owner) -> None:
    """`run_companies` says synced, and there is no link: the report says so, and how to find it."""
    first, second = await the_known_night(owner)
    await owner.execute("DELETE FROM odoo_links WHERE tenant_id = 1 AND company_id = 2")

    night = await report(database, first, second)

    assert night.tenants[0].balance.differences == (0, 0, 0, 1)
    assert not night.is_balanced
    assert "1 company is not accounted for" in as_text(night)
    (issue,) = [it for it in night.tenants[0].issues if "not accounted for" in it.words]
    assert issue.urgency == "act"
    assert f"--run {first.run_id}" in issue.advice


async def test_a_company_that_was_published_and_stands_nowhere_is_unexplained(database: Database, owner: Owner) -> None:
    """The manifest has it, `run_companies` does not."""
    first, second = await the_known_night(owner)
    await owner.execute("DELETE FROM run_companies WHERE tenant_id = 1 AND company_id = 12")

    night = await report(database, first, second)

    assert night.tenants[0].balance.differences == (1, 0, 0, 0)


async def test_spend_steps_and_reasons_are_those_of_the_night(database: Database, owner: Owner) -> None:
    """Used is the day's, the night's part is the units of its visits, and a reason counts each company once."""
    night = await report(database, *await the_known_night(owner))

    assert [(it.vendor, it.used, it.cap, it.by_night) for it in night.spend] == [
        ("tavily", 9, 800, 4),
        ("lusha", 5, 5, 2),
    ]
    assert [it.is_used_up for it in night.spend] == [False, True]
    assert night.per_lead(night.spend[0]) == 4 / 10
    measured = {it.step: it for it in night.durations}
    assert set(measured) == {"find_site", "crawl", "score", "sync"}, "a step that was not needed took no time"
    crawl = measured["crawl"]
    assert [crawl.percentile(share) for share in (0.25, 0.5, 0.95, 0.99)] == [100, 200, 400, 400]
    assert night.durations[0].step == "crawl"
    assert night.degraded == (("a page: HTTP 404", 2), ("lusha: out of budget", 2))


async def test_the_cost_of_a_lead_is_said_if_every_vendor_has_a_price(database: Database, owner: Owner) -> None:
    """4 credits of Tavily and 2 of Lusha for 10 leads."""
    await report(database, *await the_known_night(owner))

    priced = await read_night(database, NIGHT, {"tavily": 0.01, "lusha": 0.5})

    assert priced.cost_per_lead == pytest.approx(0.104)
    assert "0.104" in render_page(priced)
    assert (await read_night(database, NIGHT, {"tavily": 0.01})).cost_per_lead is None


async def test_failures_are_reported_in_words_with_what_to_do(database: Database, owner: Owner) -> None:
    """Failures are reported in words with what to do: those that need a person come first, once, with its command."""
    runs = await the_known_night(owner)
    await owner.execute("INSERT INTO odoo_states (tenant_id, blocked) VALUES (2, 'access denied')")
    await owner.execute(
        "INSERT INTO inbox_pauses (consumer, tenant_id, until, reason) VALUES ('odoo-sync', 1, now(), 'HTTP 503')"
    )
    night = await report(database, *runs)

    first, second = night.tenants
    assert [(it.urgency, it.words) for it in first.issues if it.urgency == "act"] == [
        ("act", "1 company was given up by the enricher: Boom"),
        ("act", "1 company was given up by the scorer: KeyError: 'title'"),
        ("act", "Odoo refused 1 lead: No x_uen"),
    ]
    waits = [it.words for it in first.issues if it.urgency == "wait"]
    assert waits[0] == "3 companies were not finished when the window ended at 29 Nov 07:00"
    assert waits[1].endswith(": HTTP 503")
    assert [it.words for it in second.issues if it.urgency == "act"] == ["Odoo refuses all calls: access denied"]
    text = as_text(night)
    assert text.index("access denied") < text.index("when the window ended")
    assert "leadgen dlq list --consumer enricher --tenant 1" in text
    assert "leadgen odoo check --tenant 2" in text
    assert night.to_do == 4
    assert "10 leads for 2 tenants, 6 of them High. 4 items need action." in text


async def test_what_an_earlier_night_left_open_is_in_the_next_report(database: Database, owner: Owner) -> None:
    """With what became of it since."""
    found = {"night": "2026-11-28", "run_id": "x", "status": "partial", "unfinished": 1, "finished_since": 2}
    night = await report(database, await a_run(owner, 1, cap=0, summary={"carried_over": [found]}))

    (issue,) = [it for it in night.tenants[0].issues if "28 November" in it.words]
    assert "2 companies were finished since, and 1 was not when this night began" in issue.words
    assert (issue.urgency, "`leadgen nightly report 2026-11-28`" in issue.advice) == ("wait", True)


async def test_active_tenants_without_a_run_are_named(database: Database, owner: Owner) -> None:
    """In the report on a night; the one on a single run is about that alone."""
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 5")
    first, second = await the_known_night(owner)

    night = await report(database, first, second)

    assert night.without_run == ("Tenant 3", "Tenant 4")
    assert "No run this night: Tenant 3, Tenant 4." in as_text(night)
    assert (await read_night(database, first.run_id, {})).without_run == ()


async def test_a_tenant_with_an_odoo_and_without_a_run_needs_somebody(database: Database, owner: Owner) -> None:
    """Unless the settings leave it out, or its Odoo is younger than the night."""
    first, second = await the_known_night(owner)
    odoo = "INSERT INTO odoo_connections (tenant_id, url, database, api_key, created_at) VALUES ($1, 'u', 'd', '', $2)"
    await owner.execute(odoo, 3, STARTED - timedelta(days=1))
    await owner.execute(odoo, 4, STARTED + timedelta(hours=9))
    before = (await read_night(database, NIGHT, {}, exclude={3})).to_do

    night = await report(database, first, second)

    assert (night.missed, night.without_run) == (("Tenant 3",), ("Tenant 4", "Tenant 5"))
    assert night.to_do == before + 1
    text = " ".join(as_text(night).split())
    assert "No run this night, though they have an Odoo connection: Tenant 3. Run leadgen nightly --date" in text
    for given in ({"exclude": {3}}, {"include": {1, 2}}):
        assert (await read_night(database, NIGHT, {}, **given)).missed == ()


@pytest.mark.parametrize("upsert", [{"dead": 2}, {"jobs_failed": 2, "dead": 1}])
async def test_commands_that_the_upserter_gave_up_need_somebody(
    database: Database, owner: Owner, upsert: dict[str, int]
) -> None:
    """With the commands that show and retry them."""
    await a_run(owner, 1, summary={"upsert": upsert})

    night = await read_night(database, NIGHT, {})

    [issue] = [it for it in night.tenants[0].issues if it.urgency == "act"]
    assert issue.words.startswith("2 commands to the upserter are dead letters")
    assert "`leadgen dlq list --consumer upserter`" in issue.advice
    assert "`leadgen dlq retry --consumer upserter`" in issue.advice


async def test_commands_that_the_upserter_never_did_need_somebody(database: Database, owner: Owner) -> None:
    """Though the run is done."""
    await a_run(owner, 1, summary={"upsert": {"late": 2}})

    night = await read_night(database, NIGHT, {})

    [issue] = [it for it in night.tenants[0].issues if it.urgency == "act"]
    assert issue.words.startswith("2 commands to the upserter had not ended")
    assert "1 item needs action" in as_text(night)


@pytest.mark.parametrize(("has_icp", "advice"), [(False, "sets an ICP"), (True, "A wider ICP")])
async def test_a_night_without_companies_advises_by_the_icp(
    database: Database, owner: Owner, has_icp: bool, advice: str
) -> None:
    """A tenant that has one is not asked to set one."""
    if has_icp:
        await owner.execute("INSERT INTO icp_rules (tenant_id, industries) VALUES (1, '{2020:25}')")
    await a_run(owner, 1)

    [issue] = (await read_night(database, NIGHT, {})).tenants[0].issues

    assert (issue.words, advice in issue.advice) == ("No company was due this night", True)


async def test_the_shortlist_is_in_order_and_says_what_is_new(database: Database, owner: Owner) -> None:
    """Best first, with the best contact that works, and Odoo's number."""
    earlier = NIGHT - timedelta(days=1)
    first, second = await the_known_night(owner)
    ((run_id,),) = await owner.fetch("SELECT run_id FROM enrichment_runs WHERE night = $1", earlier)
    async with database.transaction(1) as tx:
        await keep_shortlist(tx, run_id)

    night = await report(database, first, second)

    short = night.tenants[0].shortlist
    assert [it.uen for it in short] == ["UEN1", "UEN2", "UEN3", "UEN4", "UEN5", "UEN6", "UEN7"]
    assert [it.is_new for it in short] == [False, True, True, True, True, True, True]
    assert (short[0].score, short[0].contact, short[0].odoo) == (0.9, "Ann Tan, CEO: ann@one.example", "lead 4001")
    assert short[1].contact == "+6561234567"
    assert [it.odoo for it in short[4:]] == ["refused", "deleted by people", "not there yet"]
    assert night.new_leads == 9


async def test_a_shortlist_does_not_change_after_its_night(database: Database, owner: Owner) -> None:
    """A score that changes later, and a lead that comes late, leave what stands there as it is."""
    first, second = await the_known_night(owner)
    before = (await report(database, first, second)).tenants[0].shortlist
    await owner.execute("UPDATE lead_scores SET score = 0.05, bucket = 'Low' WHERE company_id = 1 AND tenant_id = 1")
    await first.company(13, reached="scored", state="syncing", score=0.99, is_late=True)

    after = (await report(database, first, second)).tenants[0].shortlist

    assert after[:-1] == before
    assert (after[-1].uen, after[-1].score, after[-1].rank) == ("UEN13", 0.99, 8)


async def test_a_shortlist_has_at_most_the_cap(database: Database, owner: Owner) -> None:
    """A shortlist has at most the cap, also where more companies were scored."""
    run = await a_run(owner, 1, cap=2)
    for company_id, score in ((1, 0.4), (2, 0.9), (3, 0.6)):
        await run.company(company_id, reached="scored", state="syncing", score=score)

    night = await report(database, run)

    assert [it.uen for it in night.tenants[0].shortlist] == ["UEN2", "UEN3"]


class Page(HTMLParser):
    """The tags and the texts of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data.strip())


async def test_the_page_needs_nothing_else_and_escapes_what_comes_from_outside(
    database: Database, owner: Owner
) -> None:
    """No script, no picture, no style from elsewhere; a company's name is text, never a tag. Bars are to scale."""
    runs = await the_known_night(owner)
    await owner.execute("UPDATE run_companies SET name = '<script>alert(1)</script>' WHERE company_id = 1")
    await owner.execute(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES (1, 'https://odoo.example/', 'db', '')"
    )
    page = Page(render_page(await report(database, *runs)))

    tags = {tag for tag, _ in page.tags}
    assert "svg" in tags
    assert not tags & {"script", "img", "link", "iframe", "object"}
    assert "<script>alert(1)</script>" in page.texts
    links = [attributes["href"] for tag, attributes in page.tags if tag == "a"]
    assert links[0] == "https://odoo.example/mail/view?model=crm.lead&res_id=4001"
    bars = [attributes["width"] for tag, attributes in page.tags if (tag, attributes.get("class")) == ("rect", "main")]
    assert bars[:5] == [f"{100 * reached / 15:.2f}" for reached in (15, 14, 12, 10, 4)]


async def test_the_text_fits_into_80_columns(database: Database, owner: Owner) -> None:
    """Every line, and it has the figures of the balance."""
    text = as_text(await report(database, *await the_known_night(owner)))

    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"Tenant 1 +12 +11 +9 +7 +4 +0\n", text)
    assert re.search(r"Tenant 2 +3 +3 +3 +3 +0 +0\n", text)


async def test_one_run_can_be_reported_alone_and_the_latest_night_is_the_default(
    database: Database, owner: Owner
) -> None:
    """By its id; and what there is not is said."""
    with pytest.raises(NoSuchNight, match="there is no run yet"):
        await read_night(database, None, {})
    _, second = await the_known_night(owner)

    assert [it.tenant_id for it in (await read_night(database, second.run_id, {})).tenants] == [2]
    assert (await read_night(database, None, {})).night == NIGHT
    with pytest.raises(NoSuchNight, match="2020-01-01"):
        await read_night(database, date(2020, 1, 1), {})
    with pytest.raises(NoSuchNight, match="there is no run"):
        await read_night(database, uuid4(), {})


async def test_the_operators_command_prints_the_report_and_writes_the_page(
    database: Database, owner: Owner, database_url: str, tmp_path: Path
) -> None:
    """The operator's command prints the report and writes the page, as it is typed.

    What it is given in error gets a line and an exit code, and nothing is written.
    """
    _, second = await the_known_night(owner)
    page = tmp_path / "night.html"

    async def typed(*command: str, **settings: str) -> tuple[int, str, str]:
        process = await asyncio.create_subprocess_exec(
            Path(sys.executable).with_name(command[0]),
            *command[1:],
            env={**os.environ, "DATABASE_URL": database_url, "COLUMNS": "80", **settings},
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        out, errors = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), errors.decode()

    code, out, errors = await typed("leadgen", "nightly", "report", "2026-11-29", "--html", str(page))
    assert (code, errors) == (0, "")
    assert re.search(r"Tenant 1 +12 +11 +9 +7 +4 +0\n", out)
    assert str(page) in out.replace("\n", "")
    assert "<!doctype html>" in page.read_text(encoding="utf-8")
    code, out, _ = await typed(SCRIPT, str(second.run_id))
    assert (code, "Tenant 1" in out, "Tenant 2" in out) == (0, False, True)

    for arguments, expected, words in (
        (("yesterday",), 2, "'yesterday' is neither a night such as 2026-11-29 nor the id of a run"),
        (("2031-01-01",), 1, "no tenant had a run in the night of 2031-01-01"),
        (("--mail",), 2, "--mail needs the settings SMTP_URL and REPORT_TO"),
        (("--html", str(tmp_path / "nowhere" / "night.html")), 1, "No such file or directory"),
    ):
        code, _, errors = await typed(SCRIPT, *arguments)
        assert (code, words in errors, "Traceback" in errors) == (expected, True, False), errors
    code, _, errors = await typed(SCRIPT, DATABASE_URL="postgresql://127.0.0.1:1/nothing")
    assert (code, "PostgreSQL does not answer" in errors) == (1, True)
