"""Any part is killed in the middle of a chat and comes back: in the end stand the same ten leads, each once."""

import asyncio
from contextlib import aclosing

import pytest

from common.errors import Unavailable

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]  # a crashed broker on a busy machine takes minutes

MESSAGE = "Manufacturing"

#: When each service has its work in hand: at the first event of the stream that has this name or stage.
MOMENTS = {"upserter": "accepted", "gateway": "head", "enricher": "head", "scorer": "enriched", "odoo-sync": "scored"}


@pytest.fixture(scope="session")
async def undisturbed(running_product) -> list[tuple[str, float, str, str]]:
    """The ten leads as they come out when nothing happens: uen, score, bucket, rationale."""
    rep = await running_product.rep()
    async for _ in rep.chat(MESSAGE):
        pass
    leads = await rep.leads_when_done(10)
    assert len(leads) == 10
    return leads


@pytest.mark.parametrize("name", MOMENTS)
async def test_a_killed_service_changes_nothing_in_the_end(name: str, product, undisturbed) -> None:
    """SIGKILL while it works; its keeper starts it again, and the rep's stream still tells every score."""
    rep, service = await product.rep(), product.service(name)
    killed, scored = None, set()
    try:
        async for message in rep.chat(MESSAGE):
            if killed is None and MOMENTS[name] in (message.name, message.data.get("stage")):
                killed = service.child
                product.kills_now(killed.kill)
            if message.data.get("stage") == "scored":
                scored.add(message.data["uen"])
    except Unavailable:
        assert name == "gateway"  # whose streams end with it; the work goes on
    else:
        assert len(scored) == 10
    assert killed is not None

    await ends_as(undisturbed, rep, product)
    await service.is_ready()
    assert service.child.pid != killed.pid


@pytest.mark.parametrize("part", ["postgres", "broker"])
async def test_a_killed_server_changes_nothing_in_the_end(part: str, product, undisturbed) -> None:
    """PostgreSQL or Kafka crashes when the head is there, and starts again on its data; every service waits for it."""
    rep, server = await product.rep(), getattr(product.stack, part)
    async with aclosing(rep.chat(MESSAGE)) as stream:
        async for message in stream:
            if message.name == "head":
                break
    await asyncio.to_thread(product.kills_now, server.kill)
    await asyncio.to_thread(server.start)

    await ends_as(undisturbed, rep, product)
    await product.stack.is_ready()


async def ends_as(undisturbed, rep, product) -> None:
    """Waits for the same leads, and an audit without an exception."""
    assert await rep.leads_when_done(10) == undisturbed
    await product.comes_to_rest()
