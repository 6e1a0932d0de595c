"""An enricher whose handler has a bug."""

import pytest

from common.contracts import RequestEnrichment
from common.errors import Permanent
from common.handling.stage import Stage
from common.handling.work import Work
from testkit.delivery.dead_letters import Bug, Owner


@pytest.fixture
def bug() -> Bug:
    return Bug()


@pytest.fixture
async def stage(owner: Owner, bug: Bug) -> Stage:
    """An enricher with a bug, which notes what it handles."""
    await owner.execute(
        "CREATE TABLE handled (at bigint GENERATED ALWAYS AS IDENTITY, uen text, name text);"
        "GRANT SELECT, INSERT ON handled TO leadgen_service"
    )
    stage = Stage("enricher")

    @stage.handles(RequestEnrichment)
    async def enrich(work: Work[RequestEnrichment]) -> None:
        company = work.event.company
        if bug.word and bug.word in company.name:
            raise Permanent(f"company {company.company_id} cannot be enriched")
        async with work.finish() as tx:
            await tx.execute("INSERT INTO handled (uen, name) VALUES ($1, $2)", company.uen, company.name)

    return stage
