"""Users of an OIDC issuer: which tenant they act for, in which role, and how an admin lets them in and out."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import httpx
import pytest

from common.postgres import Database
from leadgen.tenants.tokens import Role
from testkit.servers.issuer import AUDIENCE, Issuer

INDUSTRY = "INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', 'C', 'section', 'MANUFACTURING')"
ADD = "INSERT INTO tenant_users (tenant_id, subject, role) VALUES ($1, $2, $3)"


@pytest.fixture
async def http(serve, kafka, issuer: Issuer, owner) -> AsyncIterator[httpx.AsyncClient]:
    """A gateway that takes tokens of the issuer. Ann is an sdr of tenant 1 and an admin of 2, Bob a viewer of 1."""
    await owner.executemany(ADD, [(1, "ann", "sdr"), (2, "ann", "admin"), (1, "bob", "viewer"), (3, "op", "ops")])
    await owner.execute(INDUSTRY)
    async with serve(kafka, oidc_issuer=issuer.url, oidc_audience=AUDIENCE) as reps:
        client = reps(1).http
        del client.headers["Authorization"]
        yield client


def by(token: str, tenant: object = None) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}", **({} if tenant is None else {"X-Tenant-ID": str(tenant)})}


async def me(http: httpx.AsyncClient, headers: dict[str, str]) -> dict[str, Any]:
    answer = await http.get("/me", headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_the_tenant_is_that_of_the_token_or_a_chosen_one_of_the_users_own(http, issuer: Issuer) -> None:
    """With the role that the user has there."""
    for tenant_id, role in ((1, "sdr"), (2, "admin")):
        for headers in (by(issuer.token("ann", tenant_id=tenant_id)), by(issuer.token("ann"), tenant_id)):
            found = await me(http, headers)
            assert (found["subject"], found["tenant_id"], found["role"]) == ("ann", tenant_id, role)
            assert (await http.get("/api-keys", headers=headers)).status_code == (200 if role == "admin" else 403)


async def test_me_lists_the_tenants_that_one_may_choose(http, issuer: Issuer, owner) -> None:
    """Without a tenant, too; not those that are switched off; only its own for a token with a tenant."""
    found = await me(http, by(issuer.token("ann")))
    assert (found["tenant_id"], found["role"], found["source"]) == (None, None, "oidc token")
    assert [(it["tenant_id"], it["name"], it["role"]) for it in found["tenants"]] == [
        (1, "Tenant 1", "sdr"),
        (2, "Tenant 2", "admin"),
    ]
    assert [it["tenant_id"] for it in (await me(http, by(issuer.token("ann", tenant_id=2))))["tenants"]] == [2]
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 2")
    assert [it["tenant_id"] for it in (await me(http, by(issuer.token("ann"))))["tenants"]] == [1]
    assert (await me(http, by(issuer.token("eve"))))["tenants"] == []
    assert (await me(http, by(issuer.token("eve", tenant_id=1))))["tenants"] == []


async def test_the_tenants_of_a_subject_are_one_look_into_an_index(database: Database, owner) -> None:
    """Fifty tenants more cost no look more. After the query, no row of another tenant is seen any more."""
    await owner.executemany("INSERT INTO tenants (tenant_id, name) VALUES ($1, 'T')", [(it,) for it in range(100, 150)])
    await owner.executemany(ADD, [(it, f"user {it}", "sdr") for it in range(100, 150)])
    await owner.executemany(ADD, [(100, "ann", "sdr"), (149, "ann", "admin")])
    looks = "SELECT idx_scan FROM pg_stat_xact_user_tables WHERE relname = 'tenant_users'"
    async with database.without_tenant() as tx:
        before = await tx.fetchval(looks) or 0
        found = await tx.fetch("SELECT tenant_id, role FROM tenants_of('ann')")
        assert [tuple(row) for row in found] == [(100, "sdr"), (149, "admin")]
        assert await tx.fetchval(looks) - before == 1
        assert await tx.fetchval("SELECT count(*) FROM tenant_users") == 0


async def test_a_subjects_own_rows_of_other_tenants_are_for_reading_alone(database: Database, owner) -> None:
    """Whoever could set the subject could still not let itself in."""
    await owner.executemany(ADD, [(1, "ann", "viewer"), (2, "ann", "viewer"), (2, "bob", "viewer")])
    async with database.transaction(1) as tx:
        await tx.execute("SELECT set_config('request.subject', 'ann', true)")
        rows = await tx.fetch("SELECT tenant_id, subject FROM tenant_users ORDER BY tenant_id")
        assert [tuple(row) for row in rows] == [(1, "ann"), (2, "ann")]
        assert await tx.execute("UPDATE tenant_users SET role = 'admin' WHERE tenant_id = 2") == "UPDATE 0"
        assert await tx.execute("DELETE FROM tenant_users WHERE tenant_id = 2") == "DELETE 0"
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
            await tx.execute(ADD, 3, "ann", "admin")


async def test_nobody_comes_into_a_tenant_that_is_not_theirs(http, issuer: Issuer) -> None:
    """By claim, by header, or by both: a subject without a row, another tenant than the token's, none at all."""
    for headers, status in (
        (by(issuer.token("eve", tenant_id=1)), 403),
        (by(issuer.token("eve", tenant_id=1, role="admin")), 403),
        (by(issuer.token("eve"), 1), 403),
        (by(issuer.token("bob"), 2), 403),
        (by(issuer.token("bob", tenant_id=1), 2), 403),
        (by(issuer.token("bob", tenant_id=99)), 403),
        (by(issuer.token("bob"), 2**31 - 1), 403),
        (by(issuer.token("bob")), 400),
    ):
        answer = await http.get("/leads", headers=headers)
        assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert (await http.get("/leads", headers=by(issuer.token("bob"), 1))).status_code == 200


async def test_a_tenant_never_comes_from_the_body(http, issuer: Issuer, owner) -> None:
    """A tenant never comes from the body: what a body says of tenants is refused, or read by nobody."""
    headers = by(issuer.token("ann", tenant_id=1))
    answer = await http.put("/icp", json={"industries": [], "tenant_id": 2}, headers=headers)
    assert answer.status_code == 422
    assert (await http.put("/icp", json={"industries": []}, headers=headers)).status_code == 200
    assert await owner.fetchval("SELECT array_agg(tenant_id) FROM icp_rules") == [1]


async def test_a_header_that_is_no_tenant_is_refused(http, issuer: Issuer) -> None:
    """400, and nothing is asked of the database."""
    for wrong in (b"", b"0", b"01", b"-1", b"1.0", b"1 OR 1=1", b"1,2", b"\xb2", b"2147483648", b"9" * 50):
        request = http.build_request("GET", "/leads", headers=by(issuer.token("bob")))
        request.headers = httpx.Headers([*request.headers.raw, (b"X-Tenant-ID", wrong)])
        answer = await http.send(request)
        assert (answer.status_code, answer.json()["title"]) == (400, "Tenant not understood"), wrong


async def test_a_header_of_identity_comes_once(http, issuer: Issuer) -> None:
    """A proxy may read the first and we the last."""
    for name in ("Authorization", "X-Tenant-ID", "x-api-key"):
        request = http.build_request("GET", "/leads", headers=by(issuer.token("bob"), 1))
        value = request.headers.get(name, "x").encode()
        twice = [(name.encode(), value)] * 2
        request.headers = httpx.Headers(
            [*(it for it in request.headers.raw if it[0].lower() != name.lower().encode()), *twice]
        )
        answer = await http.send(request)
        assert (answer.status_code, answer.json()["title"]) == (400, "Header repeated"), name


async def test_headers_cannot_be_smuggled_in(http, issuer: Issuer) -> None:
    """A line break inside a header ends the request, not the header."""
    host, port = http.base_url.host, http.base_url.port
    for line in ("X-Tenant-ID: 1\r\n\tX: 2\r\nAuthorization : Bearer x", "X-Tenant-ID: 1\n2", "X-Tenant-ID: 1\x002"):
        reader, writer = await asyncio.open_connection(host, port)
        writer.write(
            f"GET /leads HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {issuer.token('bob')}\r\n{line}\r\n"
            "Connection: close\r\n\r\n".encode()
        )
        answer = await asyncio.wait_for(reader.read(), 60)
        assert answer.split(b" ")[1][:1] == b"4", answer[:200]
        writer.close()


async def test_an_admin_lets_users_in_changes_their_role_and_removes_them(http, issuer: Issuer) -> None:
    """Each is seen at once on this replica, and recorded."""
    admin, carl = by(issuer.token("ann"), 2), by(issuer.token("auth0|carl/x"), 2)
    path = "/users/auth0%7Ccarl/x"
    assert (await http.get("/leads", headers=carl)).status_code == 403
    for role, status in (("viewer", 403), ("sdr", 200), ("sdr", 200)):
        saved = await http.put(path, json={"role": role}, headers=admin)
        assert (saved.status_code, saved.json()["role"]) == (200, role)
        assert (await http.get("/leads", headers=carl)).status_code == 200
        assert (await http.put("/icp", json={"industries": []}, headers=carl)).status_code == status
    assert (await http.get(path, headers=admin)).json()["subject"] == "auth0|carl/x"
    first = (await http.get("/users?limit=1", headers=admin)).json()
    rest = (await http.get("/users", params={"after": first["next"]}, headers=admin)).json()
    assert [(it["subject"], it["role"]) for it in first["items"] + rest["items"]] == [
        ("ann", "admin"),
        ("auth0|carl/x", "sdr"),
    ]
    assert (await http.delete(path, headers=admin)).status_code == 204
    assert (await http.get("/leads", headers=carl)).status_code == 403
    assert (await http.delete(path, headers=admin)).status_code == 404
    assert (await http.get(path, headers=admin)).status_code == 404
    log = (await http.get("/audit-log", headers=admin)).json()["items"]
    acts = [(it["act"], it["details"].get("role"), it["actor"]) for it in log if it["object"] == "auth0|carl/x"]
    assert acts == [("user.removed", None, "ann"), ("user.saved", "sdr", "ann"), ("user.saved", "viewer", "ann")]


async def test_an_admin_can_neither_become_nor_touch_an_operator_nor_lock_the_door(http, issuer: Issuer, owner) -> None:
    """An admin can neither become nor touch an operator nor lock the door, nor change its own row: another admin has
    to.
    """
    await owner.execute(ADD, 2, "op", "ops")
    admin = by(issuer.token("ann"), 2)
    assert (await http.put("/users/eve", json={"role": "ops"}, headers=admin)).status_code == 422
    for subject in ("op", "ann"):
        assert (await http.put(f"/users/{subject}", json={"role": "viewer"}, headers=admin)).status_code == 409
        assert (await http.delete(f"/users/{subject}", headers=admin)).status_code == 409
    for subject in ("key:0123456789ab", "%00", "%EF%BF%BE", "x" * 256):
        assert (await http.put(f"/users/{subject}", json={"role": "sdr"}, headers=admin)).status_code == 422
    rows = await owner.fetch("SELECT subject, role FROM tenant_users WHERE tenant_id = 2 ORDER BY subject")
    assert [tuple(row) for row in rows] == [("ann", "admin"), ("op", "ops")]
    assert (await http.get("/leads", headers=admin)).status_code == 200


async def test_a_role_in_the_token_counts_before_that_of_the_row(http, issuer: Issuer) -> None:
    """If it is one of ours."""
    assert (await me(http, by(issuer.token("bob", tenant_id=1, role="admin"))))["role"] == "admin"
    assert (await me(http, by(issuer.token("bob", tenant_id=1, role="manager"))))["role"] == "viewer"
    assert (await http.get("/admin/runs", headers=by(issuer.token("op", tenant_id=3)))).status_code == 200


async def test_a_role_in_the_token_does_not_count_in_a_tenant_that_the_header_chooses(http, issuer: Issuer) -> None:
    """The issuer does not know which; and no token makes an operator, who reaches into all tenants."""
    for role in ("admin", "ops"):
        assert (await me(http, by(issuer.token("bob", role=role), 1)))["role"] == "viewer"
    assert (await me(http, by(issuer.token("bob", tenant_id=1, role="ops"))))["role"] == "viewer"
    listed = (await me(http, by(issuer.token("bob", role="admin"))))["tenants"]
    assert {it["role"] for it in listed} == {"viewer"}
    assert (await http.get("/admin/runs", headers=by(issuer.token("bob", role="ops"), 1))).status_code == 403


async def test_both_kinds_of_token_are_accepted_side_by_side(http, issuer: Issuer, tokens) -> None:
    """A local one names tenant and role itself."""
    local = await me(http, by(tokens(4, role=Role.VIEWER)))
    assert (local["tenant_id"], local["role"], local["source"]) == (4, "viewer", "local token")
    assert [it["tenant_id"] for it in local["tenants"]] == [4]
    assert (await http.get("/leads", headers=by(tokens(4), 5))).status_code == 403


async def test_production_refuses_local_tokens_and_says_so(serve, kafka, issuer: Issuer, owner, tokens) -> None:
    """Though their secret is set."""
    await owner.execute(ADD, 1, "ann", "sdr")
    rules = {"app_env": "production", "oidc_issuer": issuer.url, "oidc_audience": AUDIENCE}
    async with serve(kafka, **rules) as reps:
        http = reps(1).http
        answer = await http.get("/leads", headers=by(tokens(1)))
        assert answer.status_code == 401
        assert "APP_ENV is production" in answer.json()["detail"]
        assert (await http.get("/leads", headers=by(issuer.token("ann"), 1))).status_code == 200
        for documentation in ("/docs", "/openapi.json"):
            assert (await http.get(documentation, headers={"Authorization": ""})).status_code == 401
            assert (await http.get(documentation, headers=by(issuer.token("ann")))).status_code == 200
