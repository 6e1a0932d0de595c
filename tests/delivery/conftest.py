"""The four stages as they run in production, with everything they need; and, one after the other, every handler."""

from collections.abc import AsyncIterator
from typing import Any, TypeAlias

import asyncpg
import httpx
import pytest
from cryptography.fernet import Fernet

from common.postgres import Database
from enricher.consumer import enricher
from enricher.enrichment.waterfall import Waterfall
from enricher.main import waterfall_of
from enricher.settings import EnricherSettings
from industries.index import IndustryIndex
from industries.ssic.hierarchy import Hierarchy
from leadgen.local.stack import vendors_of
from odoo_sync.consumer import odoo_sync
from odoo_sync.protocols.servers import OdooServers
from odoo_sync.sync.lead_sync import LeadSync
from odoo_sync.tables.writer_lock import WriterLock
from scorer.consumer import scorer
from scorer.core.industry_fit import SsicVersions
from scorer.core.model import read_model
from scorer.core.scoring_profile import ProfileCache
from simulator.register.registry import DEFAULT_SEED, company
from simulator.running import running
from simulator.settings import Settings
from simulator.town.sites import Behaviour, site_of
from simulator.town.sites import Robots as Rules
from testkit.every_handler.deliveries import CASES, CONNECTED, WAITING
from testkit.every_handler.line import BATCH, REGISTERED, Line
from testkit.register.industries import codes_2020, index_2020
from testkit.servers.fake_odoo import FakeOdoo, fake_odoo
from testkit.trusted import trusted
from upserter.consumer import upserter

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"


@pytest.fixture(params=CASES, ids=str)
def case(request: pytest.FixtureRequest) -> Any:
    """One after the other, every handler."""
    return request.param


@pytest.fixture(scope="session")
def industries() -> IndustryIndex:
    return index_2020()


@pytest.fixture(scope="session")
def websites() -> list[str]:
    """Sites of the simulator's town that are in order."""
    known = (company(index, DEFAULT_SEED).website for index in range(10_000))
    sites = (site_of(host, DEFAULT_SEED) for host in known if host)
    good = (site.host for site in sites if site and site.manner is Behaviour.PLAIN and site.robots is Rules.OPEN)
    return [host for host, _ in zip(good, range(REGISTERED), strict=False)]


@pytest.fixture
async def simulator() -> AsyncIterator[str]:
    """The simulator's town with its vendors, new for each test."""
    async with running(Settings()) as url:
        yield url


@pytest.fixture
async def waterfall(database: Database, simulator: str) -> AsyncIterator[Waterfall]:
    """Goes to the simulator's town without a pause between pages, and buys from the simulator's vendors."""
    settings = EnricherSettings.model_validate(
        {
            "database_url": "unused",
            "kafka_bootstrap_servers": "unused",
            "crawler_proxy": simulator,
            "crawl_schemes": "http",
            "crawl_max_pages": 2,
            "crawl_delay_s": 0,
            "crawl_delay_max_s": 0,
            **{name.lower(): value for name, value in vendors_of(simulator).items()},
        }
    )
    async with waterfall_of(database, settings) as made:
        yield made


@pytest.fixture
async def odoo() -> AsyncIterator[FakeOdoo]:
    """An Odoo with nothing in it."""
    async with fake_odoo() as fake:
        yield fake


@pytest.fixture
async def line(
    owner: Owner,
    database: Database,
    industries: IndustryIndex,
    waterfall: Waterfall,
    odoo: FakeOdoo,
    websites: list[str],
) -> AsyncIterator[Line]:
    """All stages, and one tenant's connection to Odoo."""
    credentials = Fernet(Fernet.generate_key())
    connected = [(tenant, odoo.url, credentials.encrypt(b"a key")) for tenant in {CONNECTED, *WAITING.values()}]
    await owner.executemany(
        "INSERT INTO odoo_connections (tenant_id, url, database, api_key) VALUES ($1, $2, 'leads', $3)", connected
    )
    async with httpx.AsyncClient(verify=trusted()) as http:
        servers = OdooServers(http, timeout_s=5, protocol="json2")
        made = [
            upserter(industries, batch_size=BATCH, max_per_job=100),
            enricher(waterfall, keeps_corpus=False),
            scorer(ProfileCache(read_model(), SsicVersions(Hierarchy(codes_2020())))),
            odoo_sync(LeadSync(servers, WriterLock(database), credentials, 0.66)),
        ]
        yield Line({stage.name: stage for stage in made}, CASES, odoo, owner, websites)
