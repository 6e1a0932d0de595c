"""GET /users, and GET, PUT and DELETE /users/{subject}: the users of a tenant and their roles, for its admins."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query
from pydantic import AfterValidator, BaseModel, ConfigDict

from gateway import audit_log
from gateway.access import users
from gateway.access.caller import MAX_SUBJECT, Caller, is_subject
from gateway.access.users import User
from gateway.dependencies import CurrentCaller, CurrentTenant, Deps
from gateway.http.api_document import errors
from gateway.http.problems import Problem

router = APIRouter(prefix="/users")


def _checked(subject: str) -> str:
    if not is_subject(subject):
        raise ValueError("a subject is printable and not empty")
    return subject


Subject = Annotated[
    str,
    AfterValidator(_checked),
    Path(max_length=MAX_SUBJECT, description="as the tokens name the user", examples=["ann@example.com"]),
]
NO_SUCH = errors({404: "There is none"})
CONFLICT = errors({409: "The user is oneself, or an operator"})


class Rights(BaseModel):
    """The new role of a user. The role ops is given by `leadgen user add` only."""

    model_config = ConfigDict(extra="forbid")

    role: Literal["viewer", "sdr", "admin"]


class Users(BaseModel):
    """A page of users, by subject; `next` is `after` of the page after it, null at the end."""

    items: list[User]
    next: str | None


@router.get("")
async def list_users(
    tenant: CurrentTenant,
    deps: Deps,
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    after: Annotated[str, Query(max_length=MAX_SUBJECT, pattern=r"^[^\x00]*$")] = "",
) -> Users:
    """Lists the tenant's users with their roles, by subject."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await users.page(tx, after=after, limit=limit + 1)
    page = found[:limit]
    return Users(items=page, next=page[-1].subject if len(found) > limit else None)


@router.get("/{subject:path}", responses=NO_SUCH)
async def show_user(subject: Subject, tenant: CurrentTenant, deps: Deps) -> User:
    """Shows a user of the tenant."""
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await users.find(tx, subject)
    if found is None:
        raise _no_such(subject)
    return found


@router.put("/{subject:path}", responses=CONFLICT)
async def save_user(subject: Subject, body: Rights, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> User:
    """Adds a user, or changes its role. It applies at once on this replica, and within 10 seconds on others."""
    _check_other(subject, caller)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        if await users.save(tx, subject, body.role):
            await audit_log.write(tx, caller, "user.saved", subject, {"role": body.role})
        saved = await users.find(tx, subject)
    deps.users.forget(tenant.tenant_id, subject)
    if saved is None or saved.role != body.role:
        raise _operator(subject)
    return saved


@router.delete("/{subject:path}", status_code=204, responses={**NO_SUCH, **CONFLICT})
async def remove_user(subject: Subject, caller: CurrentCaller, tenant: CurrentTenant, deps: Deps) -> None:
    """Removes a user from the tenant. This replica refuses it at once, all others within 10 seconds."""
    _check_other(subject, caller)
    async with deps.database.transaction(tenant.tenant_id) as tx:
        found = await users.find(tx, subject)
        if await users.remove(tx, subject):
            await audit_log.write(tx, caller, "user.removed", subject)
    deps.users.forget(tenant.tenant_id, subject)
    if found is None:
        raise _no_such(subject)
    if found.role == "ops":
        raise _operator(subject)


def _check_other(subject: str, caller: Caller) -> None:
    """Raises Problem 409 for the caller itself, so that a tenant never loses its last admin by mistake."""
    if subject == caller.subject:
        raise Problem(409, "Own user", "Ask another admin to change or remove your own user.")


def _operator(subject: str) -> Problem:
    return Problem(409, "User is an operator", f"{subject} has the role ops; only `leadgen user` changes that.")


def _no_such(subject: str) -> Problem:
    return Problem(404, "No such user", f"The tenant has no user {subject}; `GET /users` lists those that it has.")
