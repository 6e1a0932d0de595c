"""What vendors say of what everybody may read: searches, pages that they fetched, what a model read in them.

An answer serves all tenants while it is fresh; the one who asked first has paid for it.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, TypeAdapter

from enricher.errors import StepSkipped
from enricher.purchases.answer_cache import Bought, Form, Paid
from enricher.vendors.language_model import LanguageModel, ModelAnswer, most_tokens
from enricher.vendors.tavily import SEARCH_COST, ExtractAnswer, SearchAnswer, Tavily, extract_cost

MAX_ANSWER_TOKENS = 1_200

_SEARCH = TypeAdapter(SearchAnswer)
_EXTRACT = TypeAdapter(ExtractAnswer)


class PublicAnswers:
    """Asks Tavily and the model. Without a key there is no `tavily`, no `model`.

    Its methods raise StepSkipped where there is no answer to be had, and Unavailable.
    """

    def __init__(
        self, bought: Bought, tavily: Tavily | None, model: LanguageModel | None, *, fresh_for: timedelta
    ) -> None:
        self._bought = bought
        self._tavily = tavily
        self._model = model
        self._fresh_for = fresh_for

    async def search(self, query: str, tenant_id: int) -> Paid[SearchAnswer]:
        """Pages that a search finds."""
        if self._tavily is None:
            raise StepSkipped("tavily: no key")
        return await self._bought.ask(
            "tavily",
            tenant_id,
            ["search", query],
            is_public=True,
            fresh_for=self._fresh_for,
            units=SEARCH_COST,
            make=partial(self._tavily.search, query),
            charged=lambda answer: answer.credits,
            form=Form(partial(_SEARCH.dump_python, mode="json"), _SEARCH.validate_python),
        )

    async def extract(self, url: str, tenant_id: int) -> Paid[ExtractAnswer]:
        """The text of a page."""
        if self._tavily is None:
            raise StepSkipped("tavily: no key")
        return await self._bought.ask(
            "tavily",
            tenant_id,
            ["extract", url],
            is_public=True,
            fresh_for=self._fresh_for,
            units=extract_cost(1),
            make=partial(self._tavily.extract, [url]),
            charged=lambda answer: answer.credits,
            form=Form(partial(_EXTRACT.dump_python, mode="json"), _EXTRACT.validate_python),
        )

    async def understand(
        self, system: str, user: str, shape: type[BaseModel], tenant_id: int
    ) -> Paid[ModelAnswer[BaseModel]]:
        """What the model answers, in this shape."""
        if self._model is None:
            raise StepSkipped("openai: no key")
        return await self._bought.ask(
            "openai",
            tenant_id,
            [self._model.name, system, user],
            is_public=True,
            fresh_for=self._fresh_for,
            units=most_tokens(system, user, shape, max_tokens=MAX_ANSWER_TOKENS),
            make=partial(self._model.ask, system, user, shape, max_tokens=MAX_ANSWER_TOKENS),
            charged=lambda answer: answer.tokens,
            form=_model_form(shape),
        )


def _model_form(shape: type[BaseModel]) -> Form[ModelAnswer[BaseModel]]:
    def dump(answer: ModelAnswer[BaseModel]) -> dict[str, Any]:
        parsed = answer.parsed.model_dump() if answer.parsed else None
        return {"parsed": parsed, "problem": answer.problem, "tokens": answer.tokens}

    def load(kept: dict[str, Any]) -> ModelAnswer[BaseModel]:
        parsed = shape.model_validate(kept["parsed"]) if kept["parsed"] is not None else None
        return ModelAnswer(parsed, kept["problem"], kept["tokens"])

    return Form(dump, load)
