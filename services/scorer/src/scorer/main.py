"""Wires the scorer and runs it until SIGTERM; or, as `leadgen-scorer-rescore`, scores a tenant's leads anew."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from common.cloudevents import Envelope
from common.errors import LeadgenError
from common.ids import new_id
from common.outbox import Announcement, announce
from common.postgres import Database
from common.service import run
from common.settings import read
from common.stage import Stage
from industries import classification
from industries.hierarchy import Hierarchy
from scorer import profiles
from scorer.consumer import scorer
from scorer.industry import Industries
from scorer.model import ModelWrong, read_model
from scorer.rescoring import rescore
from scorer.settings import RescoreSettings, ScorerSettings
from scorer.yardstick import Yardsticks

log = structlog.get_logger(__name__)


def main() -> None:
    """The console script of the service."""
    settings = read(ScorerSettings)

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        yardsticks = await yardsticks_of(database)
        async with rewording(database, yardsticks, settings):
            yield scorer(yardsticks)

    run(
        "scorer",
        settings,
        compose,
        interactive=settings.scorer_interactive_workers,
        nightly=settings.scorer_nightly_workers,
    )


@asynccontextmanager
async def rewording(database: Database, yardsticks: Yardsticks, settings: ScorerSettings) -> AsyncIterator[None]:
    """Has a language model word rationales meanwhile, if that is wanted and there is a key."""
    if not settings.llm_rationale or settings.openai_api_key is None:
        yield
        return
    # Here, since the SDK takes a second and 40 MB, and most do without.
    import httpx2
    from openai import AsyncOpenAI

    from scorer.language_model import LanguageModel
    from scorer.rewording import Rewording

    async with (
        httpx2.AsyncClient(trust_env=False, follow_redirects=False) as http,
        AsyncOpenAI(api_key=settings.openai_api_key, base_url=settings.openai_base_url, http_client=http) as client,
    ):
        model = LanguageModel(client, settings.openai_model)
        work = Rewording(database, yardsticks, model, cap=settings.wording_cap).run()
        task = asyncio.create_task(work, name="rewording")
        task.add_done_callback(_ended)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("rewording_ended", exc_info=error)


async def yardsticks_of(database: Database) -> Yardsticks:
    """By the current model and the classification as it is loaded. Raises ClassificationMissing."""
    async with database.without_tenant() as tx:
        codes = await classification.read(tx)
    return Yardsticks(read_model(), Industries(Hierarchy(codes)))


def rescore_once() -> None:
    """The console script for after a tenant's weights were changed: prints what it came to as JSON."""
    parser = argparse.ArgumentParser(
        "leadgen-scorer-rescore", description="Scores a tenant's leads again, by its present ICP and weights."
    )
    parser.add_argument("tenant", type=int, help="the tenant's number")
    tenant_id: int = parser.parse_args().tenant
    try:
        done = asyncio.run(_rescore(read(RescoreSettings), tenant_id))
    except LeadgenError as error:
        raise SystemExit(f"{error}. What was done is kept: rescore again to go on.") from None
    sys.stdout.write(json.dumps(done) + "\n")


async def _rescore(settings: RescoreSettings, tenant_id: int) -> dict[str, int]:
    database = await Database.connect(settings.database_url, size=1, name="scorer")
    try:
        return await rescore_all(database, await yardsticks_of(database), tenant_id)
    finally:
        await database.close()


async def rescore_all(database: Database, yardsticks: Yardsticks, tenant_id: int) -> dict[str, int]:
    """Scores those leads of the tenant again that its present profile has not; the running scorer tells of them.

    Raises ModelWrong for weights that cannot be used: whoever asks for this has just written them.
    """
    async with database.transaction(tenant_id) as tx:
        await profiles.stand_alone(tx)
        if flaw := yardsticks.of(await profiles.share(tx)).flaw:
            raise ModelWrong(flaw)
    leads, changed, after = 0, 0, 0
    while True:
        async with database.transaction(tenant_id) as tx:
            done = await rescore(tx, yardsticks, after=after)
            told = [Announcement(it, Envelope(new_id(), tenant_id, lane="nightly")) for it in done.changed]
            await announce(tx, "scorer", told)
        leads, changed = leads + done.leads, changed + len(done.changed)
        if done.last is None:
            return {"leads": leads, "changed": changed}
        after = done.last
