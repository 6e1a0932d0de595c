"""Faults of delivery: events that were lost, changed or moved, and letters."""

from common.contracts import LeadSynced, RequestIndustry, RequestNightlyEnrichment
from common.ids import NO_REPLAY, derived_id, new_id
from testkit.audit_faults.planted import RUN, Planted, company_of, plants
from testkit.stages import publish_raw


@plants("taken-in")
async def loses_an_inbox_row(here: Planted) -> None:
    event_id = (await here.company(1))["enriched_id"]
    await here.owner.execute("DELETE FROM inbox WHERE consumer = 'upserter' AND event_id = $1", event_id)
    here.expected["taken-in"].add(str(event_id))


@plants("one-content")
async def announces_an_event_twice_differently(here: Planted) -> None:
    row = await here.company(2)
    await here.send(LeadSynced(tenant_id=1, company=company_of(row), outcome="no_connection"), row["synced_id"])
    here.expected["one-content"].add(str(row["synced_id"]))


@plants("from-a-topic")
async def moves_an_inbox_row(here: Planted) -> None:
    event_id = (await here.company(3))["enriched_id"]
    await here.owner.execute(
        "UPDATE inbox SET kafka_offset = kafka_offset + 100000 WHERE consumer = 'upserter' AND event_id = $1", event_id
    )
    here.expected["from-a-topic"].add(str(event_id))


@plants("announced")
async def handles_a_request_and_announces_nothing(here: Planted) -> None:
    row = await here.company(4)
    asked = RequestNightlyEnrichment(tenant_id=1, company=company_of(row))
    event_id = await here.handled("enricher", asked)
    await here.owner.execute(RUN, row["company_id"], event_id, NO_REPLAY, here.at)
    here.expected["announced"].add(str(derived_id(event_id, "company.enriched.v1", row["key"])))


@plants("answered")
async def answers_no_request(here: Planted) -> None:
    asked = RequestIndustry(tenant_id=1, request_id=new_id(), terms=["Manufacturing"], sync_limit=10)
    here.expected["answered"].add(str(await here.handled("upserter", asked)))


@plants("caused")
async def announces_without_a_cause(here: Planted) -> None:
    row = await here.company(5)
    event_id = derived_id(new_id(), LeadSynced.topic, row["key"])
    await here.send(LeadSynced(tenant_id=1, company=company_of(row), outcome="no_connection"), event_id)
    here.expected["caused"].add(str(event_id))


@plants("letters")
async def gives_up_without_a_letter(here: Planted) -> None:
    event_id = (await here.company(6))["enriched_id"]
    await here.owner.execute(
        "UPDATE inbox SET state = 'dead', error = 'lost' WHERE consumer = 'upserter' AND event_id = $1", event_id
    )
    here.expected["letters"].add(str(event_id))
    here.expected["given-up"].add(str(event_id))


@plants("given-up")
async def gives_up_with_a_letter(here: Planted) -> None:
    event_id = (await here.company(7))["enriched_id"]
    place = await here.owner.fetchrow(
        "UPDATE inbox SET state = 'dead' WHERE consumer = 'upserter' AND event_id = $1"
        " RETURNING topic, kafka_partition, kafka_offset",
        event_id,
    )
    assert place is not None
    topic, partition, offset = place
    origin = {"consumer": "upserter", "topic": topic, "partition": partition, "offset": offset}
    headers = [(f"dlq_{name}", str(value).encode()) for name, value in origin.items()]
    await publish_raw(here.kafka, [(f"{topic}.dlq", b"1:U", b"{}", headers)])
    here.expected["given-up"].add(str(event_id))
