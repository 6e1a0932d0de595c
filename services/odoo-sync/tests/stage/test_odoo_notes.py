"""Notes and next activities beside leads, and companies that leave the register."""

import json
from typing import Any

import pytest

from common.contracts import Contact, Opening, ResyncOdoo
from odoo_sync.register_watch import request_resyncs

pytestmark = pytest.mark.servers

OPENING = Opening(text="hiring 4 roles (careers page)", source_url="https://acme.sg/jobs?<b>")
WISH = "UPDATE odoo_connections SET lead_settings = $1"


def notes(fake: Any) -> list[dict[str, Any]]:
    return list(fake.records["mail.message"].values())


def activities(fake: Any) -> list[dict[str, Any]]:
    return list(fake.records["mail.activity"].values())


@pytest.fixture
async def active(connected: Any, owner: Any) -> Any:
    """The tenant wishes a next activity for each new lead."""
    await owner.execute(WISH, json.dumps({"has_activity": True}))
    return connected


async def test_a_new_lead_has_a_next_activity_with_what_to_say_first(active: Any, fake: Any) -> None:
    """From the evidence, with its page; HTML of others is text. The day is that of Singapore."""
    lead = active.lead(hours=15).model_copy(update={"opening": OPENING})
    await active.sync(lead)
    await active.sync(lead.model_copy(update={"rationale": "better", "scored_at": active.lead(hours=16).scored_at}))

    [made] = activities(fake)
    assert made["note"].startswith(
        "<p>Say first: hiring 4 roles (careers page)</p><p>Seen on https://acme.sg/jobs?&lt;b"
    )
    assert "sales@acme.sg, found on http://acme.sg/contact" in made["note"]
    assert (made["summary"], made["date_deadline"]) == ("Write to ACME", "2026-11-23")
    assert made["activity_type_id/id"] == "mail.mail_activity_data_email"
    assert made["res_id"] == str(fake.external[active.external_id("lead")][1])
    assert "user_id" not in made


async def test_without_a_signal_the_activity_begins_with_the_rationale(active: Any, fake: Any, owner: Any) -> None:
    """Without a signal the activity begins with the rationale, and belongs to the salesperson that the tenant named."""
    await owner.execute(WISH, json.dumps({"has_activity": True, "salesperson": "Ann"}))
    tan = Contact(kind="phone", value="+6561234567", name="Tan", title="Owner", source_url="http://acme.sg")

    await active.sync(active.lead(contact=tan))

    [made] = activities(fake)
    assert made["note"].startswith("<p>Say first: scored 0.86</p><p>Tan, Owner, +6561234567, found")
    assert (made["summary"], made["user_id"]) == ("Call Tan", "Ann")
    assert made["activity_type_id/id"] == "mail.mail_activity_data_call"


async def test_nobody_who_does_not_wish_it_gets_an_activity(connected: Any, fake: Any) -> None:
    """Nobody who does not wish it gets an activity, nor does a lead that existed before the wish."""
    await connected.sync(connected.lead())
    await connected.owner.execute(WISH, json.dumps({"has_activity": True}))
    await connected.sync(connected.lead(hours=1, score=0.9))

    assert activities(fake) == []


async def test_a_kill_before_the_activity_leaves_no_lead_without_one(active: Any, fake: Any) -> None:
    """The lead is found again, without link and activity; one that was planned or done is not planned again."""
    await active.sync(active.lead())
    fake.records["mail.activity"].clear()
    del fake.external[active.external_id("activity")]
    await active.owner.execute("DELETE FROM odoo_links")

    await active.sync(active.lead(hours=1))
    assert len(activities(fake)) == 1

    await active.owner.execute("DELETE FROM odoo_links")
    await active.sync(active.lead(hours=2))
    assert len(activities(fake)) == 1

    lead = fake.external[active.external_id("lead")][1]
    fake.records["mail.activity"].clear()  # done: Odoo leaves a message behind
    fake.add("mail.message", model="crm.lead", res_id=lead, mail_activity_type_id=2)
    await active.owner.execute("DELETE FROM odoo_links")
    await active.sync(active.lead(hours=3))
    assert activities(fake) == []


async def test_a_reps_open_opportunity_gets_a_note_in_place_of_a_second_lead(connected: Any, fake: Any) -> None:
    """A rep's open opportunity gets a note in place of a second lead, also the opportunity of a contact.

    The note follows the score; nothing else there is touched.
    """
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    person = fake.add("res.partner", name="Tan", parent_id=partner)
    theirs = fake.add("crm.lead", name="Their deal", type="opportunity", partner_id=person, probability=20)
    before = dict(fake.records["crm.lead"][theirs])

    found = await connected.sync(connected.lead())
    await connected.sync(connected.lead(hours=1, score=0.7))

    assert (found.outcome, found.lead_id) == ("synced", None)
    assert fake.records["crm.lead"] == {theirs: before}
    [note] = notes(fake)
    assert (note["model"], note["res_id"], note["subtype_id/id"]) == ("crm.lead", str(theirs), "mail.mt_note")
    assert "Score 0.70" in note["body"]
    assert f"opportunity {theirs} of the same partner is open" in str((await connected.link())["notes"])


async def test_a_note_is_written_once(connected: Any, fake: Any, writes_among: Any) -> None:
    """A note is written once: the same lead again costs no call, and a resync that looks writes nothing."""
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    fake.add("crm.lead", name="Their deal", type="opportunity", partner_id=partner)
    await connected.sync(connected.lead())
    fake.calls.clear()

    await connected.sync(connected.lead())
    assert fake.calls == []

    await connected.sync(connected.lead(hours=1, address="2 Way"))
    assert writes_among(fake.calls) == ["res.partner.load"]


@pytest.mark.parametrize(
    "closed", [{"active": False}, {"probability": 100}, {"type": "lead"}], ids=["lost", "won", "a lead"]
)
async def test_other_leads_of_the_partner_hold_up_no_lead(connected: Any, fake: Any, closed: Any) -> None:
    """Only an open opportunity does."""
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    fake.add("crm.lead", **{"name": "Theirs", "type": "opportunity", "partner_id": partner, **closed})

    assert (await connected.sync(connected.lead())).lead_id is not None
    assert notes(fake) == []


async def test_another_tenants_lead_of_the_same_company_is_no_reps_opportunity(connected: Any, fake: Any) -> None:
    """Two tenants with one Odoo share the partner; each has its own lead."""
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    others = f"leadgen.lead_2_{connected.company.uen}"
    fake.add("crm.lead", others, name="ACME", type="opportunity", partner_id=partner)

    assert (await connected.sync(connected.lead())).lead_id is not None


async def test_when_the_opportunity_is_closed_the_next_score_makes_a_lead(connected: Any, fake: Any) -> None:
    """Nobody is at it any more."""
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    theirs = fake.add("crm.lead", name="Their deal", type="opportunity", partner_id=partner)
    assert (await connected.sync(connected.lead())).lead_id is None
    fake.records["crm.lead"][theirs]["active"] = False

    assert (await connected.sync(connected.lead(hours=1, score=0.9))).lead_id is not None


async def test_a_company_struck_off_is_reported_in_its_lead_though_nobody_scores_it_again(
    connected: Any, fake: Any, owner: Any
) -> None:
    """By the watch and a resync: in the description, and in a note, also where people edited the description; once."""
    await connected.sync(connected.lead(status="live"))
    number = fake.external[connected.external_id("lead")][1]
    lead = fake.records["crm.lead"][number]
    lead["description"] = "<p>a rep's words</p>"
    assert await request_resyncs(connected.database) == []
    await owner.execute("UPDATE companies SET status = 'gone'")

    assert await request_resyncs(connected.database) == [1]
    assert await owner.fetchval("SELECT count(*) FROM outbox WHERE topic = $1", ResyncOdoo.topic) == 1
    await connected.resync()

    [note] = notes(fake)
    assert "no longer there: struck off" in note["body"]
    assert note["res_id"] == str(number)
    assert lead["description"] == "<p>a rep's words</p>"
    assert await request_resyncs(connected.database) == []
    await connected.resync()
    assert len(notes(fake)) == 1


async def test_a_company_that_is_live_after_all_loses_the_warning(connected: Any, fake: Any, owner: Any) -> None:
    """The description follows the register in both directions."""
    await owner.execute("UPDATE companies SET status = 'closing'")
    await connected.sync(connected.lead(status="closing"))
    assert "is closing" in fake.record(connected.external_id("lead"))["description"]
    await owner.execute("UPDATE companies SET status = 'live'")

    assert await request_resyncs(connected.database) == [1]
    await connected.resync()

    assert "is closing" not in fake.record(connected.external_id("lead"))["description"]
    assert await request_resyncs(connected.database) == []


async def test_the_watch_leaves_a_blocked_tenant_alone(connected: Any, owner: Any) -> None:
    """Its leads are sent after the check that finds it in order."""
    await connected.sync(connected.lead(status="live"))
    await owner.execute("UPDATE companies SET status = 'gone'")
    await owner.execute("INSERT INTO odoo_states (tenant_id, blocked) VALUES (1, 'no right')")

    assert await request_resyncs(connected.database) == []


async def test_a_refused_note_is_reported_and_tried_again(connected: Any, fake: Any) -> None:
    """The lead counts as refused with Odoo's words, and a resync writes the note."""
    partner = fake.add("res.partner", name="ACME", is_company=True, ref=connected.company.uen)
    fake.add("crm.lead", name="Their deal", type="opportunity", partner_id=partner)
    fake.refused_models = {"mail.message"}

    found = await connected.sync(connected.lead())
    assert found.held_back == "refused"
    assert "lead: note" in str(found.reason)

    fake.refused_models = set()
    await connected.resync()
    assert len(notes(fake)) == 1
