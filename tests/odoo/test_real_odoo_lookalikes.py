"""Look-alikes in a real Odoo: the same company however people typed it, and a person's decision where several fit."""

from typing import Any

import pytest

from common.contracts import Contact
from odoo_sync.operator.audit import audit
from odoo_sync.operator.commands import TenantContext, decision, list_matches
from odoo_sync.tables import connections

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(180)]


@pytest.fixture
def uen(run: str) -> str:
    """A UEN as the register has them."""
    return f"{int(run, 16) % 10**9:09d}K"


async def context(tenant: Any) -> TenantContext:
    async with tenant.opening() as tx:
        connection = await connections.find(tx)
    return TenantContext(tenant.database, tenant.sync, 1, connection)


@pytest.mark.parametrize(
    "theirs",
    [
        {"name": "MAKER {run} (S) PRIVATE LIMITED", "vat": "sg {lower}"},
        {"name": "theirs", "ref": "{spaced}"},
        {"name": "theirs", "is_company": False, "ref": "{lower}"},
        {"name": "Maker  {run}1 Pte. Ltd."},
        {"name": "theirs", "website": "HTTPS://www1.{run}.example/home", "vat": "{other}"},
    ],
    ids=["vat in small letters", "ref with a blank", "not ticked", "name without country", "another uen"],
)
async def test_a_partner_that_people_typed_is_the_company(
    tenant: Any, admin: Any, run: str, uen: str, theirs: dict[str, Any]
) -> None:
    """One with the UEN of another company is not, even with the same website."""
    texts = {"run": run, "lower": uen.lower(), "spaced": f"{uen[:-1]} {uen[-1]}", "other": f"9{uen[1:-1]}X"}
    values = {name: it.format(**texts) if isinstance(it, str) else it for name, it in theirs.items()}
    [made] = await admin.execute("res.partner", "create", vals_list=[{"is_company": True, **values}])

    link = await tenant.bring_one(uen=uen, name=f"MAKER {run}1 PTE. LTD.", website_domain=f"www1.{run}.example")

    assert link.outcome == "synced"
    assert (link.record("company").id == made) is ("other" not in str(theirs))
    [partner] = await admin.execute("res.partner", "read", ids=[made], fields=["name", "is_company"])
    assert (partner["name"], partner["is_company"]) == (values["name"], values.get("is_company", True))


async def test_a_contact_is_known_by_its_number_in_the_companys_country(tenant: Any, admin: Any, run: str) -> None:
    """With an extension and without a country code; a Malaysian number at a partner in Malaysia."""
    company = tenant.companies[0]
    [malaysia] = await admin.execute("res.country", "search", domain=[["code", "=", "MY"]])
    values = {"name": company.name, "is_company": True, "ref": company.uen, "country_id": malaysia}
    [partner] = await admin.execute("res.partner", "create", vals_list=[values])
    person = {"name": run, "parent_id": partner, "type": "contact", "phone": "012-345 6789 ext. 3"}
    [theirs] = await admin.execute("res.partner", "create", vals_list=[person])
    phone = Contact(kind="phone", value="+60123456789", name="Tan", source_url="http://acme.sg")

    [link] = await tenant.bring(tenant.lead(company).model_copy(update={"contact": phone}))

    assert (link.record("company").id, link.record("contact").id) == (partner, theirs)
    [kept] = await admin.execute("res.partner", "read", ids=[theirs], fields=["name", "phone"])
    assert (kept["name"], kept["phone"]) == (run, "012-345 6789 ext. 3")


async def test_of_several_candidates_none_is_taken_until_a_person_decides(tenant: Any, admin: Any) -> None:
    """The audit and `leadgen odoo matches` list them; the decision is kept."""
    company = tenant.companies[0]
    values = [{"name": f"{company.name} {form}", "is_company": True} for form in ("Pte Ltd", "Private Limited")]
    first, second = await admin.execute("res.partner", "create", vals_list=values)

    held = await tenant.bring_one()

    assert (held.outcome, held.record("company").id) == ("refused", None)
    at = await context(tenant)
    [undecided] = (await list_matches(at))["undecided"]
    assert [it.partition(":")[0] for it in undecided["candidates"]] == [f"candidate {first}", f"candidate {second}"]
    report = await audit(at.syncing, at.transaction, at.connection)
    assert [it["what"] for it in report["differences"]] == ["refused"]
    await decision(company.uen, second)(at)

    assert (await tenant.bring_one(hours=1)).record("company").id == second
    assert (await list_matches(at))["undecided"] == []
    assert await admin.execute("res.partner", "search_count", domain=[["name", "ilike", f"{company.name} "]]) == 2
