"""The industry classification in memory: read at the start, or, where it is not there yet, when it is first needed."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from common.contracts import Industry
from common.errors import Unavailable
from common.postgres import Database
from gateway.problems import Problem
from industries.classification import ClassificationMissing, read
from industries.index import IndustryIndex

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """Words to industries, and codes to industries: of a code that several versions have, the newest."""

    index: IndustryIndex
    by_code: Mapping[str, Industry]


class Classification:
    """Read once; a newly loaded version is seen after a restart."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: Known | None = None
        self._turn = asyncio.Lock()

    async def read_at_start(self) -> None:
        """Reads it if it is there already; the gateway has other things to offer, too."""
        try:
            await self.known()
        except (Problem, Unavailable) as missing:
            log.warning("classification_missing", error=str(missing))

    async def known(self) -> Known:
        """Raises Problem 503 while there is none, Unavailable when that cannot be looked up."""
        async with self._turn:
            if self._known is None:
                self._known = await self._read()
            return self._known

    async def _read(self) -> Known:
        try:
            async with self._database.plumbing() as tx:
                codes = await read(tx)
        except ClassificationMissing as error:
            raise Problem(
                503,
                "No industry codes",
                "The database holds no industry codes yet: `leadgen migrate` (or `leadgen up`) seeds them. "
                "Then try again; no restart is needed.",
                retry_after_s=2,
            ) from error
        by_code = {
            code.code: Industry(version=code.version, code=code.code, level=code.level, title=code.title)
            for code in sorted(codes, key=lambda code: code.version)
        }
        return Known(await asyncio.to_thread(IndustryIndex, codes), by_code)
