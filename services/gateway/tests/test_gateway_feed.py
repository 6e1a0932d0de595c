"""The facts that the gateway hears: all of them at every replica, those of its listeners only, and none too late."""

import asyncio

import pytest

from common.cloudevents import Envelope, encode_headers
from common.contracts import LeadSynced
from common.ids import new_id
from gateway.feed import Feed
from testkit.stages import a_company, publish_raw, until


def a_fact(uen: str) -> LeadSynced:
    return LeadSynced(tenant_id=1, company=a_company(uen), outcome="no_connection")


@pytest.fixture
async def feeds(kafka: str):
    """Two replicas' feeds, connected."""
    async with Feed(kafka) as one, Feed(kafka) as other:
        await until(lambda: are_connected(one, other))
        yield one, other


async def are_connected(*feeds: Feed) -> bool:
    return not any([await feed.is_connected() for feed in feeds])


async def heard(queue) -> str:
    fact = await asyncio.wait_for(queue.get(), 10)
    return fact.company.uen


async def test_every_replica_hears_every_fact(feeds, say) -> None:
    """The stream of a request may be at any replica, so all of them read all facts."""
    request = new_id()
    with feeds[0].listen(request) as one, feeds[1].listen(request) as other:
        await say(request, a_fact("201900001A"), a_fact("201900002B"))
        assert {await heard(one), await heard(one)} == {await heard(other), await heard(other)}


async def test_only_a_requests_own_facts_are_heard(feeds, say) -> None:
    """And only while someone listens: what was announced before is not played again."""
    request = new_id()
    await say(request, a_fact("201900001A"))
    with feeds[0].listen(request) as facts:
        await say(new_id(), a_fact("201900002B"))
        await say(request, a_fact("201900003C"))
        uens = [await heard(facts)]
        if uens == ["201900001A"]:  # announced before, and read after we began to listen
            uens = [await heard(facts)]
        assert uens == ["201900003C"]
    assert feeds[0].listeners == 0


async def test_a_fact_that_cannot_be_read_is_passed_over(feeds, kafka, say) -> None:
    """Whatever stands in the topic: the next fact is heard."""
    request = new_id()
    headers = encode_headers(
        a_fact("x"), Envelope(new_id(), 1, "interactive", correlation_id=str(request)), source="test"
    )
    with feeds[0].listen(request) as facts:
        await publish_raw(
            kafka,
            [
                (LeadSynced.topic, b"1:x", b"not JSON", headers),
                (LeadSynced.topic, b"1:x", None, headers),
                (LeadSynced.topic, None, b"{}", [("ce_correlationid", None)]),
                (LeadSynced.topic, None, b"{}", []),
            ],
        )
        await say(request, a_fact("201900004D"))
        assert await heard(facts) == "201900004D"
