"""The facts that the gateway hears: all at every replica, its listeners' alone, through restarts of the broker."""

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest
from prometheus_client import REGISTRY

from common.cloudevents import Envelope, encode_body, encode_headers
from common.contracts import CompanyEnriched, LeadScored, LeadSynced
from common.errors import Unavailable
from common.forgotten.digests import ForgottenList, ForgottenPerson
from common.ids import new_id
from gateway.messaging.feed import Feed
from testkit.chats.agent_chats import HEAD, facts_of
from testkit.delivery.record_batches import a_batch, produce
from testkit.leads.scoring import an_email, an_enrichment
from testkit.stages import a_company, publish_raw, until


def a_fact(uen: str, tenant_id: int = 1) -> LeadSynced:
    return LeadSynced(tenant_id=tenant_id, company=a_company(uen), outcome="no_connection")


@dataclass
class Known:
    """A list of what is forgotten; the database does not answer the first `away` times."""

    forgotten: ForgottenList = field(default_factory=ForgottenList)
    away: int = 0

    async def current(self) -> ForgottenList:
        if self.away:
            self.away -= 1
            raise Unavailable("away")
        return self.forgotten


@pytest.fixture
async def feeds(kafka: str):
    """Two replicas' feeds, connected."""
    async with Feed(kafka, Known()) as one, Feed(kafka, Known()) as other:
        await until(lambda: are_connected(one, other))
        yield one, other


async def are_connected(*feeds: Feed) -> bool:
    return not any([await feed.is_connected() for feed in feeds])


async def heard(queue) -> str:
    fact = await asyncio.wait_for(queue.get(), 60)
    return fact.company.uen


async def test_every_replica_hears_every_fact(feeds, say) -> None:
    """The stream of a request may be at any replica, so all of them read all facts."""
    request = new_id()
    with feeds[0].listen(1, request) as one, feeds[1].listen(1, request) as other:
        await say(request, a_fact("201900001A"), a_fact("201900002B"))
        assert {await heard(one), await heard(one)} == {await heard(other), await heard(other)}
    assert all(feed.facts_came.is_set() for feed in feeds)


async def test_facts_read_together_are_heard_as_they_came_about(kafka, say) -> None:
    """An enrichment before its score, and that before its sync, in whichever order Kafka's client has the topics.

    A chat ends with its last score: what is heard after that, its reader does not see.
    """
    request = new_id()
    feed = Feed(kafka, Known())
    with feed.listen(1, request) as facts:
        announced = facts_of(request)
        await say(request, *announced)  # before the feed reads, so that it reads all at once
        async with feed:
            heard_facts = [await asyncio.wait_for(facts.get(), 60) for _ in announced]
    for company in HEAD:
        about = [type(fact) for fact in heard_facts if getattr(fact, "company", None) == company]
        assert about == [CompanyEnriched, LeadScored, LeadSynced]


async def test_only_a_requests_own_facts_are_heard(feeds, say) -> None:
    """Only a request's own facts are heard.

    And only while someone listens: what was announced before is not played again.
    """
    request = new_id()
    await say(request, a_fact("201900001A"))
    with feeds[0].listen(1, request) as facts:
        await say(new_id(), a_fact("201900002B"))
        await say(request, a_fact("201900003C"))
        uens = [await heard(facts)]
        if uens == ["201900001A"]:  # announced before, and read after we began to listen
            uens = [await heard(facts)]
        assert uens == ["201900003C"]
    assert feeds[0].listeners == 0


async def test_a_fact_that_cannot_be_read_is_passed_over(feeds, kafka, say) -> None:
    """A fact that cannot be read is passed over, whatever stands in the topic: the next fact is heard."""
    request = new_id()
    headers = encode_headers(
        a_fact("x"), Envelope(new_id(), 1, "interactive", correlation_id=str(request)), source="test"
    )
    with feeds[0].listen(1, request) as facts:
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


async def test_a_message_that_the_client_cannot_read_is_passed_over(feeds, kafka, say) -> None:
    """A header name that is not UTF-8; the same partition's next fact is heard."""
    request = new_id()
    with feeds[0].listen(1, request) as facts:
        spoilt = a_batch(1, spoil=lambda records: records.replace(b"name", b"n\xffme"))
        for partition in range(6):
            assert await produce(kafka, LeadSynced.topic, partition, [spoilt]) == [0]
        await say(request, a_fact("201900006F"))
        assert await heard(facts) == "201900006F"
    assert REGISTRY.get_sample_value("leadgen_inbox_unreadable_total", {"stage": "gateway", "topic": LeadSynced.topic})


async def test_a_listener_hears_facts_of_its_own_tenant_only(feeds, kafka, say) -> None:
    """Under one request's id: a fact of another tenant, and one whose header and body disagree, are counted instead."""
    request = new_id()
    before = refused("other_tenant")
    header_of_1 = encode_headers(
        a_fact("x"), Envelope(new_id(), 1, "interactive", correlation_id=str(request)), source="test"
    )
    with feeds[0].listen(1, request) as facts:
        await say(request, a_fact("201900001A", tenant_id=2))
        await publish_raw(kafka, [(LeadSynced.topic, b"1:x", encode_body(a_fact("201900002B", 2)), header_of_1)])
        await say(request, a_fact("201900003C"))
        assert await heard(facts) == "201900003C"
        await until(lambda: has_refused("other_tenant", before + 2))
        assert facts.empty()


async def test_two_listeners_of_one_request_both_hear(feeds, say) -> None:
    """A request that is sent again has two streams; that one of them ends does not end the other."""
    request = new_id()
    with feeds[0].listen(1, request) as one:
        with feeds[0].listen(1, request) as other:
            await say(request, a_fact("201900001A"))
            assert await heard(one) == await heard(other) == "201900001A"
        assert feeds[0].listeners == 1
        await say(request, a_fact("201900002B"))
        assert await heard(one) == "201900002B"
    assert feeds[0].listeners == 0


@pytest.mark.parametrize("how", ["stop", "kill"])
async def test_no_fact_is_missed_while_the_broker_restarts(feeds, breakable_kafka, kafka, say, how) -> None:
    """Published before, during and after the restart, some of them while the feed is not connected yet."""
    request = new_id()
    uens = [f"2019{number:05}A" for number in range(30)]
    with feeds[0].listen(1, request) as facts:
        await say(request, *map(a_fact, uens[:10]))
        got = {await heard(facts)}
        await asyncio.to_thread(getattr(breakable_kafka, how))
        await asyncio.to_thread(breakable_kafka.start)
        await say(request, *map(a_fact, uens[10:20]))  # at once: before the feed has noticed
        await until(lambda: are_connected(*feeds), within_s=60)
        await say(request, *map(a_fact, uens[20:]))
        async with asyncio.timeout(60):
            while got != set(uens):
                got.add((await facts.get()).company.uen)


async def test_the_feed_goes_on_where_it_was_when_its_client_gave_up(kafka, say) -> None:
    """A new consumer in the same feed begins after the last fact that was heard, not at the end of the topic."""
    request = new_id()
    feed = Feed(kafka, Known())
    async with feed:
        await until(lambda: are_connected(feed))
        with feed.listen(1, request) as facts:
            await say(request, a_fact("201900001A"))
            assert await heard(facts) == "201900001A"
    with feed.listen(1, request) as facts:
        await say(request, *[a_fact(f"20190001{number}B") for number in range(10)])  # nobody reads now
        async with feed:
            assert {await heard(facts) for _ in range(10)} == {f"20190001{number}B" for number in range(10)}
        assert facts.empty()


async def test_what_is_forgotten_is_in_no_fact_that_is_heard(kafka, say) -> None:
    """What is forgotten is in no fact that is heard, nor in one that is read once more.

    While it is not known what is forgotten, facts wait.
    """
    request = new_id()
    person = ForgottenPerson(emails=frozenset({"mei@acme.sg"}))
    known = Known(ForgottenList(b"key", frozenset(person.digests(b"key", []))), away=1)
    fact = an_enrichment(a_company("201900001A"), contacts=[an_email("mei@acme.sg"), an_email("ben@acme.sg")])
    headers = encode_headers(fact, Envelope(new_id(), 1, "interactive", correlation_id=str(request)), source="test")
    began = datetime.now(UTC)
    async with Feed(kafka, known) as feed:
        await until(lambda: are_connected(feed))
        with feed.listen(1, request) as facts:
            await publish_raw(kafka, [(fact.topic, b"1:x", None, headers)])  # without a body: nothing to look through
            await say(request, fact)
            got = await asyncio.wait_for(facts.get(), 60)
        again = await feed.replay(1, request, began)
    assert known.away == 0
    assert [[it.value for it in found.contacts] for found in (got, *again)] == [["ben@acme.sg"], ["ben@acme.sg"]]


def refused(reason: str) -> float:
    return REGISTRY.get_sample_value("leadgen_gateway_facts_refused_total", {"reason": reason}) or 0.0


async def has_refused(reason: str, count: float) -> bool:
    return refused(reason) == count


async def test_a_listener_that_does_not_read_gets_no_more_than_it_may_hold(feeds, say, monkeypatch) -> None:
    """Its memory is bounded; it is counted; other listeners of the same request get every fact."""
    monkeypatch.setattr("gateway.messaging.feed.MAX_WAITING", 2)
    request, slow = new_id(), {"reason": "slow_reader"}
    before = REGISTRY.get_sample_value("leadgen_gateway_facts_refused_total", slow) or 0
    with feeds[0].listen(1, request) as idle, feeds[1].listen(1, request) as busy:
        for number in range(4):
            await say(request, a_fact(f"20190000{number}A"))
            await heard(busy)
            await until(lambda number=number: has(idle.qsize() == min(number + 1, 2)))
        counted = "leadgen_gateway_facts_refused_total"
        await until(lambda: has(REGISTRY.get_sample_value(counted, slow) == before + 2))
        assert idle.qsize() == 2


async def has(condition: bool) -> bool:
    return condition
