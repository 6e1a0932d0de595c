"""Numbers of ours that belong to other records of a real Odoo, as after the restore of an older backup."""

import re
from typing import Any

import pytest

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]

#: Gives a link's records the numbers that people's records have, as if these had been made after a restore.
POINT_TO = """
    UPDATE odoo_links
       SET partner_id = $1, contact_id = $2, lead_id = $3,
           records = regexp_replace(records::text, '"made":"[^"]*"', '"made":"2020-01-01 00:00:00"', 'g')::json
"""


async def test_strangers_with_our_numbers_stay_as_they_are_and_ours_are_made_anew(
    tenant: Any, admin: Any, owner: Any
) -> None:
    """Noticed by their creation dates and external ids; the audit tells them before, the link afterwards."""
    first = await tenant.bring_one(address="1 Old Way")
    ours = [first.record(kind).id for kind in ("company", "contact", "lead")]
    await admin.execute("crm.lead", "unlink", ids=[ours[2]])
    await admin.execute("res.partner", "unlink", ids=[ours[1]])
    await admin.execute("res.partner", "unlink", ids=[ours[0]])
    partners = await admin.execute(
        "res.partner",
        "create",
        vals_list=[{"name": "A stranger", "is_company": True, "street": "theirs"}, {"name": "Somebody"}],
    )
    leads = await admin.execute("crm.lead", "create", vals_list=[{"name": "Their deal", "description": "theirs"}])
    await owner.execute(POINT_TO, *partners, *leads)
    before = [await everything(admin, "res.partner", partners), await everything(admin, "crm.lead", leads)]
    found = {(it["record"], it["what"]) for it in await tenant.differences()}

    again = await tenant.bring_one(address="2 New Way", hours=1)

    assert found == {("company", "not ours"), ("contact", "not ours"), ("lead", "not ours")}
    assert [await everything(admin, "res.partner", partners), await everything(admin, "crm.lead", leads)] == before
    assert again.outcome == "synced"
    assert not {again.record(kind).id for kind in ("company", "contact", "lead")} & {*partners, *leads, *ours}
    assert "restored or replaced" in again.notes[0]
    assert await tenant.differences() == []


async def everything(admin: Any, model: str, numbers: list[int]) -> list[dict[str, Any]]:
    """Reads the names, and when the records were written last."""
    found: list[dict[str, Any]] = await admin.execute(model, "read", ids=numbers, fields=["name", "write_date"])
    return found


async def test_the_identity_of_a_database_can_be_read(odoo: Any) -> None:
    """An administrator reads the uuid; it stays."""
    uuid, _ = await odoo.identity()

    assert re.fullmatch(r"[0-9a-f-]{36}", uuid)
    assert (await odoo.identity())[0] == uuid
