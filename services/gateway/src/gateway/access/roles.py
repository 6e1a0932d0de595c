"""The roles that a token may name, and the check that a route declares. A token without a role is a rep's."""

from collections.abc import Awaitable, Callable
from typing import Literal, get_args

from fastapi import Request

from gateway.access.tokens import Rep
from gateway.problems import Problem

Role = Literal["rep", "ops"]

#: `ops` is for the operators of Leadgen: besides a rep's rights, it sees and starts the runs of all tenants.
ROLES: tuple[Role, ...] = get_args(Role)


def needs(role: Role) -> Callable[[Request], Awaitable[Rep]]:
    """Builds the dependency of routes that only holders of this role may use. It raises Problem 403."""

    async def check(request: Request) -> Rep:
        rep: Rep = request.state.rep
        if rep.role != role:
            raise Problem(
                403, "Role required", f"This needs the role {role}; `leadgen token --role {role}` creates such a token."
            )
        return rep

    return check
