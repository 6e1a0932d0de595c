"""Our rows loaded into a real Odoo, over both protocols."""

from typing import Any

import pytest

from odoo_sync.model import Row
from odoo_sync.protocols.bulk_load import Refusal, load
from odoo_sync.protocols.servers import OdooServer
from odoo_sync.sync.checks import find_problems

pytestmark = pytest.mark.odoo


def company(run: str, number: int, **other: str) -> Row:
    return {
        "id": f"leadgen.company_{run}_{number}",
        "name": f"Company {number}",
        "is_company": "1",
        "ref": run,
        "company_registry": f"{run}{number}",
        "country_id/id": "base.sg",
        **other,
    }


def contact(run: str, number: int, **other: str) -> Row:
    return {
        "id": f"leadgen.contact_{run}_{number}",
        "name": f"Jane {number}",
        "type": "contact",
        "parent_id/id": f"leadgen.company_{run}_{number}",
        "email": f"jane{number}@{run}.example",
        "ref": run,
        **other,
    }


def lead(run: str, number: int, **other: str) -> Row:
    return {
        "id": f"leadgen.lead_{run}_{number}",
        "name": f"Lead {number} {run}",
        "type": "lead",
        "user_id/id": "",
        "partner_id/id": f"leadgen.contact_{run}_{number}",
        "description": "<p>ACME &amp; Sons, &lt;b&gt;</p>",
        **other,
    }


async def partners(odoo: OdooServer, run: str, *fields: str, **context: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await odoo.execute(
        "res.partner", "search_read", domain=[["ref", "=", run]], fields=list(fields), order="id", context=context
    )
    return found


async def test_the_sync_would_go_through(odoo: OdooServer) -> None:
    """Credentials, rights and modules are in order."""
    assert await find_problems(odoo) == []


async def test_companies_contacts_and_leads_come_once(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """Loaded twice they are the same records, linked with each other, and a lead is nobody's."""
    rows = {
        "res.partner": [make(run, number) for make in (company, contact) for number in range(30)],
        "crm.lead": [lead(run, number) for number in range(30)],
    }
    first = {model: await load(odoo, model, some) for model, some in rows.items()}

    assert {model: await load(odoo, model, some) for model, some in rows.items()} == first

    found = await partners(admin, run, "is_company", "parent_id")
    assert [it["id"] for it in found] == sorted(first["res.partner"])
    assert [it["parent_id"][0] for it in found if not it["is_company"]] == first["res.partner"][:30]
    leads = await admin.execute("crm.lead", "read", ids=first["crm.lead"], fields=["partner_id", "user_id", "type"])
    assert [it["partner_id"][0] for it in leads] == first["res.partner"][30:]
    assert {(it["user_id"], it["type"]) for it in leads} == {(False, "lead")}


async def test_html_arrives_as_the_text_it_escapes(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """Odoo keeps the description as it was escaped."""
    await load(odoo, "res.partner", [company(run, 1), contact(run, 1)])
    made = await load(odoo, "crm.lead", [lead(run, 1)])

    [there] = await admin.execute("crm.lead", "read", ids=made, fields=["description"])

    assert there["description"] == "<p>ACME &amp; Sons, &lt;b&gt;</p>"


@pytest.mark.parametrize("bad", [{3}, {0, 3, 9}, set(range(2, 28))])
async def test_bad_rows_are_set_aside_with_odoos_words(odoo: OdooServer, run: str, bad: set[int]) -> None:
    """The others are there; no good row is blamed with a bad one."""
    wrong = {"name": ""}
    rows = [company(run, number) | (wrong if number in bad else {}) for number in range(30)]

    outcomes = await load(odoo, "res.partner", rows)

    assert {nth for nth, it in enumerate(outcomes) if isinstance(it, Refusal)} == bad
    assert all("name" in it.message for it in outcomes if isinstance(it, Refusal))
    assert len(await partners(odoo, run, "id")) == 30 - len(bad)


async def test_a_reference_that_leads_nowhere_is_one_rows_fault(odoo: OdooServer, run: str) -> None:
    """A contact whose company is not there; the message names what is missing."""
    await load(odoo, "res.partner", [company(run, 1)])

    good, refused = await load(odoo, "res.partner", [contact(run, 1), contact(run, 2)])

    assert isinstance(good, int)
    assert isinstance(refused, Refusal)
    assert f"leadgen.company_{run}_2" in refused.message


async def test_what_a_row_does_not_name_stays(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """People's own entries survive; a column that this server lacks is no reason to fail."""
    [made] = await load(odoo, "res.partner", [company(run, 1, mobile="+65 1", no_such_column="x")])
    await admin.execute("res.partner", "write", ids=[made], vals={"phone": "+65 2", "comment": "typed"})

    await load(odoo, "res.partner", [company(run, 1, city="Singapore")])

    [there] = await partners(admin, run, "phone", "city", "comment")
    assert (there["phone"], there["city"], "typed" in there["comment"]) == ("+65 2", "Singapore", True)


async def test_archived_records_are_written_and_stay_archived(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """By external id, and by number where the record was adopted."""
    [ours] = await load(odoo, "res.partner", [company(run, 1)])
    [adopted] = await admin.execute("res.partner", "create", vals_list=[{"name": "Theirs", "ref": run}])
    await admin.execute("res.partner", "write", ids=[ours, adopted], vals={"active": False})

    outcomes = await load(odoo, "res.partner", [company(run, 1, city="A")])
    outcomes += await load(odoo, "res.partner", [{".id": str(adopted), "city": "A"}])

    assert outcomes == [ours, adopted]
    found = await partners(admin, run, "active", "city", active_test=False)
    assert [(it["active"], it["city"]) for it in found] == [(False, "A"), (False, "A")]


async def test_an_adopted_record_that_is_gone_is_refused(odoo: OdooServer, run: str) -> None:
    """A deleted record is not created again by its database id."""
    [outcome] = await load(odoo, "res.partner", [{".id": "2000000000", "name": f"Nobody {run}", "ref": run}])

    assert isinstance(outcome, Refusal)
    assert await partners(odoo, run) == []


@pytest.mark.parametrize("active", [True, False])
async def test_a_contact_and_a_lead_may_hang_on_an_adopted_company(
    odoo: OdooServer, admin: OdooServer, run: str, active: bool
) -> None:
    """A parent may be given by its database id, and may be archived."""
    [parent] = await admin.execute("res.partner", "create", vals_list=[{"name": "Theirs", "is_company": True}])
    await admin.execute("res.partner", "write", ids=[parent], vals={"active": active})
    child = {**contact(run, 1), "parent_id/.id": str(parent)}
    chance = {**lead(run, 1), "partner_id/.id": str(parent)}
    del child["parent_id/id"], chance["partner_id/id"]

    assert isinstance((await load(odoo, "res.partner", [child]))[0], int)
    made = await load(odoo, "crm.lead", [chance])

    assert [it["parent_id"][0] for it in await partners(admin, run, "parent_id")] == [parent]
    [there] = await admin.execute("crm.lead", "read", ids=made, fields=["partner_id", "team_id", "user_id"])
    assert (there["partner_id"][0], there["team_id"], there["user_id"]) == (parent, False, False)


async def test_a_deleted_record_is_made_again_by_its_external_id(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """Whether that is wanted is decided before a row is sent."""
    [first] = await load(odoo, "res.partner", [company(run, 1)])
    await admin.execute("res.partner", "unlink", ids=[first])

    [second] = await load(odoo, "res.partner", [company(run, 1)])

    assert second != first
    assert [it["id"] for it in await partners(admin, run)] == [second]


async def test_a_merged_record_is_followed(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """People merged ours into theirs: our external id leads to theirs from then on."""
    [ours] = await load(odoo, "res.partner", [company(run, 1)])
    [theirs] = await admin.execute("res.partner", "create", vals_list=[{"name": "Theirs", "is_company": True}])
    wizard = {"partner_ids": [[6, 0, [ours, theirs]]], "dst_partner_id": theirs, "state": "selection"}
    merging = await admin.execute("base.partner.merge.automatic.wizard", "create", vals_list=[wizard])
    await admin.execute("base.partner.merge.automatic.wizard", "action_merge", ids=merging)

    assert await load(odoo, "res.partner", [company(run, 1, city="A")]) == [theirs]


@pytest.mark.odoo19
async def test_one_external_id_is_never_two_models(odoo: OdooServer, run: str) -> None:
    """Our names hold the kind; were they mixed up, this server would say so."""
    await load(odoo, "res.partner", [company(run, 1)])

    [outcome] = await load(odoo, "crm.lead", [{"id": f"leadgen.company_{run}_1", "name": "x"}])

    assert isinstance(outcome, Refusal)


async def test_nobody_gets_mail_and_no_chatter_is_written(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """Neither when a lead is made nor when it is changed."""
    await load(odoo, "res.partner", [company(run, 1), contact(run, 1)])
    made = await load(odoo, "crm.lead", [lead(run, 1)])
    await load(odoo, "crm.lead", [lead(run, 1, description="<p>new</p>", type="opportunity")])

    of_it = [["model", "=", "crm.lead"], ["res_id", "in", made]]
    assert await admin.execute("mail.message", "search_count", domain=of_it) == 0
    followers = [["res_model", "=", "crm.lead"], ["res_id", "in", made]]
    assert await admin.execute("mail.followers", "search_count", domain=followers) == 0
