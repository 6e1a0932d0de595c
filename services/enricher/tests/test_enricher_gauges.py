"""The gauges of budgets and circuit breakers, read from their tables."""

from datetime import date
from typing import Any

from common.handling.group_commit import GroupCommit
from common.postgres import Database
from enricher import gauges
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.budgets import Budgets
from testkit.samples import sample

TODAY, TOMORROW = date(2026, 11, 22), date(2026, 11, 23)
LEFT, OPEN = "leadgen_enricher_vendor_budget_left_ratio", "leadgen_enricher_vendor_breaker_open"


async def test_the_tenant_with_least_left_is_shown(database: Database) -> None:
    """The tenant with least left is shown, of each vendor with a budget, on the day asked for; a tenant that spent
    nothing has all.
    """
    caps = {"tavily": 10, "openai": 1000, "lusha": 0}
    budgets = Budgets(GroupCommit(database, LOCK_ORDER), caps)  # type: ignore[arg-type]
    assert await budgets.reserve(1, "tavily", 2, day=TODAY)
    assert await budgets.reserve(2, "tavily", 9, day=TODAY)

    await gauges.look(database, caps, TODAY)  # type: ignore[arg-type]
    assert round(sample(LEFT, vendor="tavily"), 6) == 0.1
    assert sample(LEFT, vendor="openai") == 1

    await gauges.look(database, caps, TOMORROW)  # type: ignore[arg-type]
    assert sample(LEFT, vendor="tavily") == 1


async def test_an_open_breaker_is_shown_until_its_time_is_over(database: Database, owner: Any) -> None:
    """An open breaker is shown until its time is over, whichever replica opened it."""
    await owner.execute("UPDATE vendor_breakers SET open_until = now() + interval '1 hour' WHERE vendor = 'lusha'")
    await gauges.look(database, {}, TODAY)
    assert (sample(OPEN, vendor="lusha"), sample(OPEN, vendor="tavily")) == (1, 0)

    await owner.execute("UPDATE vendor_breakers SET open_until = now() - interval '1 second'")
    await gauges.look(database, {}, TODAY)
    assert sample(OPEN, vendor="lusha") == 0
