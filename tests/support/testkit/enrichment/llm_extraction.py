"""A language model that answers by a script, and a corpus that it is asked about."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from enricher.extract.facts import FIELDS, Field
from enricher.llm.corpus import Corpus, Passage
from enricher.llm.extraction import (
    LlmExtraction,
    extract_open_fields,
)

HOME = "http://acme.sg/"
ABOUT = "We make precision tools for shipyards in Johor and Batam. Founded in 1987, we employ about forty people."
SERVED = "Our customers include Alpha Foods, Beta Marine and Gamma Pte Ltd."


def a_corpus(*texts: str, origin: Any = "site") -> Corpus:
    return Corpus(tuple(Passage(f"{HOME}{nth}", text, origin) for nth, text in enumerate(texts)))


@dataclass
class Said:
    parsed: BaseModel | None
    problem: str | None = None
    tokens: int = 100


@dataclass
class Model:
    """A model that says what its script says: the values of an answer, made of the question, or an error."""

    script: Callable[[str], dict[str, str | None] | Exception] | dict[str, str | None]
    asked: list[tuple[str, str, type[BaseModel]]] = field(default_factory=list)

    async def __call__(self, system: str, user: str, schema: type[BaseModel]) -> Said:
        self.asked.append((system, user, schema))
        values = self.script if isinstance(self.script, dict) else self.script(user)
        if isinstance(values, Exception):
            raise values
        return Said(schema.model_validate(values))


async def extracted(
    corpus: Corpus, model: Model, *fields: Field, chunks: int = 2, timeout_s: float = 5
) -> LlmExtraction:
    return await extract_open_fields(corpus, fields or FIELDS, model, chunks=chunks, timeout_s=timeout_s)
