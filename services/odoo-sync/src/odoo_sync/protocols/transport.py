"""HTTP requests to an Odoo. Failures that mean the same in every protocol are translated only here."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import httpx

from common.http.retry_after import retry_after
from odoo_sync.model import OdooConnection
from odoo_sync.protocols.odoo import OdooBlocked, OdooSlow, OdooUnavailable
from odoo_sync.protocols.public_addresses import require_public

#: Characters of an error message that are kept. Odoo's `debug` holds a traceback and is never passed on.
MAX_ERROR_TEXT = 500


class Transport:
    """The HTTP requests of one connection. `timeout_s` limits a whole request."""

    def __init__(self, http: httpx.AsyncClient, connection: OdooConnection, *, timeout_s: float) -> None:
        self.url = connection.url.rstrip("/")
        self._http = http
        self._timeout_s = timeout_s
        self._is_public_only = connection.is_public_only

    async def post(self, path: str, body: dict[str, Any], headers: dict[str, str] | None = None) -> httpx.Response:
        """Posts JSON; returns a response below 500. Raises OdooUnavailable (also for a redirect), OdooBlocked.

        Odoo's API does not redirect: a proxy, a firewall or a status page does, perhaps for a while.
        """
        response = await self._send("POST", path, json=body, headers=headers)
        if response.is_redirect:
            to = redacted(response.headers.get("location", ""))
            raise OdooUnavailable(f"{self.url}{path} redirects to {to}; store that address if it is right")
        return response

    async def get(self, path: str) -> httpx.Response:
        """Gets a page; a redirect is returned. Raises as `post` does."""
        return await self._send("GET", path)

    async def _send(self, method: str, path: str, **content: Any) -> httpx.Response:
        where = self.url + path
        try:
            async with asyncio.timeout(self._timeout_s):
                if self._is_public_only:
                    await require_public(self.url)
                response = await self._http.request(
                    method, where, timeout=self._timeout_s, follow_redirects=False, **content
                )
        except (httpx.UnsupportedProtocol, httpx.InvalidURL) as error:
            raise OdooBlocked(f"{where} cannot be called: {error}; store the connection again") from error
        except (httpx.LocalProtocolError, UnicodeEncodeError):  # its text holds the header, which may be the key
            raise OdooBlocked(
                f"{where} cannot be called with this key and database: they contain invalid characters; "
                "store the connection again"
            ) from None
        except (httpx.TimeoutException, TimeoutError) as error:
            raise OdooSlow(f"{where} does not answer within {self._timeout_s:g} s: {type(error).__name__}") from error
        except (httpx.TransportError, httpx.DecodingError) as error:
            raise OdooUnavailable(f"{where} does not answer: {type(error).__name__} {error}".rstrip()) from error
        if response.status_code in (408, 429) or response.status_code >= 500:
            text = error_text(json_of(response)) or response.reason_phrase
            wait = retry_after(response.headers, now=datetime.now(UTC))
            raise OdooUnavailable(
                f"{where} answered {response.status_code}: {text}", retry_after=wait.total_seconds() if wait else None
            )
        return response


def redacted(address: str) -> str:
    """Shortens an address for messages: without query and credentials."""
    return address.partition("?")[0].rpartition("@")[2][:200]


def json_of(response: httpx.Response) -> Any:
    """Parses the response's JSON; `None` if it is not JSON."""
    try:
        return response.json()
    except ValueError:
        return None


def error_text(error: Any) -> str:
    """Extracts Odoo's error message, without the traceback, from the object that both protocols use."""
    if not isinstance(error, dict):
        return ""
    return f"{error.get('name') or ''} {error.get('message') or ''}".strip()[:MAX_ERROR_TEXT]


def error_name(error: Any) -> str | None:
    """Extracts the exception's name, such as odoo.exceptions.UserError; `None` if it is no error of Odoo's."""
    name = error.get("name") if isinstance(error, dict) else None
    return name if isinstance(name, str) and "." in name else None
