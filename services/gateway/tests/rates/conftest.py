"""Limits on the real database, of several replicas."""

from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from common.postgres import Connection, Database
from gateway.http.problems import Problem
from gateway.rates.rate import Rate
from gateway.rates.shared_rates import Rates

PLENTY = Rate(1_000_000)


class Limits(Rates):
    """One replica's limits, as tests ask for them."""

    async def lets_in(self, tenant_id: int, own: int | None = None, subject: str = "ann") -> bool:
        """Asks once."""
        try:
            await self.admit(tenant_id, subject, own)
        except Problem:
            return False
        return True

    async def refuses(self, tenant_id: int, own: int | None = None, subject: str = "ann") -> Problem:
        """Asks until the answer is no."""
        for _ in range(2000):
            try:
                await self.admit(tenant_id, subject, own)
            except Problem as problem:
                return problem
        raise AssertionError("every request was let in")

    async def rest(self, owner: Connection, seconds: float) -> None:
        """Lets time pass for the table, after what was admitted on credit is charged: it came before the rest."""
        await self.close()
        await owner.execute("UPDATE request_rates SET due_at = due_at - make_interval(secs => $1)", seconds)


@pytest.fixture
async def replicas(database_url: str) -> AsyncIterator[Sequence[Database]]:
    """Three connections' worth of gateways."""
    databases = [await Database.connect(database_url) for _ in range(3)]
    yield databases
    for each in databases:
        await each.close()


@pytest.fixture
async def rates_of(database: Database, replicas: Sequence[Database]) -> AsyncIterator[Callable[..., Limits]]:
    """`rates_of(database, each=Rate(600), everyone=Rate(6000))`; subjects have no limit unless a test says so."""
    made: list[Limits] = []

    def make(asked: Database, *, each: Rate, everyone: Rate = PLENTY, per_subject: Rate | None = PLENTY) -> Limits:
        made.append(Limits(asked, each=each, everyone=everyone, per_subject=per_subject))
        return made[-1]

    yield make
    for limits in made:
        await limits.close()
