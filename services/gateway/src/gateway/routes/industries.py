"""GET /industries/resolve: what words would be taken to mean, without asking for any company."""

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from common.contracts import Industry
from gateway.parts import TOO_MANY, InParts, OfTenant, Phrase
from industries.index import Resolution

router = APIRouter(prefix="/industries")


class SsicCode(BaseModel):
    """A five-digit code, and the version of SSIC that it is of."""

    version: str
    code: str


class Resolved(BaseModel):
    """What words name: no `industries` means that they name none, and then `suggestions` are the nearest ones."""

    industries: list[Industry]
    excluded: list[Industry] = Field(description="named to be left out")
    code_count: int
    codes: list[SsicCode] = Field(description="every code beneath the industries that is not left out")
    confidence: float = Field(description="0 to 1")
    suggestions: list[Industry]
    founded_since: int | None = Field(description="a year, where the words name one")

    @classmethod
    def of(cls, resolution: Resolution) -> Self:
        """As JSON has it."""
        return cls(
            industries=list(resolution.industries),
            excluded=list(resolution.excluded),
            code_count=len(resolution.codes),
            codes=[SsicCode(version=each.version, code=each.code) for each in resolution.codes],
            confidence=resolution.confidence,
            suggestions=list(resolution.suggestions),
            founded_since=resolution.founded_since,
        )


@router.get("/resolve", responses=TOO_MANY)
async def resolve(
    q: Annotated[Phrase, Query(examples=["F&B or logistics, not retail"])], tenant: OfTenant, parts: InParts
) -> Resolved:
    """The industries that the words name. Answered from memory: no company is looked at, nothing is asked for."""
    await parts.rates.admit(tenant.tenant_id, tenant.requests_per_minute)
    known = await parts.classification.known()
    return Resolved.of(known.index.resolve([q], year=datetime.now(UTC).year))
