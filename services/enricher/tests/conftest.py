"""A little web on loopback, reached by the real guard: names resolve to public addresses, connections land here."""

import asyncio
import gzip
import socket
import ssl
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import aiohttp
import pytest
from aiohttp.abc import AbstractResolver, ResolveResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.http.network import GuardedNetwork
from enricher.crawl.robots import Robots
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Limits
from testkit.servers.loopback import PUBLIC, Diverted, DivertedBackend, resolved

Serve = Callable[[asyncio.StreamWriter], Awaitable[None]]
NO_PAUSES = CrawlDelay(cast(Any, None))  # without pauses no database is asked


class Web(AbstractResolver):
    """Websites by URL, and the way to them. What is not served is a 404.

    `asked` are the URLs that were asked for, `reached` the addresses that would have been connected to.
    """

    def __init__(self) -> None:
        self.port = 0
        self.tls_port = 0
        self.trust = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self.asked: list[str] = []
        self.headers: list[str] = []
        self.reached: list[str] = []
        self.addresses: dict[str, list[list[str]]] = {}
        self._pages: dict[str, Serve] = {}
        self._answering: set[asyncio.Task[None]] = set()

    def serve(
        self,
        url: str,
        body: str | bytes = b"",
        *,
        status: int = 200,
        kind: str | None = "text/html; charset=utf-8",
        location: str | None = None,
        packing: str | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        """Answers this URL so. `packing` is the content encoding; gzip is applied, any other only claimed."""
        content = body.encode() if isinstance(body, str) else body
        lines = [f"HTTP/1.1 {status} So", "Connection: close"]
        if kind:
            lines.append(f"Content-Type: {kind}")
        if location:
            lines.append(f"Location: {location}")
        lines += [f"{name}: {value}" for name, value in (headers or {}).items()]
        if packing:
            lines.append(f"Content-Encoding: {packing}")
            content = gzip.compress(content, 9) if packing == "gzip" else content
        head = "\r\n".join([*lines, f"Content-Length: {len(content)}", "", ""]).encode()

        async def answer(writer: asyncio.StreamWriter) -> None:
            writer.write(head + content)

        self._pages[url] = answer

    def serve_by(self, url: str, serve: Serve) -> None:
        """Lets `serve` write the whole answer."""
        self._pages[url] = serve

    def resolves(self, host: str, *answers: list[str]) -> None:
        """Sets the resolver's answers for a host, one call after the other; the last answer stays."""
        self.addresses[host] = list(answers)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        answers = self.addresses.get(host, [[PUBLIC]])
        return [resolved(host, port, it) for it in (answers.pop(0) if len(answers) > 1 else answers[0])]

    async def close(self) -> None:
        return None

    def guarded(self) -> GuardedNetwork:
        """The guard as in production, but for the resolver and where connections land."""
        return GuardedNetwork(resolver=self, open_socket=self.open_socket, backend=self.backend)

    @property
    def backend(self) -> DivertedBackend:
        return DivertedBackend(self.reach)

    def open_socket(self, address: aiohttp.AddrInfoType) -> socket.socket:
        host, port = address[4][:2]
        return Diverted(self.reach(str(host), port))

    def reach(self, address: str, port: int) -> int:
        """Notes that the address is connected to, and returns the port of ours that stands for it."""
        self.reached.append(address)
        return self.tls_port if port == 443 else self.port

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        self._answering.add(task)
        task.add_done_callback(self._answering.discard)
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
            self.headers.append(head)
            target = head.split(" ")[1]
            host = next(line[6:] for line in head.split("\r\n") if line.lower().startswith("host: "))
            scheme = "https" if writer.get_extra_info("ssl_object") else "http"
            url = target if target.startswith("http") else f"{scheme}://{host}{target}"
            self.asked.append(url)
            if url in self._pages:
                await self._pages[url](writer)
            else:
                writer.write(b"HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            return
        finally:
            writer.close()

    @asynccontextmanager
    async def visitor(
        self, *, proxy: str | None = None, delays: CrawlDelay = NO_PAUSES, **limits: Any
    ) -> AsyncIterator[Visitor]:
        """A visitor of this web, or of the one behind `proxy`, who is in a hurry unless `limits` say otherwise."""
        bounds = Limits(**{"schemes": ("http",), "delay_s": 0, "timeout_s": 10, **limits})
        with ThreadPoolExecutor(2) as reader:
            async with Fetcher(
                user_agent="LeadgenBot/1.0",
                timeout_s=5,
                max_bytes=200_000,
                network=self.guarded(),
                proxy=proxy,
                tls=self.trust,
            ) as fetcher:
                yield Visitor(fetcher, Robots("LeadgenBot", clock=time.monotonic), delays, reader, bounds)

    async def give_up(self) -> None:
        """Ends the answers that would go on for ever."""
        answering = list(self._answering)
        for task in answering:
            task.cancel()
        await asyncio.gather(*answering, return_exceptions=True)


@pytest.fixture
async def web() -> AsyncIterator[Web]:
    web = Web()
    async with await asyncio.start_server(web.answer, "127.0.0.1", 0) as server:
        web.port = server.sockets[0].getsockname()[1]
        yield web
        await web.give_up()


@pytest.fixture
async def tls_web(web: Web) -> AsyncIterator[Web]:
    """A small web as `web`, also at https, with a certificate for acme.sg that only `web.trust` vouches for."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    web.trust.load_verify_locations(cadata=_self_signed(context))
    async with await asyncio.start_server(web.answer, "127.0.0.1", 0, ssl=context) as server:
        web.tls_port = server.sockets[0].getsockname()[1]
        yield web


def _self_signed(context: ssl.SSLContext) -> str:
    """Gives the server its certificate, which comes back."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "acme.sg")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("acme.sg")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    with tempfile.TemporaryDirectory() as folder:
        pem = Path(folder) / "both.pem"
        pem.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context.load_cert_chain(pem)
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
