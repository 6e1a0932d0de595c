"""GET /industries/resolve: resolves words to industries, without a search for companies."""

from datetime import UTC, datetime
from typing import Annotated, Self

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from common.contracts import Industry, Place
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps, Phrase
from industries.index import Resolution

router = APIRouter(prefix="/industries")


class SsicCode(BaseModel):
    """A five-digit code and its version of SSIC."""

    version: str
    code: str


class Resolved(BaseModel):
    """The industries that words name.

    If they name none, or do not ask for any, `suggestions` are the most similar ones.
    """

    industries: list[Industry]
    excluded: list[Industry] = Field(description="excluded by the words")
    code_count: int
    codes: list[SsicCode] = Field(description="all codes below the industries, without exclusions")
    confidence: float = Field(description="0 to 1")
    suggestions: list[Industry]
    founded_since: int | None = Field(description="a year, if the words name one")
    places: list[Place] = Field(description="places in Singapore that the words narrow a search to")
    ignored: list[str] = Field(description="parts of the words that the register cannot be searched by, such as sizes")

    @classmethod
    def build(cls, resolution: Resolution) -> Self:
        """Builds the answer."""
        return cls(
            industries=list(resolution.industries),
            excluded=list(resolution.excluded),
            code_count=len(resolution.codes),
            codes=[SsicCode(version=each.version, code=each.code) for each in resolution.codes],
            confidence=resolution.confidence,
            suggestions=list(resolution.suggestions),
            founded_since=resolution.founded_since,
            places=[Place(name=place.name, sectors=list(place.sectors)) for place in resolution.places],
            ignored=list(resolution.ignored),
        )


@router.get("/resolve")
async def resolve(
    q: Annotated[Phrase, Query(examples=["F&B or logistics, not retail"])],
    caller: CurrentCaller,
    tenant: CurrentTenant,
    deps: Deps,
) -> Resolved:
    """Resolves words to industries in memory. Searches for no company and requests nothing."""
    await deps.rates.admit(tenant.tenant_id, caller.subject, tenant.requests_per_minute)
    catalog = await deps.classification.catalog()
    return Resolved.build(catalog.index.resolve([q], year=datetime.now(UTC).year))
