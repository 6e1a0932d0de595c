"""Filters of a list of companies, from the query of a request."""

from typing import Annotated

from pydantic import BaseModel, Field, StringConstraints

from common.contracts import Bucket
from gateway.dependencies import Dependencies
from gateway.lists.filters import Filter
from gateway.lists.industries import codes_of

Industry = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300, pattern=r"^[^\x00]*$")]
#: At least two letters or digits: a single one begins too many names.
Name = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*[^\W_][^\x00]*[^\W_][^\x00]*$")]


class Demands(BaseModel):
    """The filters of a list. An item has to pass all of them."""

    industry: Industry | None = Field(
        default=None, description="a five-digit code of SSIC, with or without its version, or its title"
    )
    bucket: Bucket | None = None
    q: Name | None = Field(
        default=None,
        description="beginning of the name, in any case; other characters than letters and digits count as blanks",
    )
    has_verified_email: bool | None = None


async def filter_of(demands: Demands, deps: Dependencies) -> Filter:
    """Looks the industry up. Raises Problem 422 if none has that name."""
    industries = None if demands.industry is None else codes_of(demands.industry, await deps.classification.catalog())
    return Filter(demands.bucket, demands.has_verified_email, industries, demands.q)
