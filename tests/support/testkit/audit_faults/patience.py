"""What is left somewhere on its way: in a topic, an inbox, an outbox or a running job."""

import json

from common.cloudevents import encode_headers
from common.contracts import LeadSynced, RequestEnrichment
from testkit.audit_faults.planted import Planted, company_of, plants
from testkit.stages import envelope_for


@plants("in-a-topic")
async def leaves_a_request_in_its_topic(here: Planted) -> None:
    event_id = await here.send(RequestEnrichment(tenant_id=1, company=company_of(await here.company(16))))
    here.expected["in-a-topic"].add(str(event_id))


@plants("open")
async def leaves_an_event_open(here: Planted) -> None:
    event_id = (await here.company(17))["enriched_id"]
    await here.owner.execute("UPDATE inbox SET state = 'open' WHERE consumer = 'upserter' AND event_id = $1", event_id)
    here.expected["open"].add(str(event_id))


async def waits_in(here: Planted, table: str, number: int, **more: str) -> str:
    """An event of this company that is in a table of announcements."""
    event = LeadSynced(tenant_id=1, company=company_of(await here.company(number)), outcome="no_connection")
    envelope = envelope_for(event)
    headers = json.dumps([[name, value.decode()] for name, value in encode_headers(event, envelope, source="test")])
    row = {"producer": "odoo-sync", "topic": event.topic, "value": b"{}", "headers": headers, "lane": "nightly", **more}
    places = ", ".join(f"${number}" for number in range(1, len(row) + 1))
    await here.owner.execute(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())
    return str(envelope.event_id)


@plants("in-an-outbox")
async def sends_no_announcement(here: Planted) -> None:
    here.expected["in-an-outbox"].add(await waits_in(here, "outbox", 18))


@plants("refused")
async def has_a_refused_announcement(here: Planted) -> None:
    here.expected["refused"].add(await waits_in(here, "outbox_refused", 19, reason="too large"))


@plants("job-abandoned")
async def leaves_a_running_job(here: Planted) -> None:
    here.expected["job-abandoned"].add(str(await here.job("running", 1, 9, is_announced=False)))
