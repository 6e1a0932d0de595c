"""Wires the scorer and runs it until SIGTERM; as `leadgen-scorer-rescore`, scores a tenant's leads again."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog

from common.background import in_background
from common.cloudevents import Envelope
from common.delivery.messages import Announcement
from common.delivery.outbox import announce
from common.errors import LeadgenError
from common.handling.stage import Stage
from common.ids import new_id
from common.postgres import Database
from common.service import run
from common.settings import read, read_for_service
from industries import classification
from industries.ssic.hierarchy import Hierarchy
from scorer.adapters import profiles
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import InvalidModel, read_model
from scorer.core.scoring_profile import ProfileCache
from scorer.rescoring import rescore
from scorer.settings import RescoreSettings, ScorerSettings

log = structlog.get_logger(__name__)


def main() -> None:
    """Console script of the service."""
    settings = read_for_service(ScorerSettings, "leadgen-scorer")

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        profile_cache = await build_profile_cache(database)
        async with rewriting_rationales(database, profile_cache, settings):
            yield scorer(profile_cache)

    run(
        "scorer",
        settings,
        compose,
        interactive=settings.scorer_interactive_workers,
        nightly=settings.scorer_nightly_workers,
    )


@asynccontextmanager
async def rewriting_rationales(
    database: Database, profile_cache: ProfileCache, settings: ScorerSettings
) -> AsyncIterator[None]:
    """Runs the rationale rewriter in the background, if it is enabled and there is a key."""
    if not settings.llm_rationale or settings.openai_api_key is None:
        yield
        return
    # Imported here: the SDK takes a second and 40 MB, and most installations do not use it.
    import httpx2
    from openai import AsyncOpenAI

    from scorer.adapters.language_model import LanguageModel
    from scorer.rationale_rewriter import RationaleRewriter

    async with (
        httpx2.AsyncClient(trust_env=False, follow_redirects=False) as http,
        AsyncOpenAI(api_key=settings.openai_api_key, base_url=settings.openai_base_url, http_client=http) as client,
    ):
        model = LanguageModel(client, settings.openai_model)
        work = RationaleRewriter(database, profile_cache, model, cap=settings.wording_cap).run()
        async with in_background(work, "rewording") as task:
            task.add_done_callback(_ended)
            yield


def _ended(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        log.error("rewording_ended", exc_info=error)


async def build_profile_cache(database: Database) -> ProfileCache:
    """Builds the cache from the current model and the loaded classification. Raises ClassificationMissing."""
    async with database.without_tenant() as tx:
        codes = await classification.read(tx)
    return ProfileCache(read_model(), SsicVersions(Hierarchy(codes)))


def rescore_once() -> None:
    """Console script to run after a change of a tenant's weights: prints the counts as JSON."""
    parser = argparse.ArgumentParser(
        "leadgen-scorer-rescore", description="Scores a tenant's leads again, by its current ICP and weights."
    )
    parser.add_argument("tenant", type=int, help="the tenant's number")
    tenant_id: int = parser.parse_args().tenant
    try:
        done = asyncio.run(_rescore(read(RescoreSettings), tenant_id))
    except LeadgenError as error:
        raise SystemExit(f"{error}. Completed work is kept; run the command again to continue.") from None
    sys.stdout.write(json.dumps(done) + "\n")


async def _rescore(settings: RescoreSettings, tenant_id: int) -> dict[str, int]:
    database = await Database.of_service("scorer", settings)
    try:
        return await rescore_all(database, await build_profile_cache(database), tenant_id)
    finally:
        await database.close()


async def rescore_all(database: Database, profile_cache: ProfileCache, tenant_id: int) -> dict[str, int]:
    """Scores the tenant's leads again that were scored by an earlier profile; the running scorer sends the events.

    Raises InvalidModel for invalid weights: the operator has just written them.
    """
    async with database.transaction(tenant_id) as tx:
        await profiles.lock_exclusively(tx)
        if error := profile_cache.get(await profiles.read_locked(tx)).weights_error:
            raise InvalidModel(error)
    leads, changed, after = 0, 0, 0
    while True:
        async with database.transaction(tenant_id) as tx:
            done = await rescore(tx, profile_cache, after=after)
            announcements = [Announcement(it, Envelope(new_id(), tenant_id, lane="nightly")) for it in done.changed]
            await announce(tx, "scorer", announcements)
        leads, changed = leads + done.leads, changed + len(done.changed)
        if done.last is None:
            return {"leads": leads, "changed": changed}
        after = done.last
