"""Loads the industry catalog from PostgreSQL (table `ssic_ref`), at the start or at its first use."""

import asyncio

import structlog

from common.errors import Unavailable
from common.postgres import Database
from gateway.http.problems import Problem
from gateway.industries.catalog import Catalog
from industries.classification import ClassificationMissing, read, usual_version

log = structlog.get_logger(__name__)


class Classification:
    """The catalog, loaded once. A version of SSIC that is loaded later needs a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._catalog: Catalog | None = None
        self._lock = asyncio.Lock()

    async def load_at_start(self) -> None:
        """Loads the catalog if it exists. Without it the gateway starts nevertheless, for its other routes."""
        try:
            await self.catalog()
        except (Problem, Unavailable) as missing:
            log.warning("classification_missing", error=str(missing))

    async def catalog(self) -> Catalog:
        """Returns the catalog. Raises Problem 503 while there is none, and Unavailable without a database."""
        async with self._lock:
            if self._catalog is None:
                self._catalog = await self._load()
            return self._catalog

    async def _load(self) -> Catalog:
        try:
            async with self._database.without_tenant() as tx:
                codes, usual = await read(tx), await usual_version(tx)
        except ClassificationMissing as error:
            raise Problem(
                503,
                "No industry codes",
                "The database holds no industry codes yet: `leadgen migrate` (or `leadgen up`) loads them. "
                "Then try again; no restart is needed.",
                retry_after_s=2,
            ) from error
        return await asyncio.to_thread(Catalog.build, codes, usual)
