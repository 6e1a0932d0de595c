"""The HTTP part of the vendors' adapters: one POST of JSON, bounded in time and size, with sorted failures.

No redirect is followed (it would carry key and question elsewhere) and no proxy of the environment is used. A key is
never part of an address, and is cut out of whatever a vendor says before that is quoted.
"""

import asyncio
import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, TypeVar

import httpx2
from pydantic import ValidationError

from common.http.retry_after import retry_after
from enricher.vendors.errors import (
    KEY_REFUSED,
    OUT_OF_CREDITS,
    AccountRefused,
    Failed,
    Rejected,
    Throttled,
    Vendor,
    VendorError,
)
from enricher.vendors.lenient_json import Reply, read_json

R = TypeVar("R", bound=Reply)

#: Of an answer, unpacked.
MOST_BYTES = 5_000_000
_CONNECTIONS = httpx2.Limits(max_connections=64, max_keepalive_connections=64, keepalive_expiry=30)
#: Seconds to connect. If no connection was made, the vendor cannot have charged anything.
_TIMEOUTS = httpx2.Timeout(None, connect=10).as_dict()
_QUOTED = 120
_CREDITS = frozenset({402, 432, 433})  # the last two are Tavily's own
_TRANSIENT = frozenset({408, 409, 425, 499})


def connect() -> httpx2.AsyncBaseTransport:
    """Opens the pool of connections that the adapters use. The caller closes it.

    No client: of what one does besides (redirects, cookies, logins, the environment) nothing is wanted here.
    """
    return httpx2.AsyncHTTPTransport(trust_env=False, limits=_CONNECTIONS)


class Endpoint:
    """A vendor's address with our key for it. Raises ValueError for an invalid key."""

    def __init__(
        self, vendor: Vendor, http: httpx2.AsyncBaseTransport, base_url: str, key: str, headers: Mapping[str, str]
    ) -> None:
        self.vendor: Vendor = vendor
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._key = checked_key(vendor, key)
        json_only = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "gzip"}
        self._headers = httpx2.Headers({"User-Agent": "leadgen", **json_only, **headers})
        self._urls: dict[str, httpx2.URL] = {}

    async def post(self, path: str, body: Mapping[str, Any], shape: type[R], *, within_s: float) -> R:
        """Posts a request and returns the answer as its model, all of it within the time.

        Raises VendorError, and nothing else.

        Never repeated here: `guarded_call` counts attempts.
        """
        try:
            async with asyncio.timeout(within_s):
                response, content = await self._post(path, body)
        except (TimeoutError, httpx2.HTTPError, httpx2.InvalidURL) as error:
            raise failure_of(self.vendor, error, within_s) from error
        if response.status_code != 200:
            message = quoted(_message(content), self._key)
            raise error_of(self.vendor, response.status_code, response.headers, message)
        try:
            return shape.model_validate(read_json(content))
        except ValidationError as error:
            where = ".".join(str(part) for part in error.errors()[0]["loc"]) or "the whole"
            raise self.malformed(f"{where[:60]} has an unexpected format") from error
        except ValueError as error:
            raise self.malformed("no JSON") from error

    def malformed(self, what: str) -> Failed:
        """Builds the error of an answer without meaning, which may have been charged for."""
        return Failed(self.vendor, f"malformed answer: {what}", may_be_charged=True)

    async def _post(self, path: str, body: Mapping[str, Any]) -> tuple[httpx2.Response, bytes]:
        if path not in self._urls:
            self._urls[path] = httpx2.URL(self._base_url + path)
        request = httpx2.Request(
            "POST",
            self._urls[path],
            headers=self._headers,
            content=json.dumps(body).encode(),
            extensions={"timeout": _TIMEOUTS},
        )
        response = await self._http.handle_async_request(request)
        return response, await read_bounded(response)


async def read_bounded(response: httpx2.Response) -> bytes:
    """Reads the whole answer, decompressed, and closes it. Raises ReadError above MOST_BYTES, and HTTPError."""
    content = bytearray()
    try:
        async for chunk in response.aiter_bytes():
            content += chunk
            if len(content) > MOST_BYTES:
                raise httpx2.ReadError(f"more than {MOST_BYTES} bytes")
    finally:
        await response.aclose()
    return bytes(content)


#: The request never left: nothing was charged.
_UNSENT = (
    httpx2.ConnectError,
    httpx2.ConnectTimeout,
    httpx2.PoolTimeout,
    httpx2.UnsupportedProtocol,
    httpx2.LocalProtocolError,
    httpx2.ProxyError,
    httpx2.InvalidURL,
)


def checked_key(vendor: Vendor, key: str) -> str:
    """Returns the key without blanks around it. Raises ValueError, without the key in it, if no header can carry it."""
    key = key.strip()
    if not key or not key.isascii() or not key.isprintable() or " " in key:
        raise ValueError(f"the key for {vendor} is empty or not one line of ASCII: set it, or unset it to do without")
    return key


def failure_of(vendor: Vendor, error: BaseException, within_s: float) -> Failed:
    """Builds the error of a request without an answer."""
    is_late = isinstance(error, TimeoutError) or "Timeout" in type(error).__name__
    reason = f"no answer within {within_s:g} s" if is_late else f"no answer ({type(error).__name__})"
    return Failed(vendor, reason, may_be_charged=not isinstance(error, _UNSENT))


def error_of(vendor: Vendor, status: int, headers: Mapping[str, str], message: str) -> VendorError:
    """Builds the error of an answer that is not 200. `message` is the vendor's own, already quoted."""
    reason = f"HTTP {status}"
    explained = f"{reason} ({message})" if message else reason
    if status == 401:
        return AccountRefused(vendor, f"{reason} (key refused)", KEY_REFUSED)  # their message may hold parts of it
    if status in _CREDITS:
        return AccountRefused(vendor, f"{reason} (out of credits)", OUT_OF_CREDITS)
    if status == 403:
        return AccountRefused(vendor, explained, KEY_REFUSED)
    if status == 429:
        return Throttled(vendor, f"{reason} (throttled)", retry_after(headers, now=datetime.now(UTC)))
    if 400 <= status < 500 and status not in _TRANSIENT:
        return Rejected(vendor, explained)
    return Failed(vendor, reason, may_be_charged=not 300 <= status < 400)


def quoted(message: str, key: str) -> str:
    """Makes a vendor's words fit for a log and a degraded reason: one short line, no key, nobody's address."""
    line = " ".join(message.replace(key, "…").split())
    line = re.sub(r"\S+@\S+", "…", line)
    return "".join(letter for letter in line if letter.isprintable())[:_QUOTED]


def _message(content: bytes) -> str:
    """Returns the vendor's own words in an error's body, in any of the usual fields; "" if there are none."""
    try:
        found = read_json(content)
    except ValueError:
        return ""
    for name in ("detail", "error", "message"):
        if isinstance(found, dict) and found.get(name):
            found = found[name]
    return found if isinstance(found, str) else ""
