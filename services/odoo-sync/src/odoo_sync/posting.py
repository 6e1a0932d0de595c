"""One POST or GET to an Odoo: the HTTP failures that mean the same in every protocol, translated here and only here."""

import asyncio
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx

from odoo_sync.odoo import OdooBlocked, OdooConnection, OdooUnavailable

#: Of what Odoo says, for a log line or a column. Its `debug` holds a traceback and is never passed on.
LONGEST = 500


class Posting:
    """The HTTP side of one connection. `timeout_s` is for a whole call."""

    def __init__(self, http: httpx.AsyncClient, connection: OdooConnection, *, timeout_s: float) -> None:
        self.url = connection.url.rstrip("/")
        self._http = http
        self._timeout_s = timeout_s

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer, if its status is below 500. Raises OdooUnavailable, OdooBlocked (a redirect, a bad address)."""
        answer = await self._send("POST", path, json=body, headers=headers)
        if answer.is_redirect:
            raise OdooBlocked(f"{self.url}{path} redirects to another address; store that one, if it is right")
        return answer

    async def get(self, path: str) -> httpx.Response:
        """The same without a body; a redirect is an answer like any other."""
        return await self._send("GET", path)

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        where = self.url + path
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._http.request(
                    method, where, timeout=self._timeout_s, follow_redirects=False, **content
                )
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise OdooBlocked(f"{where} cannot be called: {error}; store the connection again") from error
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # its words hold the header, which may be the key
            raise OdooBlocked(
                f"{where} cannot be called with this key and database: they hold characters that HTTP has not; "
                "store the connection again"
            ) from None
        except (httpx.TransportError, httpx.DecodingError, TimeoutError) as error:
            raise OdooUnavailable(f"{where} does not answer: {type(error).__name__} {error}".rstrip()) from error
        if answer.status_code in (408, 429) or answer.status_code >= 500:
            said = words(answer_of(answer)) or answer.reason_phrase
            raise OdooUnavailable(f"{where} answered {answer.status_code}: {said}", retry_after=_retry_after(answer))
        return answer


def answer_of(answer: httpx.Response) -> Any:
    """The JSON that was sent, None where it is none."""
    try:
        return answer.json()
    except ValueError:
        return None


def words(error: Any) -> str:
    """Odoo's own words for a failure, from the object that both protocols use, without its traceback."""
    if not isinstance(error, dict):
        return ""
    return f"{error.get('name') or ''} {error.get('message') or ''}".strip()[:LONGEST]


def _retry_after(answer: httpx.Response) -> float | None:
    """Seconds to wait, from either form of the header (RFC 9110, 10.2.3)."""
    said = answer.headers.get("Retry-After", "")
    if said.isdecimal():
        return float(said)
    try:
        at = parsedate_to_datetime(said)
    except ValueError:
        return None
    return max(0.0, (at.replace(tzinfo=at.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
