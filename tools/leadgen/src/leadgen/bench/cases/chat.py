"""The time from a chat message to ten scored leads, and its parts.

The product runs as processes, the simulator's websites answer at once. The stages' moments are those at which the
gateway event of them, so the last one is what a rep sees.
"""

import statistics
from dataclasses import asdict, dataclass

import httpx

from leadgen.chat_client import chat
from leadgen.load import load_generated
from leadgen.local.stack import Stack
from leadgen.tenants.tenants import add_tenant
from leadgen.tenants.tokens import token

TENANT = 1
SEED = 65


@dataclass(frozen=True)
class ChatFigures:
    """Milliseconds since the message was sent: the median, lowest and highest of each moment."""

    median_ms: dict[str, float]
    range_ms: dict[str, tuple[float, float]]
    messages: int

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


async def bench_chat(product: Stack, *, messages: int = 15, rows: int = 50_000) -> ChatFigures:
    """Posts messages one after the other, each for a new tenant, so that none finds another's companies."""
    await load_generated(rows, SEED, product.database_url)
    await product.is_ready()
    runs: list[dict[str, float]] = []
    async with httpx.AsyncClient(trust_env=False) as http:
        for number in range(messages + 1):
            await add_tenant(product.database_url, TENANT + number, f"Tenant {TENANT + number}")
            access = token(product.jwt_secret, TENANT + number, "bench")
            moments: dict[str, float] = {}
            async for event in chat(http, product.gateway, access, "Manufacturing"):
                name = event.data["stage"] if event.name == "company" else event.name
                moments[name] = event.at_ms  # of a stage, the moment of its last company
            runs.append(moments)
    warm = runs[1:]
    names = ("accepted", "head", "enriched", "scored", "synced")
    of = {name: [run[name] for run in warm if name in run] for name in names}
    return ChatFigures(
        median_ms={name: round(statistics.median(values), 1) for name, values in of.items()},
        range_ms={name: (round(min(values), 1), round(max(values), 1)) for name, values in of.items()},
        messages=len(warm),
    )
