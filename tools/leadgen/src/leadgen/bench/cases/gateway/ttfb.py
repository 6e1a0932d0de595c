"""Measures the time to a chat's first byte, relative to a bare FastAPI endpoint that answers the same and does nothing.

The whole product runs as processes, on a register of `rows` companies, with a simulator that answers at once; the bare
endpoint is a process of its own, under the same server and settings. Measured are the times from opening the connection
to the first byte of the stream, and to its event `accepted`, which the gateway sends when the request is durable. Every
stream is read to its end before the next message is sent.

    clients_1   one rep: message by message, in turn with the bare endpoint
    clients_50  fifty reps of seven tenants at the same instant, and again when the last stream has ended, in turn with
                the bare endpoint

So the work that the messages cause runs and competes for the processors, as it does in reality, but what is left of
one round does not slow down the next: it is the gateway that is measured, not a queue of unfinished work. Texts take
turns: an industry, a greeting, noise of 2,000 characters, a code, a typo. The gateway's limits are set out of the way.

    gateway_alone     both again with all other services stopped, so that a message causes no work but the gateway's:
                      the gateway's own share of the ratios above. Clients leave at `accepted`.
"""

import asyncio
import json
import random
import statistics
import string
import sys
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from common.errors import Permanent
from embedded.child import Child, tail
from embedded.ports import LOOPBACK, free_port
from leadgen.load import load_generated
from leadgen.local.stack import Stack
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token

SEED = 65
TENANTS = 7
CLIENTS = 50

#: For the stack that is measured.
SETTINGS = {
    "SIMULATOR_SLOW_MS": "0",
    "REQUESTS_PER_MINUTE": "1000000",
    "TENANT_REQUESTS_PER_MINUTE": "1000000",
    "TENANT_REQUESTS_PER_MINUTE_AND_REPLICA": "1000000",
}

_dice = random.Random(SEED)  # noqa: S311 - noise, and the same each time
TEXTS = (
    "Manufacturing",
    "hello there",
    "".join(_dice.choices(string.ascii_lowercase + "   ", k=2000)).strip(),
    "SSIC 62",
    "manufactering companies",
)


class Times(NamedTuple):
    """Seconds from opening a connection."""

    first_byte: float
    accepted: float


Moments = dict[str, list[Times]]


class NoFirstByte(Permanent):
    """The answer was no event stream."""


async def bench_ttfb(product: Stack, folder: Path, *, rows: int, messages: int, rounds: int) -> dict[str, Any]:
    """`messages` of one rep and `rounds` of fifty. `folder` takes the bare endpoint's log.

    Needs a stack that was started with SETTINGS. Raises NoFirstByte.
    """
    await load_generated(rows, SEED, product.database_url)
    access = []
    for tenant in range(1, TENANTS + 1):
        await add_tenant(product.database_url, tenant, f"Tenant {tenant}")
        access.append(token(product.jwt_secret, tenant, "bench"))
    await product.is_ready()
    async with bare_endpoint(folder) as bare:
        places = {"ours": product.gateway, "bare": bare}
        await measured(places, access, rounds=2, clients=CLIENTS)  # warm: caches, plans, remembered tenants
        alone = await measured(places, access, rounds=messages, clients=1)
        together = await measured(places, access, rounds=rounds, clients=CLIENTS)
        await asyncio.gather(*(service.stop() for name, service in product.services.items() if name != "gateway"))
        one, many = [
            await measured(places, access, rounds=count, clients=clients, to_the_end=False)
            for count, clients in ((messages, 1), (rounds, CLIENTS))
        ]
    return {
        "rows": rows,
        "clients_1": figures(alone),
        f"clients_{CLIENTS}": figures(together),
        "gateway_alone": {"clients_1": figures(one), f"clients_{CLIENTS}": figures(many)},
    }


@asynccontextmanager
async def bare_endpoint(folder: Path) -> AsyncIterator[str]:
    """The URL of the bare endpoint, a process of its own while this lasts; its log goes to `folder`."""
    port, log = free_port(), folder / "bare.log"
    child = Child.start([sys.executable, "-m", "leadgen.bench.baselines.bare_endpoint", str(port)], log=log)
    try:
        for _ in range(300):
            try:
                _, writer = await asyncio.open_connection(LOOPBACK, port)
            except OSError:
                await asyncio.sleep(0.1)
            else:
                writer.close()
                break
        else:
            raise NoFirstByte(f"the bare endpoint does not answer; the end of {log}:\n{tail(log)}")
        yield f"http://{LOOPBACK}:{port}"
    finally:
        await asyncio.to_thread(child.stop)


async def times_of(url: str, access: str, message: str, *, to_the_end: bool = True) -> Times:
    """Measures when the first byte of the stream came, and when `accepted`; reads on until the stream has ended."""
    parts = urlsplit(url)
    body = json.dumps({"message": message}).encode()
    head = (
        f"POST {parts.path}/chat HTTP/1.1\r\nHost: {parts.netloc}\r\nConnection: close\r\n"
        f"Authorization: Bearer {access}\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    began = time.perf_counter()
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    try:
        writer.write(head.encode() + body)
        got = b""
        first_byte = 0.0
        while b"event: accepted" not in got:
            more = await reader.read(65536)
            if not more:
                raise NoFirstByte(f"{url}/chat answered {got.decode(errors='replace')!r}")
            got += more
            first_byte = first_byte or (time.perf_counter() - began if got.partition(b"\r\n\r\n")[2] else 0.0)
        accepted = time.perf_counter() - began
        while to_the_end and await reader.read(65536):
            pass
        return Times(first_byte, accepted)
    finally:
        writer.close()


async def measured(
    places: dict[str, str], access: Sequence[str], *, rounds: int, clients: int, to_the_end: bool = True
) -> Moments:
    """Each place's times, of `rounds` in turn. A round starts when the last one is over."""
    taken: Moments = {name: [] for name in places}
    texts, tokens = cycle(TEXTS), cycle(access)
    for _ in range(rounds):
        asked = [(next(tokens), next(texts)) for _ in range(clients)]
        for name, url in places.items():
            taken[name] += await asyncio.gather(*(times_of(url, *each, to_the_end=to_the_end) for each in asked))
    return taken


def figures(taken: Moments) -> dict[str, float]:
    """Medians and 95th percentiles in milliseconds, and the ratios of the latter. At least two times of each."""
    named: dict[str, float] = {"messages": len(taken["ours"])}
    for index, prefix in ((0, ""), (1, "accepted_")):
        p95 = {name: statistics.quantiles([each[index] for each in times], n=20)[-1] for name, times in taken.items()}
        for name, times in taken.items():
            named[f"{prefix}{name}_p50_ms"] = round(statistics.median([each[index] for each in times]) * 1000, 2)
            named[f"{prefix}{name}_p95_ms"] = round(p95[name] * 1000, 2)
        named[f"{prefix}ratio"] = round(p95["ours"] / p95["bare"], 2)
    return named
