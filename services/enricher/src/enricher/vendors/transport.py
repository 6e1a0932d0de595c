"""The connections to vendors: httpx2's requests and responses, sent by aiohttp, whose parser is written in C.

The errors keep apart what a vendor may have charged: a request that never left is a ConnectError, a ConnectTimeout, an
InvalidURL or an UnsupportedProtocol; one whose answer was lost is a ReadError or a RemoteProtocolError.
"""

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import aiohttp
import httpx2
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

_CONNECTIONS = 64
_IDLE_S = 30.0
_CHUNK = 64 * 1024
_MAX_HEADER = 32 * 1024
#: Headers that aiohttp would add of its own.
_OWN_HEADERS = ("Accept", "Accept-Encoding", "Content-Type", "User-Agent")


class AiohttpTransport(httpx2.AsyncBaseTransport):
    """A pool of connections, opened at the first request. Follows no redirect, keeps no cookie, asks no proxy."""

    def __init__(self) -> None:
        self._session: aiohttp.ClientSession | None = None

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Sends the request; the response's body is still on the way. Raises httpx2's errors."""
        timeouts = request.extensions.get("timeout", {})
        try:
            url = URL(str(request.url), encoded=True)
        except ValueError as error:
            raise httpx2.InvalidURL(str(error)) from error
        with _translated():
            answer = await self._opened().request(
                request.method,
                url,
                data=await request.aread(),
                headers=[(name.decode("latin-1"), value.decode("latin-1")) for name, value in request.headers.raw],
                skip_auto_headers=_OWN_HEADERS,
                allow_redirects=False,
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=timeouts.get("connect"), sock_read=timeouts.get("read")
                ),
            )
        return httpx2.Response(answer.status, headers=list(answer.raw_headers), stream=_Body(answer))

    async def aclose(self) -> None:
        if self._session is not None:
            await self._session.close()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            connector = aiohttp.TCPConnector(
                limit=_CONNECTIONS, keepalive_timeout=_IDLE_S, resolver=aiohttp.ThreadedResolver()
            )
            self._session = aiohttp.ClientSession(
                connector=connector,
                cookie_jar=aiohttp.DummyCookieJar(),
                auto_decompress=False,  # httpx2 unpacks, and the reader counts unpacked bytes
                max_line_size=_MAX_HEADER,
                max_field_size=_MAX_HEADER,
            )
        return self._session


class _Body(httpx2.AsyncByteStream):
    """The body of an answer. One that is closed before its end takes its connection with it."""

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self._answer = answer

    async def __aiter__(self) -> AsyncIterator[bytes]:
        with _translated():
            async for chunk in self._answer.content.iter_chunked(_CHUNK):
                yield chunk

    async def aclose(self) -> None:
        if self._answer.content.at_eof():
            self._answer.release()
        else:
            self._answer.close()


@contextmanager
def _translated() -> Iterator[None]:
    """Turns aiohttp's errors into httpx2's."""
    try:
        yield
    except aiohttp.ConnectionTimeoutError as error:
        raise httpx2.ConnectTimeout(str(error)) from error
    except aiohttp.ClientConnectorError as error:  # no address, no connection, no TLS: before anything was sent
        raise httpx2.ConnectError(str(error)) from error
    except (aiohttp.InvalidURL, aiohttp.NonHttpUrlClientError) as error:
        raise httpx2.UnsupportedProtocol(str(error)) from error
    except aiohttp.ServerTimeoutError as error:
        raise httpx2.ReadTimeout(str(error)) from error
    except (aiohttp.ClientResponseError, HttpProcessingError) as error:
        raise httpx2.RemoteProtocolError(str(error)) from error
    except (aiohttp.ClientError, OSError) as error:
        raise httpx2.ReadError(str(error)) from error
