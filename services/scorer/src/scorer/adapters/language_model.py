"""A language model, OpenAI's or a compatible one: one attempt per question, usage in tokens."""

import asyncio
import math
from typing import NamedTuple

from openai import APIStatusError, AsyncOpenAI, OpenAIError

from common.errors import Transient, printable

_MAX_ANSWER = 200  # tokens
_OVERHEAD = 50  # tokens that wrap the messages


class LanguageModelFailed(Transient):
    """The model gave no answer. `was_refused`: the server refused the request and charged nothing."""

    def __init__(self, message: str, *, was_refused: bool) -> None:
        super().__init__(message)
        self.was_refused = was_refused


class Completion(NamedTuple):
    """An answer and the number of tokens that it used."""

    text: str
    tokens: int


def max_tokens(system: str, user: str) -> int:
    """Returns the maximum tokens of a question: two ASCII characters, or one byte of other text, per token."""
    text = system + user
    plain = len(text.encode("ascii", "ignore"))
    return math.ceil(plain / 2) + len(text.encode("utf-8", "replace")) - plain + _OVERHEAD + _MAX_ANSWER


class LanguageModel:
    """One model of one server. The client neither retries nor follows redirects."""

    def __init__(self, client: AsyncOpenAI, model: str, *, timeout_s: float = 30) -> None:
        self._client = client.with_options(max_retries=0, timeout=timeout_s)
        self._model = model
        self._timeout_s = timeout_s

    async def ask(self, system: str, user: str) -> Completion:
        """Asks one question. If the answer states no usage, `max_tokens` counts. Raises LanguageModelFailed."""
        try:
            async with asyncio.timeout(self._timeout_s):  # the client's own is per read
                answer = await self._client.chat.completions.create(
                    model=self._model,
                    messages=[{"role": "system", "content": system}, {"role": "user", "content": user}],
                    max_completion_tokens=_MAX_ANSWER,
                )
            text = answer.choices[0].message.content or ""
            used = answer.usage.total_tokens if answer.usage else max_tokens(system, user)
        except APIStatusError as error:
            refused = error.status_code < 500
            raise LanguageModelFailed(
                f"the language model answers HTTP {error.status_code}", was_refused=refused
            ) from error
        except (OpenAIError, TimeoutError) as error:
            raise LanguageModelFailed(
                f"the language model does not answer: {printable(error)}", was_refused=False
            ) from error
        except (
            AttributeError,
            IndexError,
            TypeError,
            ValueError,
        ) as error:  # malformed answers of merely similar servers
            raise LanguageModelFailed("the language model's answer is malformed", was_refused=False) from error
        return Completion(text, used)
