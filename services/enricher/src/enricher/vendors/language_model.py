"""A language model with OpenAI's API: takes a question, returns an object of a given model. Charged in tokens.

The tokens used are known for every answer, also for one that does not fit the model: the answer is parsed here, not by
the SDK, which loses the usage then. The SDK makes one attempt; `guarded_call` repeats.
"""

import asyncio
import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Annotated, Any, Generic, TypeVar

import httpx2
from pydantic import BaseModel, BeforeValidator, Field, ValidationError

from enricher.vendors.errors import OUT_OF_CREDITS, AccountRefused, Failed, VendorError
from enricher.vendors.http import checked_key, connect, error_of, failure_of, quoted, read_bounded
from enricher.vendors.lenient_json import ENTRIES, PART, Charge, Reply, Text, read_json

if TYPE_CHECKING:
    from openai import APIStatusError, AsyncOpenAI

M = TypeVar("M", bound=BaseModel)

_CHARACTERS_PER_TOKEN = 3  # a cautious estimate: about four in English
_OVERHEAD = 50  # tokens that wrap the messages
_QUOTA = "insufficient_quota"


@dataclass(frozen=True, slots=True)
class ModelAnswer(Generic[M]):
    """A model's answer: `parsed`, or the `problem` with it; `tokens` were used either way."""

    parsed: M | None
    problem: str | None
    tokens: int


def connect_model(
    key: str, base_url: str = "https://api.openai.com/v1", *, transport: httpx2.AsyncBaseTransport | None = None
) -> "AsyncOpenAI":
    """Builds the SDK's client with our limits. The caller closes it. Raises ValueError for an invalid key.

    It follows no redirect (which would send the question elsewhere), uses no proxy of the environment, retries nothing,
    and limits the size of answers. A local server without keys accepts any key, such as EMPTY.
    """
    from openai import AsyncOpenAI  # a second of imports, which a service without a key does not need

    http = httpx2.AsyncClient(transport=_Bounded(transport or connect()), trust_env=False, follow_redirects=False)
    return AsyncOpenAI(api_key=checked_key("openai", key), base_url=base_url, http_client=http, max_retries=0)


def max_tokens_of(system: str, user: str, schema: type[BaseModel], *, max_tokens: int) -> int:
    """Returns the tokens to reserve for `ask`: one per two characters of ASCII text, one per byte of other text."""
    text = system + user + _schema_text(schema)
    plain = len(text.encode("ascii", "ignore"))
    others = len(text.encode("utf-8", "replace")) - plain
    return math.ceil(plain / 2) + others + _OVERHEAD + max_tokens


class LanguageModel:
    """Client of one model on one server. `timeout_s` limits a whole call."""

    def __init__(self, client: "AsyncOpenAI", model: str, *, timeout_s: float) -> None:
        connect_s = min(10.0, timeout_s)
        self._client = client.with_options(max_retries=0, timeout=httpx2.Timeout(timeout_s, connect=connect_s))
        self._model = model
        self._timeout_s = timeout_s

    @property
    def name(self) -> str:
        """The model's name on the server."""
        return self._model

    async def ask(self, system: str, user: str, schema: type[M], *, max_tokens: int) -> ModelAnswer[M]:
        """Asks the model for an object of `schema`. Raises VendorError if no answer states its usage.

        Where the server does not count tokens, they are estimated from characters.
        """
        content = await self._said(system, user, schema, max_tokens)
        try:
            completion = _Completion.model_validate(read_json(content))
        except ValueError as error:
            raise _malformed("no JSON of a completion") from error
        tokens = completion.usage.total()
        if not completion.choices and not tokens:
            raise _malformed("no choices")
        choice = completion.choices[0] if completion.choices else _Choice()
        if not tokens:
            letters = len(system) + len(user) + len(choice.message.content)
            tokens = math.ceil(letters / _CHARACTERS_PER_TOKEN)
        parsed, problem = _parsed(choice, schema)
        return ModelAnswer(parsed, problem, tokens)

    async def _said(self, system: str, user: str, schema: type[BaseModel], max_tokens: int) -> bytes:
        from openai import APIConnectionError, APIError, APIStatusError

        try:
            async with asyncio.timeout(self._timeout_s):
                # Posted as it is: the SDK's method goes through every part of the schema once more.
                answer = await self._client.post(
                    "/chat/completions",
                    cast_to=httpx2.Response,
                    body={
                        "model": self._model,
                        "messages": [
                            {"role": "system", "content": _encodable(system)},
                            {"role": "user", "content": _encodable(user)},
                        ],
                        "max_completion_tokens": max_tokens,
                        "response_format": {
                            "type": "json_schema",
                            "json_schema": {
                                "name": re.sub(r"\W", "", schema.__name__)[:64],
                                "strict": True,
                                "schema": _strict_schema(schema),
                            },
                        },
                    },
                )
                return answer.content
        except APIStatusError as error:
            raise self._refusal(error) from error
        except (APIConnectionError, TimeoutError, httpx2.InvalidURL) as error:
            cause = error.__cause__ if isinstance(error, APIConnectionError) and error.__cause__ else error
            raise failure_of("openai", cause, self._timeout_s) from error
        except APIError as error:
            raise _malformed(type(error).__name__) from error

    def _refusal(self, error: "APIStatusError") -> VendorError:
        if error.status_code == 429 and _QUOTA in (error.code, error.type):
            return AccountRefused("openai", "HTTP 429 (insufficient quota)", OUT_OF_CREDITS)
        body = error.body
        message = body.get("message") if isinstance(body, dict) else None
        said = quoted(message, self._client.api_key) if isinstance(message, str) else ""
        return error_of("openai", error.status_code, error.response.headers, said)


class _Bounded(httpx2.AsyncBaseTransport):
    """A transport that reads each answer itself, decompressed, up to MOST_BYTES.

    Answers arrive whole: nothing is streamed.
    """

    def __init__(self, inner: httpx2.AsyncBaseTransport) -> None:
        self._inner = inner

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        response = await self._inner.handle_async_request(request)
        response.request = request
        content = await read_bounded(response)
        dropped = {"content-encoding", "content-length", "transfer-encoding"}
        headers = [(name, value) for name, value in response.headers.multi_items() if name.lower() not in dropped]
        return httpx2.Response(response.status_code, headers=headers, content=content)

    async def aclose(self) -> None:
        await self._inner.aclose()


@lru_cache(maxsize=256)
def _strict_schema(schema: type[BaseModel]) -> dict[str, Any]:
    """Builds the strict JSON schema. Cached, since it takes milliseconds: do not change the result."""
    from openai.lib._pydantic import to_strict_json_schema  # private: a test holds what we need of it

    return to_strict_json_schema(schema)


@lru_cache(maxsize=256)
def _schema_text(schema: type[BaseModel]) -> str:
    return json.dumps(_strict_schema(schema))


def _content(value: object) -> str:
    """Returns the text of a message, which some servers send in parts."""
    if isinstance(value, list):
        parts = [part.get("text") for part in value if isinstance(part, dict)]
        return "".join(part for part in parts if isinstance(part, str))
    return value if isinstance(value, str) else ""


class _Usage(Reply):
    prompt_tokens: Charge = None
    completion_tokens: Charge = None
    total_tokens: Charge = None

    def total(self) -> int:
        """The tokens used; 0 if the server does not count them."""
        return self.total_tokens or (self.prompt_tokens or 0) + (self.completion_tokens or 0)


class _Message(Reply):
    content: Annotated[str, BeforeValidator(_content)] = ""
    refusal: Text = ""


class _Choice(Reply):
    message: Annotated[_Message, PART] = Field(default_factory=_Message)
    finish_reason: Text = ""


class _Completion(Reply):
    choices: Annotated[tuple[_Choice, ...], ENTRIES] = ()
    usage: Annotated[_Usage, PART] = Field(default_factory=_Usage)


def _parsed(choice: _Choice, schema: type[M]) -> tuple[M | None, str | None]:
    if choice.message.refusal:
        return None, "refused"
    if choice.finish_reason == "content_filter":
        return None, "filtered"
    text = _object_in(choice.message.content)
    if not text:
        return None, "cut off" if choice.finish_reason == "length" else "empty"
    try:
        return schema.model_validate_json(json.dumps(read_json(text.encode()))), None
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"]) or "the whole"
        return None, f"does not fit: {where[:60]}: {first['type']}"
    except (ValueError, RecursionError):
        return None, "cut off" if choice.finish_reason == "length" else "no JSON"


def _object_in(text: str) -> str:
    """Finds the JSON object in a text, without the Markdown fence or greeting that some models add."""
    found = re.search(r"\{.*\}", text, re.DOTALL)
    return found[0] if found else text.strip()


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _malformed(what: str) -> Failed:
    return Failed("openai", f"malformed answer: {what}", may_be_charged=True)
