"""The industry classification in memory: read at the start, or, where it is not there yet, when it is first needed."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import structlog

from common.contracts import Industry
from common.errors import Unavailable
from common.postgres import Database
from gateway.problems import Problem
from industries.classification import ClassificationMissing, read
from industries.hierarchy import Code, Hierarchy, VersionedCode
from industries.index import IndustryIndex

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Known:
    """Words to industries, and codes to industries, in all versions that are loaded."""

    index: IndustryIndex
    hierarchy: Hierarchy

    @classmethod
    def of(cls, codes: Sequence[Code]) -> Self:
        """Too slow for the event loop: the index takes tenths of a second."""
        return cls(IndustryIndex(codes), Hierarchy(codes))

    def named(self, code: str) -> list[Industry]:
        """What a code names: with a version (`2020:25`) one industry, without it that of every version that has it."""
        version, _, bare = code.rpartition(":")
        keys = (VersionedCode(each, bare) for each in ([version] if version else self.hierarchy.versions))
        return [self.hierarchy.industry(key) for key in keys if key in self.hierarchy]


def versioned(industry: Industry) -> str:
    """The industry's code with its version, as an ICP holds it: some codes were reused with another meaning."""
    return f"{industry.version}:{industry.code}"


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
            async with self._database.without_tenant() as tx:
                codes = await read(tx)
        except ClassificationMissing as error:
            raise Problem(
                503,
                "No industry codes",
                "The database holds no industry codes yet: `leadgen migrate` (or `leadgen up`) seeds them. "
                "Then try again; no restart is needed.",
                retry_after_s=2,
            ) from error
        return await asyncio.to_thread(Known.of, codes)
