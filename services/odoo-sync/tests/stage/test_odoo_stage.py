"""odoo-sync's handler on a real PostgreSQL, with an Odoo that fails to order: what stands in Odoo, links and outbox."""

import json
from typing import Any

import pytest

from common.contracts import Contact
from odoo_sync.consumer import LEFT_OUT
from odoo_sync.protocols.odoo import OdooUnavailable

EMAIL = Contact(kind="email", value="sales@acme.sg", source_url="http://acme.sg/contact")


def counts(fake: Any) -> tuple[int, int]:
    """Partners and leads that Odoo holds."""
    return len(fake.records["res.partner"]), len(fake.records["crm.lead"])


async def test_a_tenant_without_a_connection_gets_an_announcement(harness: Any) -> None:
    """The link says it, the announcement says it, and no key is needed for that."""
    harness.credentials = None

    emitted = await harness.sync(harness.lead())

    assert (await harness.link())["outcome"] == "no_connection"
    assert (emitted.outcome, emitted.held_back, emitted.partner_id, emitted.lead_id) == (
        "no_connection",
        None,
        None,
        None,
    )


async def test_a_good_lead_becomes_company_contact_and_lead(connected: Any, fake: Any) -> None:
    """Odoo holds the three, and the link and the announcement hold their numbers."""
    emitted = await connected.sync(connected.lead())

    link = await connected.link()
    assert fake.external[connected.external_id("company")] == ("res.partner", link["partner_id"])
    assert fake.external[connected.external_id("contact")] == ("res.partner", link["contact_id"])
    assert fake.external[connected.external_id("lead")] == ("crm.lead", link["lead_id"])
    numbers = (emitted.partner_id, emitted.contact_id, emitted.lead_id)
    assert (emitted.outcome, *numbers) == ("synced", link["partner_id"], link["contact_id"], link["lead_id"])
    lead = fake.record(connected.external_id("lead"))
    assert (lead["type"], lead["user_id/id"], lead["email_from"]) == ("lead", "", "sales@acme.sg")
    assert lead["partner_id/.id"] == str(link["contact_id"])


async def test_an_older_server_is_served_over_json_rpc(harness: Any, older: Any) -> None:
    """Odoo 14 gets the same three records, without the column that it lacks."""
    await harness.connect(older.url, older.api_key)
    await harness.owner.execute("UPDATE odoo_connections SET login = $1", older.login)

    await harness.sync(harness.lead())

    assert counts(older) == (2, 1)
    assert "company_registry" not in older.record(harness.external_id("company"))


async def test_a_lead_below_the_bar_is_a_company_only(connected: Any, fake: Any) -> None:
    """No crm.lead is made of it."""
    emitted = await connected.sync(connected.lead(score=0.65, contact=None))

    assert emitted.lead_id is None
    assert counts(fake) == (1, 0)


async def test_a_lead_that_its_request_keeps_from_odoo_is_stored(connected: Any, fake: Any) -> None:
    """Odoo is not called for it; another lead of the chunk goes through, and a resync brings this one."""
    [other] = await connected.more(1)
    left_out = connected.lead().model_copy(update={"skip": ["odoo"]})

    await connected.sync(left_out, connected.lead(company=other))

    assert counts(fake) == (2, 1)
    link = await connected.link()
    assert (link["outcome"], link["reason"]) == ("no_connection", LEFT_OUT)
    await connected.resync()
    assert (await connected.link())["outcome"] == "synced"
    assert counts(fake) == (4, 2)


async def test_a_chunk_of_leads_takes_a_handful_of_calls(connected: Any, fake: Any) -> None:
    """A chunk of leads takes a handful of calls, however many there are in it; each is announced."""
    companies = await connected.more(50)

    await connected.sync(*(connected.lead(company=company) for company in companies))

    assert counts(fake) == (100, 50)
    assert fake.calls.count("res.partner.load") == 2
    assert fake.calls.count("crm.lead.load") == 1
    assert len(fake.calls) <= 15
    assert [emitted.company for emitted in await connected.announced()] == companies


async def test_what_stands_there_as_it_should_costs_no_call(connected: Any, fake: Any) -> None:
    """Scored again with the same result, Odoo is not even asked; the link follows the newer score."""
    first = await connected.sync(connected.lead())
    fake.calls.clear()

    assert await connected.sync(connected.lead()) == first
    assert await connected.sync(connected.lead(hours=1)) == first
    assert fake.calls == []
    assert (await connected.link())["scored_at"] == connected.lead(hours=1).scored_at


async def test_only_what_changed_is_sent(connected: Any, fake: Any) -> None:
    """A company that moved gets its new street; contact and lead are not written."""
    await connected.sync(connected.lead(address="1 Old Way"))
    fake.calls.clear(), fake.bodies.clear()

    await connected.sync(connected.lead(address="2 New Way", hours=1))

    [load] = [body for call, body in zip(fake.calls, fake.bodies, strict=True) if call.endswith(".load")]
    assert sorted(load["fields"]) == [".id", "street"]
    assert fake.record(connected.external_id("company"))["street"] == "2 New Way"


@pytest.mark.parametrize("call", range(12))
@pytest.mark.parametrize("fault", ["500", "cut"])
async def test_a_failure_halfway_loses_and_doubles_nothing(connected: Any, fake: Any, call: int, fault: str) -> None:
    """A failure halfway loses and doubles nothing, whichever call fails, before or after it was done: nothing is
    announced, and the next attempt completes.
    """
    ids = await connected.take_in(connected.lead(website_domain="acme.sg"))
    fake.faults = [""] * call + [fault]
    try:
        await connected.handle(ids)
    except OdooUnavailable:
        assert await connected.announced() == []
        await connected.handle(ids)
    else:
        assert fake.faults  # there were not so many calls

    assert [emitted.outcome for emitted in await connected.announced()] == ["synced"]
    assert counts(fake) == (2, 1)
    link = await connected.link()
    assert link["notes"] == [] or [it.partition(" was ")[2] for it in link["notes"]] == ["there already: same UEN"]


async def test_what_a_rep_made_of_a_lead_stays(connected: Any, fake: Any) -> None:
    """An opportunity stays one, theirs, by their name, when the company is scored again; the reason is kept current."""
    await connected.sync(connected.lead())
    theirs = {"type": "opportunity", "user_id/id": "the rep", "name": "The big one", "email_from": "boss@acme.sg"}
    fake.record(connected.external_id("lead")).update(theirs)

    await connected.sync(connected.lead(score=0.7, hours=1))

    lead = fake.record(connected.external_id("lead"))
    assert {column: lead[column] for column in theirs} == theirs
    assert "scored 0.7" in lead["description"]


async def test_what_a_rep_wrote_of_the_company_survives_its_first_lead(connected: Any, fake: Any) -> None:
    """The company was there before it was a lead; its email is not overwritten with the contact's."""
    await connected.sync(connected.lead(score=0.2))
    fake.record(connected.external_id("company"))["email"] = "typed by a rep"

    await connected.sync(connected.lead(hours=1))

    assert fake.record(connected.external_id("company"))["email"] == "typed by a rep"


async def test_a_lead_whose_score_falls_stays_and_is_kept_current(connected: Any, fake: Any) -> None:
    """A rep may be at work on it: it is not taken away, but its reason says how it stands now."""
    first = await connected.sync(connected.lead())

    emitted = await connected.sync(connected.lead(score=0.2, hours=1, contact=None))

    assert emitted.lead_id == first.lead_id
    assert "scored 0.2" in fake.record(connected.external_id("lead"))["description"]
    assert (await connected.link())["contact_id"] is not None


async def test_the_name_of_a_contact_is_sent_and_none_is_made_up(connected: Any, fake: Any) -> None:
    """Without a name it is the address."""
    await connected.sync(connected.lead())
    assert fake.record(connected.external_id("contact"))["name"] == "sales@acme.sg"

    known = EMAIL.model_copy(update={"name": "Tan Ah Kow", "title": "COO"})
    await connected.sync(connected.lead(contact=known, hours=1))

    contact = fake.record(connected.external_id("contact"))
    assert (contact["name"], contact["function"], contact["email"]) == ("Tan Ah Kow", "COO", "sales@acme.sg")


async def test_of_a_lead_nothing_is_sent_when_only_its_company_changed(connected: Any, fake: Any) -> None:
    """Another day in its description is no reason."""
    await connected.sync(connected.lead())
    fake.calls.clear()
    later = connected.lead(hours=24, address="2 New Way")

    await connected.sync(later.model_copy(update={"enriched_at": later.scored_at}))

    assert [call for call in fake.calls if call.endswith(".load")] == ["res.partner.load"]


async def test_what_no_database_can_hold_is_left_out(connected: Any, fake: Any) -> None:
    """Odoo fails at the whole chunk for one NUL in it."""
    contact = EMAIL.model_copy(update={"name": "T\0an"})

    await connected.sync(connected.lead(name="AC\0ME", contact=contact))

    assert "\\u0000" not in json.dumps(fake.bodies)
    assert fake.record(connected.external_id("company"))["name"] == "ACME"
