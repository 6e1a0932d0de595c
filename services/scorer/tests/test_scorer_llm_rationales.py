"""A language model's wording of a rationale: what may be said, and how it comes to stand, on a real PostgreSQL."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import TypeAlias

import asyncpg
import httpx2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai import AsyncOpenAI

from common.contracts import Company, CompanyEnriched, Site
from common.postgres import Database
from industries.ssic.hierarchy import Hierarchy
from leadgen.forget.running import forget
from leadgen.forget.subject import parse
from scorer import scoring
from scorer.adapters import llm_rationales, profiles
from scorer.adapters.language_model import Completion, LanguageModel, LanguageModelFailed
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.numbers import numbers
from scorer.core.rationale import LONGEST
from scorer.core.rationale_prompt import accepted_answer, build_prompt
from scorer.core.scoring_profile import ProfileCache
from scorer.rationale_rewriter import RationaleRewriter
from testkit.leads.scoring import HOME, a_fact, an_email, an_enrichment

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

TEMPLATE = "Makers of caps (SSIC 25912); hiring 4 roles (careers page); verified email of the COO"
FEATURES = json.dumps(
    {
        "hiring": {"group": "signals", "value": 1.0, "evidence": "4 open roles: Cook"},
        "size": {"group": "icp", "value": 1.0, "evidence": "1,200 employees; the ICP asks for 20 to 2000"},
        "news": {"group": "signals", "value": None, "evidence": "not known"},
        "reachable": {"group": "contact", "value": 1.0, "evidence": "jane@acme.sg"},
    }
)


@pytest.mark.parametrize(
    "answer",
    [
        "They make caps (SSIC 25912) and look for people: their careers page lists 4 roles.",
        "They make caps with 1200 employees, and are hiring for four roles.",
        "  “A maker of caps whose COO has a verified address.”\n",
    ],
)
def test_what_the_features_say_may_be_said_in_other_words(answer: str) -> None:
    """With their numbers, in digits or in words, or with none."""
    assert accepted_answer(answer, TEMPLATE, FEATURES)


@pytest.mark.parametrize(
    "answer",
    [
        "They make caps and are hiring for 5 roles on their careers page.",
        "They make caps and are hiring for five roles on their careers page.",
        "They make caps and have hired dozens of people.",
        "They make caps, and half of them (½) are blue, as anybody knows.",
        "They make caps and grow by 4% a year, says their careers page.",
        "They make caps: see https://acme.sg for more of the same.",
        "They make caps: write to joe@acme.sg about the four roles.",
        "٣ roles are open at this maker of caps.",
        "Ⅷ roles are open at this maker of caps.",
        "VIII roles are open at this maker of caps.",
        "They make caps and hire by the fourth quarter, four roles in all.",
        "They make caps and hire twice as many as others do.",
        "They make caps and are hiring for 4k roles, says their careers page.",
        "They make caps, and their fоur-hundred people are happy, one hears.",
        "They make caps, and twenty per cent of them are blue.",
        "They make caps and have been at it for decades.",
        "They make caps with twenty-four hundred employees.",
        "They make caps: see evil.example for the four roles.",
        "Caps.",
        "",
        "caps " * 100,
    ],
)
def test_what_they_do_not_say_may_not(answer: str) -> None:
    """Another number, however it is written; an address; too little or too much."""
    assert accepted_answer(answer, TEMPLATE, FEATURES) is None


@given(st.text(max_size=400))
def test_what_is_said_is_one_line_without_a_number_of_its_own(answer: str) -> None:
    """What is said is one line without a number of its own, whatever the model answers."""
    words = accepted_answer(answer, TEMPLATE, FEATURES)

    if words is not None:
        assert words.isprintable()
        assert len(words) <= LONGEST
        assert numbers(words) <= numbers(TEMPLATE) | {"4", "1200", "20", "2000"}


def test_an_address_in_the_template_allows_no_other() -> None:
    """Only the very same."""
    template = "Makers of caps (SSIC 25912); verified email jane@acme.sg"

    assert accepted_answer("They make caps; write to jane@acme.sg, which is verified.", template, FEATURES)
    assert accepted_answer("They make caps; write to joe@evil.sg, which is verified.", template, FEATURES) is None


@pytest.mark.parametrize(
    ("text", "stated"),
    [
        ("twenty-five of two hundred", {"25", "2", "hundred"}),
        ("1,200 and 4,5", {"1200", "4,5"}),
        ("4x, 25 m, 7th", {"4x", "25m", "7th"}),
        ("a 3-fold or fivefold rise", {"3", "3fold", "fivefold"}),
        ("fifty, five", {"50", "5"}),
        ("none", set()),
    ],
)
def test_numbers_are_read_as_they_are_meant(text: str, stated: set[str]) -> None:
    """Several words may be one number; what follows a number may make it another."""
    assert numbers(text) == stated


def test_the_model_is_shown_what_is_known_and_nobodys_address() -> None:
    """The model is shown what is known and nobody's address, of contacts only what the template says."""
    asked = build_prompt(TEMPLATE, FEATURES)

    assert "4 open roles: Cook" in asked
    assert "jane@acme.sg" not in asked
    assert "not known" not in asked


class Lead:
    """A lead that was scored in the template's words, and a model that says what the test wants."""

    def __init__(self, database: Database, owner: Owner, event: CompanyEnriched) -> None:
        self.database = database
        self.owner = owner
        self.event = event
        self.profile_cache = ProfileCache(read_model(), SsicVersions(Hierarchy([])))
        self.asked = 0
        self.says = "A maker of caps that is hiring for 4 roles, with its COO's address verified."
        self.status = 200

    async def score(self, event: CompanyEnriched | None = None) -> None:
        async with self.database.transaction(1) as tx:
            profile = self.profile_cache.get(await profiles.read_locked(tx))
            await scoring.save_newest(tx, profile, [event or self.event])

    def answer(self, _: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        message = {"role": "assistant", "content": self.says}
        body = {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [{"index": 0, "finish_reason": "stop", "message": message}],
            "usage": {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120},
        }
        return httpx2.Response(self.status, json=body)

    async def round(self, *, cap: int = 10_000) -> int:
        async with self._model() as model:
            return await RationaleRewriter(self.database, self.profile_cache, model, cap=cap).round()

    @asynccontextmanager
    async def _model(self) -> AsyncIterator[LanguageModel]:
        async with (
            httpx2.AsyncClient(transport=httpx2.MockTransport(self.answer)) as http,
            AsyncOpenAI(api_key="key", base_url="http://127.0.0.1:1/v1", http_client=http) as client,
        ):
            yield LanguageModel(client, "m")

    async def rationale(self) -> str:
        return str(await self.owner.fetchval("SELECT rationale FROM lead_scores WHERE tenant_id = 1"))

    async def tokens(self) -> int | None:
        used: int | None = await self.owner.fetchval("SELECT sum(tokens)::bigint FROM wording_usage")
        return used

    async def announced(self) -> int:
        return int(await self.owner.fetchval("SELECT count(*) FROM outbox WHERE producer = 'scorer'"))


@pytest.fixture
async def lead(database: Database, owner: Owner) -> Lead:
    company_id = await owner.fetchval("INSERT INTO companies (uen, name) VALUES ('U1', 'ACME') RETURNING company_id")
    company = Company(company_id=company_id, uen="U1", name="ACME", industry_norm="caps", industry_code="25912")
    event = an_enrichment(
        company,
        site=Site(outcome="visited", url=HOME, tech=["react"]),
        contacts=[an_email(name="Ann Tan", title="COO", status="valid")],
        facts=[a_fact("hiring", "4 open roles: Cook", "/careers")],
    )
    made = Lead(database, owner, event)
    await made.score()
    return made


async def test_a_high_lead_is_reported_of_once_more_in_the_models_words(lead: Lead) -> None:
    """Its tokens are counted; the same features are asked about once, and keep their words when scored again."""
    before = await lead.rationale()

    assert await lead.round() == 1

    assert await lead.rationale() == lead.says != before
    assert (await lead.announced(), await lead.tokens()) == (1, 120)
    assert await lead.round() == 0
    await lead.score()
    assert await lead.rationale() == lead.says
    assert (await lead.announced(), lead.asked) == (1, 1)


async def test_the_template_stands_where_the_model_makes_numbers_up(lead: Lead) -> None:
    """It is not asked again, and nothing is announced; what it took is counted."""
    before, lead.says = await lead.rationale(), "A maker of caps that is hiring for 40 roles."

    assert await lead.round() == 1

    assert await lead.rationale() == before
    assert (await lead.announced(), await lead.tokens()) == (0, 120)
    assert await lead.round() == 0


async def test_nothing_is_asked_beyond_the_cap(lead: Lead) -> None:
    """Nothing is asked beyond the cap, nor counted."""
    assert await lead.round(cap=300) == 0
    assert (lead.asked, await lead.tokens()) == (0, None)


@pytest.mark.parametrize(("status", "is_free"), [(401, True), (429, True), (500, False)])
async def test_a_model_that_does_not_answer_leaves_the_template(lead: Lead, status: int, is_free: bool) -> None:
    """A model that does not answer leaves the template: what may have been charged stays counted; the lead is asked
    about another time.
    """
    before, lead.status = await lead.rationale(), status

    with pytest.raises(LanguageModelFailed):
        await lead.round()

    assert await lead.rationale() == before
    assert (await lead.tokens() == 0) is is_free
    lead.status = 200
    assert await lead.round() == 1


async def test_a_lead_that_was_scored_anew_meanwhile_keeps_its_new_words(lead: Lead) -> None:
    """The model's words were about other features."""
    async with lead.database.transaction(1) as tx:
        [unasked] = await llm_rationales.find_unasked(tx, 5, score_from=0.66)
    changed = lead.event.model_copy(update={"site": lead.event.site.model_copy(update={"tech": []})})
    await lead.score(changed)
    before = await lead.rationale()

    async with lead._model() as model:
        await RationaleRewriter(lead.database, lead.profile_cache, model, cap=10_000)._ask(1, unasked)

    assert await lead.rationale() == before
    assert await lead.announced() == 0
    assert await lead.owner.fetchval("SELECT count(*) FROM lead_wordings") == 0


async def test_someone_forgotten_while_the_model_thinks_is_not_brought_back(
    lead: Lead, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither by the event that was read before, nor by the words; the next enrichment is asked about again."""
    asked, may_answer = asyncio.Event(), asyncio.Event()
    ask = LanguageModel.ask

    async def ask_slowly(model: LanguageModel, system: str, user: str) -> Completion:
        asked.set()
        await may_answer.wait()
        return await ask(model, system, user)

    monkeypatch.setattr(LanguageModel, "ask", ask_slowly)
    lead.says = "A maker of caps that is hiring for 4 roles: write to Ann Tan, its COO."
    person = lead.event.contacts[0].value
    rewriting = asyncio.create_task(lead.round())
    try:
        await asked.wait()
        await forget(database_url, None, parse(person), operator="ops", is_dry=False, known_within=timedelta(0))
        may_answer.set()
        assert await rewriting == 1
    finally:
        rewriting.cancel()

    for table in ("lead_features", "lead_scores", "lead_wordings", "outbox"):
        rows = " ".join(str(tuple(row.values())) for row in await lead.owner.fetch(f"SELECT * FROM {table}"))
        assert person not in rows
        assert "Ann Tan" not in rows
    await lead.score()
    assert await lead.round() == 1
