"""Records that people deleted or merged in Odoo."""

from typing import Any

import pytest

from common.contracts import Contact

COO = Contact(kind="email", value="tan@acme.sg", source_url="http://acme.sg", name="Tan Ah Kow", title="COO")


def delete(fake: Any, harness: Any, kind: str) -> None:
    """Deletes a record and its external id, as people do."""
    model, number = fake.external.pop(harness.external_id(kind))
    del fake.records[model][number]


@pytest.mark.parametrize("kind", ["company", "lead"])
async def test_what_people_deleted_is_not_made_again(connected: Any, fake: Any, kind: str) -> None:
    """The announcement says so, now and whenever it comes again; that takes no call."""
    await connected.sync(connected.lead())
    delete(fake, connected, kind)

    emitted = await connected.sync(connected.lead(hours=1, score=0.9, address="1 Way"))
    fake.calls.clear()
    again = await connected.sync(connected.lead(hours=2, score=0.9, address="1 Way"))

    assert (emitted.outcome, emitted.held_back) == ("no_connection", "deleted")
    assert emitted.reason == f"people deleted the {kind} in Odoo"
    assert (again.held_back, fake.calls) == ("deleted", [])
    assert connected.external_id(kind) not in fake.external


async def test_a_contact_that_people_deleted_stays_deleted(connected: Any, fake: Any) -> None:
    """Company and lead go on without it; somebody else is another contact."""
    await connected.sync(connected.lead())
    delete(fake, connected, "contact")

    emitted = await connected.sync(connected.lead(hours=1, address="1 Way"))
    assert (emitted.outcome, emitted.contact_id) == ("synced", None)
    assert len(fake.records["res.partner"]) == 1

    emitted = await connected.sync(connected.lead(hours=2, contact=COO))
    assert fake.records["res.partner"][emitted.contact_id]["name"] == "Tan Ah Kow"


@pytest.mark.parametrize(("score", "leads"), [(0.9, 1), (0.2, 0)])
async def test_if_the_setting_says_so_what_was_deleted_is_made_again(
    connected: Any, fake: Any, score: float, leads: int
) -> None:
    """Company, contact and, while it is good enough, the lead."""
    await connected.sync(connected.lead())
    for kind in ("company", "contact", "lead"):
        delete(fake, connected, kind)
    connected.recreate_deleted = True

    emitted = await connected.sync(connected.lead(score=score, hours=1, contact=COO))

    assert len(fake.records["res.partner"]) == 2
    assert len(fake.records["crm.lead"]) == leads
    assert [emitted.lead_id] == (list(fake.records["crm.lead"]) or [None])


async def test_a_merge_of_partners_is_followed(connected: Any, fake: Any) -> None:
    """Our name for the partner points to the one that people kept."""
    first = await connected.sync(connected.lead())
    kept = fake.add("res.partner", name="theirs", is_company="1")
    del fake.records["res.partner"][first.partner_id]
    fake.external[connected.external_id("company")] = ("res.partner", kept)

    emitted = await connected.sync(connected.lead(address="1 Way", hours=1))

    assert (emitted.outcome, emitted.partner_id) == ("synced", kept)
    assert fake.records["res.partner"][kept]["name"] == "theirs"
    assert fake.records["res.partner"][kept]["street"] == "1 Way"


async def test_a_merge_of_a_partner_that_was_adopted_is_followed_by_its_uen(connected: Any, fake: Any) -> None:
    """The partner never had an external id of ours."""
    number = fake.add("res.partner", name="ACME", is_company="1", ref="201812345K")
    await connected.sync(connected.lead())
    del fake.records["res.partner"][number]
    kept = fake.add("res.partner", name="theirs", is_company="1", ref="201812345K")

    assert (await connected.sync(connected.lead(address="1 Way", hours=1))).partner_id == kept
