"""Filters of the lists, alone and combined. On a real PostgreSQL."""

from typing import Any

from gateway.lists import leads
from gateway.lists.filters import Filter
from testkit.leads.lists import Lists, ids_of, leads_of


async def test_filters_are_combined(lists: Lists) -> None:
    """A company is found if it fulfils all of them, wherever its scores, contacts and names come from."""
    await lists.candidate(1, "ACME Precision (S) Pte. Ltd.", "25910")
    await lists.candidate(2, "Acme-Logistics", "52101")
    await lists.candidate(3, "Zenith", "25910")
    await lists.lead(1, 0.9)
    await lists.lead(3, 0.9)
    await lists.verified(3)
    await lists.verified(2, "invalid")
    await lists.lead(4, 0.9)  # no candidate
    await lists.brought_up_to_date()

    assert await lists.found() == [3, 2, 1]
    assert await lists.found(bucket="High") == [3, 1]
    assert await lists.found(bucket="Low") == []
    assert await lists.found(has_verified_email=True) == [3]
    assert await lists.found(has_verified_email=False) == [2, 1]
    assert await lists.found(industries=["2020:25910"]) == [3, 1]
    assert await lists.found(industries=["2025:25910"]) == []
    assert await lists.found(industries=["2020:25910", "2020:52101"], has_verified_email=False) == [2, 1]
    assert await lists.found(name="aCME") == [2, 1]
    assert await lists.found(name=" acme  precision s pte") == [1]
    assert await lists.found(name="acme", industries=["2020:52101"], bucket="High") == []
    assert await lists.found(name="acme", industries=["2020:25910"], bucket="High", has_verified_email=False) == [1]


async def test_leads_are_filtered_as_candidates_are(lists: Lists) -> None:
    """The best first; a name finds leads that are candidates."""
    await lists.candidate(1, "ACME Precision (S) Pte. Ltd.", "25910")
    await lists.candidate(2, "Acme-Logistics", "52101")
    await lists.candidate(3, "Zenith", "25910")
    await lists.candidate(5, "Acme without a score", "25910")
    for company_id, score in ((1, 0.7), (2, 0.5), (3, 0.9), (4, 0.8)):
        await lists.lead(company_id, score)
    await lists.verified(3)
    await lists.brought_up_to_date()

    async def found(limit: int = 200, **demands: Any) -> list[int]:
        return ids_of(await lists.page(leads_of(Filter(**demands)), limit=limit))

    assert await found() == [3, 4, 1, 2]
    assert await found(bucket="High") == [3, 4, 1]
    assert await found(bucket="Medium") == [2]
    assert await found(has_verified_email=True) == [3]
    assert await found(has_verified_email=False, limit=2) == [4, 1]
    assert await found(industries=["2020:25910"]) == [3, 4, 1]
    assert await found(industries=["2020:25910", "2020:52101"], has_verified_email=False) == [4, 1, 2]
    assert await found(name="aCME") == [1, 2]
    assert await found(name="acme", bucket="High") == [1]
    assert await found(name="acme", industries=["2020:52101"]) == [2]


async def test_letters_beyond_ascii_are_searched_in_any_case(lists: Lists) -> None:
    """Letters beyond ASCII are searched in any case, as are names in other scripts, and signs that SQL gives a meaning
    are signs.
    """
    await lists.candidate(1, "ÉCOLE Ümit")
    await lists.candidate(2, "新加坡 钢铁")
    await lists.candidate(3, "50% off_shop")
    await lists.brought_up_to_date()

    assert await lists.found(name="école") == [1]
    assert await lists.found(name="新加坡") == [2]
    assert await lists.found(name="50% off_") == [3]
    assert await lists.found(name="%%off") == []


async def test_the_best_leads_of_many_industries_are_found(lists: Lists) -> None:
    """Merged over the industries, best first."""
    for company_id, code, score in ((1, "25910", 0.5), (2, "52101", 0.9), (3, "62011", 0.7), (4, "25910", 0.8)):
        await lists.candidate(company_id, industry_code=code)
        await lists.lead(company_id, score)
    await lists.brought_up_to_date()
    async with lists.database.transaction(1) as tx:
        of_two = await leads.best(tx, 1, limit=2, industries=["2020:25910", "2020:62011", "2020:99999"])
        of_all = await leads.best(tx, 1, limit=3)

    assert [it.company_id for it in of_two] == [4, 3]
    assert [it.company_id for it in of_all] == [2, 4, 3]
