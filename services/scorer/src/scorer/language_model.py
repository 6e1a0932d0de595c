"""A language model, OpenAI's or one that speaks like it: a question in, a text out. One attempt; in tokens."""

import asyncio
import math
from typing import NamedTuple

from openai import APIStatusError, AsyncOpenAI, OpenAIError

from common.errors import Transient, printable

_MOST_ANSWERED = 200  # tokens
_OVERHEAD = 50  # tokens that wrap the messages


class ModelSilent(Transient):
    """The model gave no answer. `was_refused`: it took nothing for it."""

    def __init__(self, message: str, *, was_refused: bool) -> None:
        super().__init__(message)
        self.was_refused = was_refused


class Said(NamedTuple):
    """A text, and what it took."""

    text: str
    tokens: int


def most_tokens(system: str, user: str) -> int:
    """What to reserve for a question: two characters a token where the text is ASCII, a byte a token elsewhere."""
    text = system + user
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / 2) + len(text.encode("utf-8", "replace")) - plain + _OVERHEAD + _MOST_ANSWERED


class LanguageModel:
    """One model of one server. The client makes no attempts of its own and follows no redirects."""

    def __init__(self, client: AsyncOpenAI, model: str, *, timeout_s: float = 30) -> None:
        self._client = client.with_options(max_retries=0, timeout=timeout_s)
        self._model = model
        self._timeout_s = timeout_s

    async def ask(self, system: str, user: str) -> Said:
        """What it says; where it does not count, it took `most_tokens`. Raises ModelSilent."""
        try:
            async with asyncio.timeout(self._timeout_s):  # the client's own is per read
                answer = await self._client.chat.completions.create(
                    model=self._model,
                    messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                    max_completion_tokens=_MOST_ANSWERED,
                )
            text = answer.choices[0].message.content or ""
            used = answer.usage.total_tokens if answer.usage else most_tokens(system, user)
        except APIStatusError as error:
            refused = error.status_code < 500
            raise ModelSilent(f"the language model answers HTTP {error.status_code}", was_refused=refused) from error
        except (OpenAIError, TimeoutError) as error:
            raise ModelSilent(f"the language model does not answer: {printable(error)}", was_refused=False) from error
        except (AttributeError, IndexError, TypeError, ValueError) as error:  # as servers that only resemble it make
            raise ModelSilent("the language model's answer is no answer", was_refused=False) from error
        return Said(text, used)
