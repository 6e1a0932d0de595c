"""A model is asked for what is open, in parts, and believed where the corpus supports it."""

import asyncio
from typing import get_args

from pydantic import BaseModel

from enricher.errors import StepSkipped
from enricher.extract.facts import Fact, Field
from enricher.llm.corpus import Corpus
from enricher.llm.extraction import (
    ANSWERABLE,
    CHUNK,
    CONFIDENCE,
    CONFIDENCE_ELSEWHERE,
    LlmExtraction,
    extract_open_fields,
)
from enricher.vendors.errors import Failed
from testkit.enrichment.llm_extraction import ABOUT, HOME, SERVED, Model, Said, a_corpus, extracted


async def test_what_the_corpus_supports_becomes_facts_with_their_page() -> None:
    """The quote's page is the source; a copy that somebody else made of it is worth less."""
    model = Model(
        {
            "summary": "Makes precision tools for shipyards.",
            "summary_quote": "we make precision tools for shipyards",
            "customers": "Alpha Foods; Beta Marine",
            "customers_quote": SERVED,
            "employees": "about forty",
            "employees_quote": "we employ about forty people",
        }
    )

    found = await extracted(a_corpus(SERVED, ABOUT), model)
    elsewhere = await extracted(a_corpus(ABOUT, origin="tavily"), model, "employees")

    assert found == LlmExtraction(
        facts=(
            Fact(
                "summary",
                "Makes precision tools for shipyards.",
                f"{HOME}1",
                "ai",
                CONFIDENCE,
                "we make precision tools for shipyards",
            ),
            Fact("customers", "Alpha Foods; Beta Marine", HOME + "0", "ai", CONFIDENCE, SERVED),
            Fact("employees", "about forty", f"{HOME}1", "ai", CONFIDENCE, "we employ about forty people"),
        ),
        tokens=100,
    )
    assert [fact.confidence for fact in elsewhere.facts] == [CONFIDENCE_ELSEWHERE]


async def test_only_open_fields_are_asked_for() -> None:
    """In a flat shape of values and quotes; nothing is asked where nothing is open, or nothing was read."""
    model = Model({})

    await extracted(a_corpus(ABOUT), model, "employees", "uen", "technologies")
    await extracted(a_corpus(ABOUT), model, "uen")
    await extracted(a_corpus(" "), model)
    await extracted(Corpus(()), model)
    await extracted(a_corpus(ABOUT), model, chunks=0)

    (system, _, schema), *others = model.asked
    assert others == []
    assert list(schema.model_fields) == ["employees", "employees_quote"]
    assert all(shape.annotation == str | None and shape.default is None for shape in schema.model_fields.values())
    assert "employees:" in system
    assert "summary:" not in system
    assert set(get_args(Field)) >= ANSWERABLE


async def test_a_long_corpus_is_asked_about_in_parts_for_what_is_left() -> None:
    """Never in more parts than allowed; a field that was answered is not asked for again; no text is left out."""
    lines = [f"Line {n} says nothing of note." for n in range(1500)]
    corpus = a_corpus(f"{ABOUT}\n" + "\n".join(lines))
    model = Model({"founded_year": "1987", "founded_year_quote": "Founded in 1987"})

    found = await extracted(corpus, model, "founded_year", "products", chunks=3)

    assert len(corpus.text) > 2 * CHUNK
    assert [list(schema.model_fields) for _, _, schema in model.asked] == [
        ["products", "products_quote", "founded_year", "founded_year_quote"],
        ["products", "products_quote"],
        ["products", "products_quote"],
    ]
    asked = "\n".join(user for _, user, _ in model.asked)
    assert all(line in asked for line in lines)
    assert [fact.field for fact in found.facts] == ["founded_year"]
    assert found.tokens == 300


async def test_a_part_that_fails_does_not_cost_the_other_its_facts() -> None:
    """A skipped step ends the asking; what was found, and what it cost, stays."""
    corpus = a_corpus(ABOUT + "\nNothing of note here." * 800)
    refusals: list[Exception] = [
        StepSkipped("openai: out of budget"),
        Failed("openai", "no answer", may_be_charged=True),
    ]
    for refusal in refusals:

        def script(user: str, refusal: Exception = refusal) -> dict[str, str | None] | Exception:
            return {"founded_year": "1987", "founded_year_quote": "Founded in 1987"} if ABOUT in user else refusal

        found = await extracted(corpus, Model(script))

        assert [fact.value for fact in found.facts] == ["1987"]
        assert found.problems == (str(refusal),)
        assert found.tokens == 100


async def test_each_part_has_its_own_time() -> None:
    """One that hangs is left, and the next one is asked."""
    corpus = a_corpus(ABOUT + "\nNothing of note here." * 800)
    asked = 0

    async def ask(_: str, user: str, schema: type[BaseModel]) -> Said:
        nonlocal asked
        asked += 1
        if ABOUT in user:
            await asyncio.Event().wait()
        return Said(None, "does not fit", 7)

    found = await extract_open_fields(corpus, ["summary"], ask, chunks=2, timeout_s=0.05)

    assert asked == 2
    assert found.facts == ()
    assert found.tokens == 7
    assert found.problems == ("openai: part 1: no answer within 0.05 s", "openai: part 2: does not fit")


async def test_an_answer_of_another_shape_is_no_answer() -> None:
    """A model may leave out everything, or say nothing that can be read."""
    found = await extracted(a_corpus(ABOUT), Model({"summary": None, "summary_quote": "We make", "products": " "}))

    assert found.facts == ()
    assert found.dropped == 0
