"""Wires the enricher and runs it until SIGTERM."""

import time
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from common.forgotten.suppression import ReadSuppression, Suppression
from common.handling.group_commit import GroupCommit
from common.handling.stage import Stage
from common.postgres import Database
from common.service import run
from common.settings import read_for_service
from enricher.consumer import enricher
from enricher.contacts.prospects import Prospects
from enricher.contacts.verification import Verifier
from enricher.crawl.crawl_delay import CrawlDelay
from enricher.crawl.http.fetching import Fetcher
from enricher.crawl.robots import Robots
from enricher.crawl.site_cache import SiteCache
from enricher.crawl.visitor import Visitor
from enricher.crawl.visits import Limits
from enricher.enrichment import profiling
from enricher.enrichment.profiling import ProfileSources
from enricher.enrichment.waterfall import Waterfall
from enricher.extract.findings import warm_up
from enricher.gauges import kept_gauges
from enricher.lock_order import LOCK_ORDER
from enricher.purchases.answer_cache import AnswerCache
from enricher.purchases.budgets import Budgets
from enricher.purchases.circuit_breakers import CircuitBreakers
from enricher.purchases.guarded_call import GuardedCalls
from enricher.purchases.public_answers import PublicAnswers
from enricher.settings import EnricherSettings
from enricher.sites.search import SiteSearch
from enricher.vendors.http import connect
from enricher.vendors.language_model import LanguageModel, connect_model
from enricher.vendors.lusha import Lusha
from enricher.vendors.tavily import Tavily
from enricher.vendors.zerobounce import ZeroBounce

#: Threads that parse pages. A page dense in elements takes tens of megabytes while it is parsed.
READERS = 2
#: Retention of page texts: an interrupted enrichment continues with them.
TEXTS_FOR = timedelta(hours=1)
#: The lease on a site, in multiples of the longest visit.
LEASE = 2
#: Seconds by which the wait for a model's answer outlasts the call's own timeout, which the circuit breaker counts.
GRACE_S = 2.0


def main() -> None:
    """The console script."""
    settings = read_for_service(EnricherSettings, "leadgen-enricher")

    @asynccontextmanager
    async def compose(database: Database) -> AsyncIterator[Stage]:
        suppression = ReadSuppression(database)
        async with (
            waterfall_of(database, settings, suppression) as waterfall,
            kept_gauges(database, settings.caps) as gauges,
        ):
            stage = enricher(waterfall, suppression, keeps_corpus=settings.persist_crawl_corpus)
            stage.tasks.append(gauges)
            yield stage

    run(
        "enricher",
        settings,
        compose,
        interactive=settings.enricher_interactive_workers,
        nightly=settings.sched_company_concurrency,
    )


@asynccontextmanager
async def waterfall_of(
    database: Database, settings: EnricherSettings, suppression: Suppression | None = None
) -> AsyncIterator[Waterfall]:
    """Builds the parts of an enrichment, and closes them at the end. A vendor without a key is left out."""
    warm_up()
    suppression = suppression or ReadSuppression(database)
    async with AsyncExitStack() as open_:
        reader = ThreadPoolExecutor(READERS, thread_name_prefix="reader")
        open_.callback(reader.shutdown, wait=False, cancel_futures=True)
        fetcher = await open_.enter_async_context(fetcher_of(settings))
        http = await open_.enter_async_context(connect())
        model = None
        if settings.openai_api_key:
            client = await open_.enter_async_context(connect_model(settings.openai_api_key, settings.openai_base_url))
            model = LanguageModel(client, settings.openai_model, timeout_s=settings.llm_chunk_timeout_s)
        key = settings.tavily_api_key
        tavily = Tavily(http, key, settings.tavily_base_url) if key else None
        key = settings.lusha_api_key
        lusha = Lusha(http, key, settings.lusha_base_url) if key else None
        key = settings.zerobounce_api_key
        zerobounce = ZeroBounce(http, key, settings.zerobounce_base_url) if key else None

        group_commit = GroupCommit(database, LOCK_ORDER)
        calls = GuardedCalls(Budgets(group_commit, settings.caps), CircuitBreakers(database))
        lease = timedelta(seconds=settings.inbox_lease_s)
        answer_cache = AnswerCache(group_commit, calls, suppression, lease=lease)
        fresh_for = timedelta(days=settings.site_fresh_for_days)
        sites = sites_of(database, group_commit, fetcher, reader, suppression, settings)
        answers = PublicAnswers(answer_cache, tavily, model, fresh_for=fresh_for)
        web = ProfileSources(sites, SiteSearch(group_commit, sites, answers, fresh_for=fresh_for), answers, reader)
        prospects = Prospects(
            answer_cache, lusha, settings.lusha_preferred_titles, is_enabled=settings.enable_lusha_fallback
        )
        verifier = Verifier(database, group_commit, calls, zerobounce, lease=lease)
        open_.push_async_callback(verifier.close)
        yield Waterfall(web, prospects, verifier, group_commit, limits_of(settings), suppression)


def fetcher_of(settings: EnricherSettings) -> Fetcher:
    """Builds the fetcher of pages."""
    return Fetcher(
        user_agent=settings.crawler_user_agent,
        timeout_s=settings.crawl_page_timeout_s,
        max_bytes=settings.crawl_max_bytes,
        proxy=settings.crawler_proxy,
    )


def sites_of(
    database: Database,
    group_commit: GroupCommit,
    fetcher: Fetcher,
    reader: ThreadPoolExecutor,
    suppression: Suppression,
    settings: EnricherSettings,
) -> SiteCache:
    """Builds the cache of visited sites."""
    limits = Limits(
        schemes=settings.crawl_schemes,
        pages=settings.crawl_max_pages,
        timeout_s=settings.crawler_timeout_s,
        delay_s=settings.crawl_delay_s,
        max_delay_s=settings.crawl_delay_max_s,
        extract_timeout_s=settings.merge_deterministic_timeout_s,
    )
    robots = Robots(settings.robots_token, clock=time.monotonic)
    return SiteCache(
        group_commit,
        Visitor(fetcher, robots, CrawlDelay(database), reader, limits),
        suppression,
        fresh_for=timedelta(days=settings.site_fresh_for_days),
        lease=timedelta(seconds=LEASE * settings.crawler_timeout_s),
        texts_for=None if settings.persist_crawl_corpus else TEXTS_FOR,
    )


def limits_of(settings: EnricherSettings) -> profiling.Limits:
    """Builds the limits of a profile from the settings."""
    return profiling.Limits(
        corpus_characters=settings.extract_corpus_char_limit,
        chunks=settings.llm_max_chunks,
        chunk_timeout_s=settings.llm_chunk_timeout_s + GRACE_S,
        extract_timeout_s=settings.merge_deterministic_timeout_s,
    )
