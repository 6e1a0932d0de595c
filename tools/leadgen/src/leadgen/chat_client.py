"""A client of the chat: posts a message to the gateway and reads the stream."""

import json
import time
from collections.abc import AsyncIterator
from typing import Any, NamedTuple

import httpx

from common.errors import Permanent, Unavailable

#: The gateway ends a stream by itself (CHAT_TIMEOUT_S); this is for one that has gone silent.
SILENCE_S = 90.0


class ChatRefused(Permanent):
    """The gateway answered with a problem document."""


class ChatEvent(NamedTuple):
    """A server-sent event with its time in milliseconds since the request was sent."""

    name: str
    data: dict[str, Any]
    at_ms: float


async def chat(http: httpx.AsyncClient, gateway: str, token: str, message: str) -> AsyncIterator[ChatEvent]:
    """Yields the gateway's events as they arrive, up to the last one. Raises ChatRefused, Unavailable."""
    gateway = base_of(gateway)
    began = time.perf_counter()
    try:
        async with http.stream(
            "POST",
            f"{gateway}/chat",
            json={"message": message},
            headers={"Authorization": f"Bearer {token}", "Accept": "text/event-stream"},
            timeout=SILENCE_S,
        ) as answer:
            if answer.status_code != 200:
                raise ChatRefused(refusal(gateway, answer.status_code, await answer.aread()))
            name = ""
            async for line in answer.aiter_lines():
                if line.startswith("event:"):
                    name = line.removeprefix("event:").strip()
                elif line.startswith("data:"):
                    at_ms = (time.perf_counter() - began) * 1000
                    yield ChatEvent(name, json.loads(line.removeprefix("data:")), at_ms)
    except httpx.HTTPError as error:
        raise Unavailable(no_answer(gateway, error)) from error
    except httpx.InvalidURL as error:
        raise ChatRefused(f"{gateway} is not the URL of a gateway: {error}") from error
    except UnicodeEncodeError as error:
        raise ChatRefused(f"the message or the token cannot be sent as it is: {error}") from error


def base_of(gateway: str) -> str:
    """Normalises the gateway's address. Raises ChatRefused for one without http:// or https://."""
    address = gateway.strip().rstrip("/")
    if not address.startswith(("http://", "https://")):
        raise ChatRefused(f"{gateway} is not the URL of a gateway: it looks like http://127.0.0.1:8080")
    return address


def refusal(gateway: str, status: int, body: bytes) -> str:
    """Describes a problem document. The answer may also come from a proxy in between."""
    try:
        problem = json.loads(body)
        return f"{problem['title']}: {problem['detail']}"
    except (ValueError, KeyError, TypeError):
        return f"the gateway at {gateway} answers {status}, not as a gateway does; is the URL right?"


def no_answer(gateway: str, error: Exception) -> str:
    """Describes a failed connection."""
    return f"the gateway at {gateway} does not answer ({error or type(error).__name__}): `leadgen up` starts one"
