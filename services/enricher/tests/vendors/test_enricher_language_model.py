"""The language model's adapter: tokens are known whatever it says, and nothing it says breaks us."""

import asyncio
import json
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import Any

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, Field

from enricher.vendors.errors import (
    KEY_REFUSED,
    OUT_OF_CREDITS,
    AccountRefused,
    Failed,
    Rejected,
    Throttled,
    VendorError,
)
from enricher.vendors.http import MOST_BYTES
from enricher.vendors.language_model import LanguageModel, ModelAnswer, connect_model, max_tokens_of

KEY = "sk-secret"
NAMES = [
    "choices", "message", "content", "refusal", "finish_reason", "usage", "total_tokens", "prompt_tokens",
    "completion_tokens", "error", "code", "text",
]  # fmt: skip
JSON: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(['{"summary": "x"}', "```"]) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(NAMES) | st.text(), inner, max_size=4),
    max_leaves=12,
)
MESSAGES = st.fixed_dictionaries({}, optional={"message": st.fixed_dictionaries({"content": JSON}), "x": JSON})
COMPLETIONS = st.fixed_dictionaries({"choices": st.lists(MESSAGES | JSON, max_size=2)}, optional={"usage": JSON})


class Facts(BaseModel):
    """The facts that the tests ask for."""

    summary: str = Field(max_length=40)
    staff: int | None = None


Answer = Callable[[httpx2.Request], httpx2.Response | Awaitable[httpx2.Response]]


def model(answer: Any, *, timeout_s: float = 5) -> LanguageModel:
    client = connect_model(KEY, "http://127.0.0.1:1/openai/v1", transport=httpx2.MockTransport(answer))
    return LanguageModel(client, "small-model", timeout_s=timeout_s)


def completion(content: object, **other: object) -> dict[str, object]:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": content}, **other}
    return {"id": "c1", "object": "chat.completion", "choices": [choice], "usage": {"total_tokens": 40}}


def says(body: object, status: int = 200, headers: dict[str, str] | None = None) -> Answer:
    return lambda _: httpx2.Response(
        status, headers=headers, content=body if isinstance(body, bytes) else json.dumps(body).encode()
    )


async def ask(server: LanguageModel) -> ModelAnswer[Facts]:
    return await server.ask("Say what is there.", "We make valves.", Facts, max_tokens=100)


async def test_a_question_goes_out_with_its_schema() -> None:
    """A strict schema of what we want, as the SDK's private module writes it: every field required, no other."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        return httpx2.Response(200, json=completion('{"summary": "Valves.", "staff": 5}'))

    got = await ask(model(answer))

    assert got == ModelAnswer(Facts(summary="Valves.", staff=5), None, 40)
    body = json.loads(asked[0].content)
    schema = body.pop("response_format")["json_schema"]
    assert str(asked[0].url) == "http://127.0.0.1:1/openai/v1/chat/completions"
    assert asked[0].headers["authorization"] == f"Bearer {KEY}"
    assert body == {
        "model": "small-model",
        "max_completion_tokens": 100,
        "messages": [
            {"role": "system", "content": "Say what is there."},
            {"role": "user", "content": "We make valves."},
        ],
    }
    assert schema["strict"] is True
    assert schema["schema"]["required"] == ["summary", "staff"]
    assert schema["schema"]["additionalProperties"] is False


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (completion('{"summary": 5}'), "does not fit: summary: string_type"),
        (completion('{"summary": "' + "x" * 41 + '"}'), "does not fit: summary: string_too_long"),
        (completion("[]"), "does not fit: the whole: model_type"),
        (completion("I think it makes valves."), "no JSON"),
        (completion('{"summary": "Val', finish_reason="length"), "cut off"),
        (completion(None, finish_reason="length"), "cut off"),
        (completion(None), "empty"),
        (completion("", finish_reason="content_filter"), "filtered"),
        (completion(None, message={"content": None, "refusal": "I cannot."}), "refused"),
        ({"choices": [], "usage": {"total_tokens": 40}}, "empty"),
        ({"choices": None, "usage": {"prompt_tokens": 30, "completion_tokens": "10"}}, "empty"),
    ],
)
async def test_tokens_are_booked_whatever_the_model_says(body: object, problem: str) -> None:
    """Tokens are booked whatever the model says: what does not fit was paid for all the same, and the problem is named
    without quoting the model.
    """
    assert await ask(model(says(body))) == ModelAnswer(None, problem, 40)


@pytest.mark.parametrize(
    "content",
    [
        '```json\n{"summary": "Valves."}\n```',
        ' {"summary": "Valves.", "more": 1}\n',
        'Sure! Here it is:\n\n{"summary": "Valves."}\n\nAnything else?',
        [{"type": "text", "text": '{"summary": '}, {"type": "text", "text": '"Valves."}'}],
        '{"summary": "\\u0000Valves."}',
    ],
)
async def test_the_ways_of_other_servers_are_understood(content: object) -> None:
    """Fences, greetings, parts, fields too many, a null byte."""
    assert (await ask(model(says(completion(content))))).parsed == Facts(summary="Valves.")


@pytest.mark.parametrize("usage", [None, {}, {"total_tokens": 0}, {"total_tokens": "many"}, 7])
async def test_without_usage_tokens_are_estimated(usage: object) -> None:
    """A token for three characters of what went out and came in."""
    content = '{"summary": "Valves."}'

    got = await ask(model(says({**completion(content), "usage": usage})))

    assert got.tokens == -(-(len("Say what is there.") + len("We make valves.") + len(content)) // 3)
    assert got.parsed == Facts(summary="Valves.")


@pytest.mark.parametrize(
    ("status", "body", "kind", "expected"),
    [
        (400, {"error": {"message": "no such schema"}}, Rejected, {}),
        (404, {"error": {"message": "no such model"}}, Rejected, {}),
        (422, {}, Rejected, {}),
        (401, {"error": {"message": f"Incorrect API key provided: {KEY}"}}, AccountRefused, {"until": KEY_REFUSED}),
        (402, {}, AccountRefused, {"until": OUT_OF_CREDITS}),
        (403, {"error": "country"}, AccountRefused, {"until": KEY_REFUSED}),
        (429, {"error": {"code": "insufficient_quota", "type": "x"}}, AccountRefused, {"until": OUT_OF_CREDITS}),
        (429, {"error": {"type": "insufficient_quota"}}, AccountRefused, {"until": OUT_OF_CREDITS}),
        (429, {"error": {"code": "rate_limit_exceeded"}}, Throttled, {}),
        (429, b"<html>", Throttled, {}),
        (500, b"", Failed, {"may_be_charged": True}),
        (307, b"", Failed, {"may_be_charged": False}),
    ],
)
async def test_each_error_is_distinguished(
    status: int, body: object, kind: type[VendorError], expected: dict[str, object]
) -> None:
    """Asked once: the SDK repeats nothing and follows nothing; the key is not in what is said."""
    asked: list[httpx2.Request] = []

    def answer(request: httpx2.Request) -> httpx2.Response:
        asked.append(request)
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return httpx2.Response(status, headers={"Location": "http://127.0.0.1:2/", "Retry-After": "0"}, content=raw)

    with pytest.raises(VendorError) as caught:
        await ask(model(answer))

    assert type(caught.value) is kind
    assert {name: getattr(caught.value, name) for name in expected} == expected
    assert KEY not in str(caught.value)
    assert len(asked) == 1


async def test_a_server_that_hangs_drips_or_floods_is_left() -> None:
    """Time is for the whole call, size for the whole answer, with or without an error's status."""

    async def drip() -> AsyncIterator[bytes]:
        while True:
            yield b" "
            await asyncio.sleep(0.001)

    async def flood() -> AsyncIterator[bytes]:
        while True:
            yield b" " * (MOST_BYTES // 4)

    async def hang(_: httpx2.Request) -> httpx2.Response:
        await asyncio.Event().wait()
        raise AssertionError

    for answer in (
        hang,
        lambda _: httpx2.Response(200, content=drip()),
        lambda _: httpx2.Response(200, content=flood()),
        lambda _: httpx2.Response(500, content=flood()),
    ):
        with pytest.raises(Failed, match="no answer") as caught:
            await ask(model(answer, timeout_s=0.1))
        assert caught.value.may_be_charged


async def test_a_server_that_is_not_there_charged_nothing() -> None:
    """With the real transport."""
    async with connect_model(KEY, "http://127.0.0.1:1/v1") as client:
        with pytest.raises(Failed, match="ConnectError") as caught:
            await ask(LanguageModel(client, "m", timeout_s=5))
    assert not caught.value.may_be_charged


@pytest.mark.parametrize("text", ["valves 1234 " * 50, "阀门" * 100, "🙂" * 50, "\ud83d"])
async def test_any_text_can_be_asked_about_and_is_reserved_for(text: str) -> None:
    """Any text can be asked about and is reserved for, also text that no encoding can carry; what is reserved is more
    than what is estimated.
    """
    got = await model(says({**completion("{}"), "usage": None})).ask("", text, Facts, max_tokens=10)

    assert 0 < got.tokens <= max_tokens_of("", text, Facts, max_tokens=10)


@pytest.mark.slow
@settings(max_examples=200, deadline=None)
@given(
    content=st.binary(max_size=200) | (JSON | COMPLETIONS).map(lambda value: json.dumps(value).encode()),
    status=st.sampled_from([200, 200, 200, 204, 302, 400, 401, 429, 500]),
    kind=st.sampled_from(["application/json", "text/html", "text/plain; charset=klingon", "text/event-stream", ""]),
    packing=st.sampled_from(["", "", "gzip", "br"]),
)
async def test_no_answer_breaks_the_adapter(content: bytes, status: int, kind: str, packing: str) -> None:
    """No answer breaks the adapter, whatever comes back: an answer with its tokens, or a VendorError."""
    server = model(says(content, status, {"Content-Type": kind, "Content-Encoding": packing, "Retry-After": kind}))

    with suppress(VendorError):
        got = await ask(server)
        assert 0 < got.tokens <= 2_000_000
        assert (got.parsed is None) == (got.problem is not None)


@pytest.mark.slow
def test_a_service_without_a_key_never_imports_the_sdk() -> None:
    """The SDK is a third of the imports' time, so the enricher loads it with the first client."""
    code = "import sys, enricher.main; sys.exit('openai' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", code], check=False, timeout=60).returncode == 0
