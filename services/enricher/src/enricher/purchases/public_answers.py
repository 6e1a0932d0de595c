"""Vendors' answers about public pages: searches, fetched pages, extraction by a language model.

A fresh answer serves all tenants; the tenant that asked first has paid for it.
"""

from collections.abc import Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from pydantic import BaseModel, TypeAdapter

from enricher.errors import StepSkipped
from enricher.purchases.answer_cache import AnswerCache, Codec, PaidAnswer
from enricher.vendors.language_model import LanguageModel, ModelAnswer, max_tokens_of
from enricher.vendors.tavily import SEARCH_COST, ExtractAnswer, SearchAnswer, Tavily, extract_cost

MAX_ANSWER_TOKENS = 1_200

_SEARCH = TypeAdapter(SearchAnswer)
_EXTRACT = TypeAdapter(ExtractAnswer)


class PublicAnswers:
    """Asks Tavily and the language model through the answer cache. `None` stands for a vendor without a key.

    Methods use no answer from before `afresh`, and leave out people who are forgotten in the `scopes`. They raise
    StepSkipped if no answer can be had, and Unavailable.
    """

    def __init__(
        self, answer_cache: AnswerCache, tavily: Tavily | None, model: LanguageModel | None, *, fresh_for: timedelta
    ) -> None:
        self._answer_cache = answer_cache
        self._tavily = tavily
        self._model = model
        self._fresh_for = fresh_for

    async def search(
        self, query: str, tenant_id: int, *, afresh: datetime | None = None, scopes: Collection[str] = ()
    ) -> PaidAnswer[SearchAnswer]:
        """Searches for pages."""
        if self._tavily is None:
            raise StepSkipped("tavily: no key")
        return await self._answer_cache.ask(
            "tavily",
            tenant_id,
            ["search", query],
            is_public=True,
            fresh_for=self._fresh_for,
            afresh=afresh,
            scopes=scopes,
            units=SEARCH_COST,
            make=partial(self._tavily.search, query),
            charged=lambda answer: answer.credits,
            codec=Codec(partial(_SEARCH.dump_python, mode="json"), _SEARCH.validate_python),
        )

    async def extract(
        self, url: str, tenant_id: int, *, afresh: datetime | None = None, scopes: Collection[str] = ()
    ) -> PaidAnswer[ExtractAnswer]:
        """Fetches the text of a page."""
        if self._tavily is None:
            raise StepSkipped("tavily: no key")
        return await self._answer_cache.ask(
            "tavily",
            tenant_id,
            ["extract", url],
            is_public=True,
            fresh_for=self._fresh_for,
            afresh=afresh,
            scopes=scopes,
            units=extract_cost(1),
            make=partial(self._tavily.extract, [url]),
            charged=lambda answer: answer.credits,
            codec=Codec(partial(_EXTRACT.dump_python, mode="json"), _EXTRACT.validate_python),
        )

    async def ask_model(
        self,
        system: str,
        user: str,
        shape: type[BaseModel],
        tenant_id: int,
        *,
        afresh: datetime | None = None,
        scopes: Collection[str] = (),
    ) -> PaidAnswer[ModelAnswer[BaseModel]]:
        """Asks the language model for an object of this shape."""
        if self._model is None:
            raise StepSkipped("openai: no key")
        return await self._answer_cache.ask(
            "openai",
            tenant_id,
            [self._model.name, system, user],
            is_public=True,
            fresh_for=self._fresh_for,
            afresh=afresh,
            scopes=scopes,
            units=max_tokens_of(system, user, shape, max_tokens=MAX_ANSWER_TOKENS),
            make=partial(self._model.ask, system, user, shape, max_tokens=MAX_ANSWER_TOKENS),
            charged=lambda answer: answer.tokens,
            codec=_model_codec(shape),
        )


def _model_codec(shape: type[BaseModel]) -> Codec[ModelAnswer[BaseModel]]:
    def dump(answer: ModelAnswer[BaseModel]) -> dict[str, Any]:
        parsed = answer.parsed.model_dump() if answer.parsed else None
        return {"parsed": parsed, "problem": answer.problem, "tokens": answer.tokens}

    def load(kept: dict[str, Any]) -> ModelAnswer[BaseModel]:
        parsed = shape.model_validate(kept["parsed"]) if kept["parsed"] is not None else None
        return ModelAnswer(parsed, kept["problem"], kept["tokens"])

    return Codec(dump, load)
