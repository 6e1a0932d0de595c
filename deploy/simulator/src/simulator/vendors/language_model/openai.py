"""A language model behind the chat API: answers from the users' messages, by the requested schema.

Injected faults make it as unreliable as real ones are: made-up quotes, no JSON, no usage, obedience to the text.
"""

import json
from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from simulator.vendors.accounts import Account
from simulator.vendors.exchange import Call, Charge, Reply, Why, hash_of
from simulator.vendors.fault_injection import Behaviour
from simulator.vendors.language_model.fact_rules import Fact, Facts, facts_in, injected
from simulator.vendors.language_model.model_faults import answered, choices_of, misread
from simulator.vendors.language_model.schema_filling import filled, kind_of

_CHARACTERS_PER_TOKEN = 4
_MOST_TOKENS = 128_000

_STATUSES: dict[Why, tuple[int, str, str, str | None]] = {
    "bad_key": (401, "Incorrect API key provided.", "invalid_request_error", "invalid_api_key"),
    "no_credits": (429, "You exceeded your current quota.", "insufficient_quota", "insufficient_quota"),
    "pay_as_you_go": (402, "Payment required.", "billing_error", None),
    "forbidden": (403, "Country not supported", "request_forbidden", "unsupported_country_region_territory"),
    "throttled": (429, "Rate limit reached for requests", "requests", "rate_limit_exceeded"),
    "failed": (500, "The server had an error while processing your request.", "server_error", None),
    "bad_request": (400, "Invalid request.", "invalid_request_error", None),
    "unknown": (404, "Unknown request URL.", "invalid_request_error", "unknown_url"),
}


class _Part(BaseModel):
    type: Literal["text"]
    text: str


class _Message(BaseModel):
    role: Literal["system", "developer", "user", "assistant"]
    content: str | list[_Part]

    @property
    def text(self) -> str:
        """The text of the answer."""
        return self.content if isinstance(self.content, str) else "\n".join(part.text for part in self.content)


class _Format(BaseModel):
    name: str = Field(pattern=r"^[\w-]{1,64}$")
    wanted: dict[str, Any] = Field(alias="schema")
    strict: bool | None = None


class _ResponseFormat(BaseModel):
    type: Literal["text", "json_object", "json_schema"]
    json_schema: _Format | None = None


class _Chat(BaseModel):
    model: str = Field(min_length=1)
    messages: list[_Message] = Field(min_length=1)
    response_format: _ResponseFormat = _ResponseFormat(type="text")
    max_tokens: int | None = Field(default=None, ge=1)
    max_completion_tokens: int | None = Field(default=None, ge=1)


class OpenAI:
    """The vendor. It knows only the messages that it gets."""

    operations: Mapping[tuple[str, str], str] = {
        ("POST", "/v1/chat/completions"): "chat",
        ("GET", "/v1/models"): "models",
    }

    def key_of(self, call: Call) -> str:
        return call.bearer()

    def refusal(self, why: Why, operation: str, detail: str = "") -> Reply:
        status, message, kind, code = _STATUSES[why]
        return Reply({"error": {"message": detail or message, "type": kind, "param": None, "code": code}}, status)

    def answer(self, operation: str, call: Call, account: Account, manner: Behaviour | None = None) -> Reply:
        """Answers like the model, or with the fault of `manner`."""
        if operation == "models":
            return Reply({"object": "list", "data": [{"id": "simulated", "object": "model", "owned_by": "simulator"}]})
        try:
            chat = _Chat.model_validate(call.content)
        except ValidationError as error:
            first = error.errors()[0]
            return self.refusal("bad_request", operation, f"{'.'.join(map(str, first['loc']))}: {first['msg']}")
        prompt_tokens = 1 + sum(len(message.text) for message in chat.messages) // _CHARACTERS_PER_TOKEN
        if prompt_tokens > _MOST_TOKENS:
            detail = f"This model's maximum context length is {_MOST_TOKENS} tokens. Your messages are {prompt_tokens}."
            return self.refusal("bad_request", operation, detail)
        if not account.can_pay(1):
            return self.refusal("no_credits", operation)
        return _completed(chat, prompt_tokens, manner)


def _completed(chat: _Chat, prompt_tokens: int, manner: Behaviour | None) -> Reply:
    """Builds the completion and its price in tokens: the model's text is paid for, whatever fault follows."""
    corpus = "\n".join(message.text for message in chat.messages if message.role == "user")
    wanted = chat.response_format.json_schema
    text = "I read it."
    if wanted is not None:
        text = answered(filled(wanted.wanted, _read(corpus, manner)), manner)
    completion_tokens = 1 + len(text) // _CHARACTERS_PER_TOKEN
    most = chat.max_completion_tokens or chat.max_tokens
    finish = "stop"
    if manner == "length" or (most is not None and completion_tokens > most):
        completion_tokens = min(completion_tokens, most or completion_tokens // 2 or 1)
        text, finish = text[: completion_tokens * _CHARACTERS_PER_TOKEN], "length"
    tokens = prompt_tokens + completion_tokens
    request = hash_of(chat.model_dump(by_alias=True))
    body: dict[str, Any] = {
        "id": f"chatcmpl-{request}",
        "object": "chat.completion",
        "created": 1_795_305_600,
        "model": chat.model,
        "choices": choices_of(text, finish, manner),
    }
    if manner != "no_usage":
        body["usage"] = {
            "prompt_tokens": prompt_tokens, "completion_tokens": completion_tokens, "total_tokens": tokens,
            "prompt_tokens_details": {"cached_tokens": 0}, "completion_tokens_details": {"reasoning_tokens": 0},
        }  # fmt: skip
    return Reply(body, charge=Charge(tokens, (request,)), headers=((b"x-request-id", f"req_{request}".encode()),))


def _read(corpus: str, manner: Behaviour | None) -> Facts:
    """Extracts the facts that the model finds in the text."""
    order = injected(corpus) if manner == "obedient" else None
    if order is not None:
        return _obeyed(facts_in(corpus), order)
    return misread(facts_in(corpus), manner)


def _obeyed(facts: Facts, order: Fact) -> Facts:
    """Follows instructions in the page: returns the injected value for each named field, or for all fields."""
    try:
        named = json.loads(order.value)
    except ValueError:
        named = None
    if not isinstance(named, dict):
        return _Always(order)
    said = {
        kind_of(name) or name: [
            Fact(str(value), order.quote) for value in (given if isinstance(given, list) else [given])
        ]
        for name, given in named.items()
    }
    return {**facts, **said}


class _Always(dict[str, list[Fact]]):
    """Returns the same fact for every kind."""

    def __init__(self, fact: Fact) -> None:
        super().__init__()
        self._fact = fact

    def get(self, kind: str, default: Any = None) -> Any:
        return [self._fact] if kind else default
