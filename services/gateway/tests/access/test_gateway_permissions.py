"""Roles: every route has its least role in one table, and each role gets in or is refused as the table says."""

import pytest
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.routing import Mount

from common import asyncapi
from common.http import health
from gateway.access.caller import INCLUDES, ROLES
from gateway.access.permissions import ACCESS, Permissions, check_complete, routes_of
from gateway.api import application

VALUES = {
    "job_id": "0" * 32,
    "thread_id": "0" * 32,
    "run_id": "0" * 32,
    "request_id": "0" * 32,
    "company_id": "7",
    "path": "chat",
    "name": "start.js",
    "key_id": "0" * 12,
    "subject": "a/b",
}


def filled(path: str) -> str:
    """The path with a value for each of its parameters."""
    return path.replace(":path}", "}").format_map(VALUES)


@pytest.fixture(scope="module")
def app() -> FastAPI:
    """All routes of the gateway, with nothing behind them."""
    return application(None, [*health.routes([], []), health.metrics_route(), asyncapi.route("Leadgen", [], [])])  # type: ignore[arg-type]


def test_every_route_has_its_row_and_every_row_its_route(app: FastAPI) -> None:
    """A new route without a row keeps the gateway from starting; a row that no route needs is removed."""
    assert routes_of(app.routes) == set(ACCESS)


def test_a_route_without_a_row_is_refused_at_the_start(app: FastAPI) -> None:
    """A route without a row is refused at the start, also one that would serve any method."""
    table = {row: access for row, access in ACCESS.items() if row != "PUT /icp"}
    with pytest.raises(ValueError, match="PUT /icp"):
        check_complete(app.routes, table)
    with pytest.raises(ValueError, match="any method"):
        check_complete([Mount("/other", Starlette())])


@pytest.mark.parametrize("row", [row for row in ACCESS if not row.startswith("GET /app")])  # test_gateway_page.py
def test_a_request_finds_its_row(row: str) -> None:
    """By method and path, as the router finds the route."""
    method, _, path = row.partition(" ")
    asked = filled(path)
    assert Permissions().needed_for(method, asked) == {ACCESS[row]}
    assert Permissions().needed_for("TRACE", asked) == frozenset()
    if method == "GET":
        assert Permissions().needed_for("HEAD", asked) == {ACCESS[row]}


def test_roles_include_each_other() -> None:
    """Everyone may look; an admin is no operator, and an operator no tenant's admin."""
    assert all(role in INCLUDES[role] and "viewer" in INCLUDES[role] for role in ROLES)
    assert "sdr" not in INCLUDES["viewer"]
    assert "ops" not in INCLUDES["admin"]
    assert "admin" not in INCLUDES["ops"]


@pytest.mark.parametrize("role", ROLES)
async def test_each_role_is_let_in_or_refused(role: str, reps, tokens) -> None:
    """403 from every route whose least role it has not, before anything else is looked at; no 403 from others."""
    http = reps(1).http
    http.headers["Authorization"] = f"Bearer {tokens(1, role=role)}"
    for row, access in ACCESS.items():
        method, _, path = row.partition(" ")
        answer = await http.request(method, path.replace(":path", "").format_map(VALUES), content=b"{")
        is_refused = answer.status_code == 403
        assert is_refused == (access in ROLES and access not in INCLUDES[role]), row
        if is_refused:
            assert answer.json()["title"] == "Role required"
            assert f"the role {access}; yours is {role}" in answer.json()["detail"]
