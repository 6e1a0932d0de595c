"""The companies that a night takes, on a real PostgreSQL: how many, which first, and why."""

import json
from datetime import date, timedelta
from typing import Any, TypeAlias

import asyncpg

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

NIGHT = date(2026, 11, 23)


async def test_candidates_that_fit_the_icp_are_taken_first(nights: Any, owner: Owner) -> None:
    """By industry, age and district; a company that is gone is not taken at all."""
    await owner.execute(
        "INSERT INTO ssic_ref (version, code, level, title, parent_code) VALUES ('2020', 'C', 'section', 'C', NULL),"
        " ('2020', '25', 'division', 'METAL', 'C'), ('2020', '25912', 'subclass', 'CAPS', '25') ON CONFLICT DO NOTHING"
    )
    icp = "INSERT INTO icp_rules (tenant_id, industries, age_from, age_to, districts) VALUES (1, $1, 3, 9, '{22}')"
    await owner.execute(icp, ["2020:25"])
    good = {"domain": "a.sg", "born": date(2020, 11, 23), "postal_code": "618888"}
    await nights.candidate("OTHER", **good | {"code": "47111"})
    await nights.candidate("YOUNG", **good | {"born": date(2024, 1, 1)})
    await nights.candidate("OLD", **good | {"born": date(2016, 11, 23)})
    await nights.candidate("AWAY", **good | {"postal_code": "048616"})
    await nights.candidate("GONE", **good | {"status": "gone"})
    await nights.candidate("FITS", **good)

    await nights.start(nights.rules(daily_cap=9))

    first, *others = await nights.selected()
    assert first == "FITS"
    assert set(others) == {"OTHER", "YOUNG", "OLD", "AWAY"}


async def test_the_next_night_takes_others(nights: Any, owner: Owner) -> None:
    """Until all have had their turn; then there is nothing to do."""
    uens = await nights.candidates(12)
    taken = []
    for day in range(4):
        night = NIGHT + timedelta(days=day)
        await nights.start(nights.rules(night))
        taken.append(await nights.selected(night=night))
        await nights.complete(night=night)
        await nights.start(nights.rules(night), wait=True)

    assert taken == [uens[:5], uens[5:10], uens[10:], []]


async def test_a_night_that_is_planned_after_a_later_one_takes_others(nights: Any) -> None:
    """A company that another night asks for is not asked for twice, whichever came first."""
    uens = await nights.candidates(7)
    await nights.start(nights.rules(NIGHT + timedelta(days=1)))
    await nights.start()

    assert await nights.selected() == uens[5:]


async def test_the_manifest_says_what_the_choice_went_by(nights: Any, owner: Owner) -> None:
    """Caps, what was due, the vendors' budgets of the day, and the reason of each company."""
    await nights.candidates(2)
    await owner.execute("INSERT INTO vendor_usage VALUES (1, $1, 'lusha', 12, 3)", NIGHT)

    await nights.start(nights.rules(limit=1, vendor_caps={"lusha": 500, "tavily": 800}))

    row = await owner.fetchrow("SELECT * FROM run_manifests")
    assert row is not None
    assert (row["tenant_id"], row["night"], row["source"], len(row["company_ids"])) == (1, NIGHT, "selection", 1)
    assert json.loads(row["caps"]) == {"cap": 1, "setting": 5, "tenant": None, "limit": 1}
    assert json.loads(row["vendor_budget"]) == {"lusha": {"cap": 500, "used": 12}, "tavily": {"cap": 800, "used": 0}}
    assert json.loads(row["considered"]) == {"new": 2, "stale": 0, "updated": 0}
    reasons = await owner.fetch("SELECT reason, detail FROM run_companies")
    assert [tuple(row) for row in reasons] == [("new", "not seen before")]


async def test_a_tenants_own_cap_replaces_the_setting(nights: Any, owner: Owner) -> None:
    """Upwards too; a limit of the command only lowers it."""
    await nights.candidates(9)
    await owner.execute("UPDATE tenants SET nightly_cap = 7 WHERE tenant_id = 1")

    await nights.start(nights.rules(limit=8))

    assert len(await nights.selected()) == 7
