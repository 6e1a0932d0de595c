"""GET /admin/dead-letters, GET /admin/dead-letters/groups and POST /admin/dead-letters/retry, for operators."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

from common.delivery.dead_letters import Brief, Selection
from gateway.dependencies import CurrentCaller, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem
from gateway.operations import dead_letters

MOST = 2**31 - 1
Text = Annotated[str, StringConstraints(min_length=1, max_length=2000, pattern=r"^[^\x00]*$")]

router = APIRouter(prefix="/admin/dead-letters")


class Filter(BaseModel):
    """Filters of dead letters. A field that is left out filters nothing."""

    model_config = ConfigDict(extra="forbid")

    consumer: Text | None = Field(default=None, description="of this service only")
    topic: Text | None = Field(default=None, description="of this topic only")
    reason: Text | None = Field(default=None, description="with these words in the error, in any case")
    group: Text | None = Field(default=None, description="the whole `reason` of a group")
    tenant_id: int | None = Field(default=None, ge=-1, le=MOST, description="-1: letters that name no tenant")
    since: AwareDatetime | None = Field(default=None, description="dead since then")
    until: AwareDatetime | None = Field(default=None, description="dead before this time")

    def selection(self, ids: list[UUID] | None = None) -> Selection:
        """Returns the filter for statements."""
        its = self.consumer, self.topic, self.reason, self.tenant_id, self.since, self.until
        return Selection(ids, *its, group=self.group)


class Listing(Filter):
    """The query of a list of letters."""

    limit: int = Field(default=50, ge=1, le=200)


class Group(BaseModel):
    """Letters of one service, topic and reason. Numbers and ids in `reason` are #."""

    consumer: str
    topic: str
    reason: str
    letters: int
    first_at: datetime
    last_at: datetime
    example: str = Field(description="an error as it was")


class Groups(BaseModel):
    """Groups, the largest first."""

    groups: list[Group]
    letters: int


class Letters(BaseModel):
    """Letters, the latest first."""

    letters: list[Brief]


class RetryRequest(Filter):
    """The letters to retry: by id, or by filter. Without either, none are."""

    ids: list[UUID] | None = Field(default=None, max_length=500)
    dry_run: bool = Field(default=False, description="count them, and change nothing")
    why: Annotated[str, StringConstraints(max_length=500, pattern=r"^[^\x00]*$")] | None = Field(
        default=None, description="kept with the letters and in the audit log"
    )


class Retried(BaseModel):
    """The outcome of a retry."""

    letters: int = Field(description="opened again, or, in a dry run, those that would be")
    overtaken: int = Field(description="of these, a younger event of the key is handled already, or in work")
    left: int = Field(description="more than one retry opens: retry again")
    dry_run: bool


@router.get("")
async def list_letters(deps: Deps, query: Annotated[Listing, Query()]) -> Letters:
    """Lists dead letters of all tenants, the latest first."""
    return Letters(letters=await dead_letters.latest(deps.database, query.selection(), query.limit))


@router.get("/groups")
async def list_groups(deps: Deps, query: Annotated[Filter, Query()]) -> Groups:
    """Lists dead letters by service, topic and reason."""
    found = await dead_letters.groups(deps.database, query.selection())
    groups = [Group(**{name: value for name, value in it._asdict().items() if name != "newest"}) for it in found]
    return Groups(groups=groups, letters=sum(it.letters for it in found))


@router.post("/retry", responses=errors({404: "No dead letter matches"}))
async def retry(body: RetryRequest, operator: CurrentCaller, deps: Deps) -> Retried:
    """Requests that the services handle dead letters again, each key's in order.

    It does not wait for them: a letter that fails again is in the list again. Up to 10,000 letters at once.
    """
    selected = body.selection(body.ids)
    if selected.is_all:
        raise Problem(422, "Request not understood", "Name dead letters by `ids`, or by a filter.")
    weighed = await dead_letters.weigh(deps.database, selected)
    if not weighed.letters:
        raise Problem(404, "No such dead letter", "No dead letter matches: it may have been retried already.")
    if body.dry_run:
        return Retried(**weighed._asdict(), dry_run=True)
    retried = await dead_letters.retry(deps.database, operator, selected, body.why)
    return Retried(**retried._asdict(), dry_run=False)
