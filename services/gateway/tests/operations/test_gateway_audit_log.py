"""The audit log: acts are recorded with the change or not at all, for the tenant's admins, and stay."""

import asyncpg
import pytest

from common.errors import Permanent
from common.postgres import Database
from gateway import audit_log
from gateway.access.caller import Caller
from leadgen.tenants.tokens import Role

INDUSTRY = "INSERT INTO ssic_ref (version, code, level, title) VALUES ('2020', 'C', 'section', 'MANUFACTURING')"
ANN = Caller("ann@example.com", 1, "admin", "oidc token")


@pytest.fixture
def admin(reps, tokens):
    """An admin of tenant 1."""
    client = reps(1)
    client.http.headers["Authorization"] = f"Bearer {tokens(1, role=Role.ADMIN)}"
    return client.http


async def test_acts_are_listed_newest_first_in_pages(admin, database: Database) -> None:
    """Acts are listed newest first in pages: those of the tenant alone, each once."""
    for tenant_id, number in ((1, 1), (2, 2), (1, 3), (1, 4)):
        async with database.transaction(tenant_id) as tx:
            await audit_log.write(tx, ANN, "user.saved", f"user {number}", {"role": "viewer"})

    page = (await admin.get("/audit-log", params={"limit": 2})).json()

    assert [entry["object"] for entry in page["items"]] == ["user 4", "user 3"]
    newest = page["items"][0]
    assert (newest["actor"], newest["role"], newest["source"]) == ("ann@example.com", "admin", "oidc token")
    assert (newest["act"], newest["details"]) == ("user.saved", {"role": "viewer"})
    rest = (await admin.get("/audit-log", params={"limit": 2, "before": page["next"]})).json()
    assert ([entry["object"] for entry in rest["items"]], rest["next"]) == (["user 1"], None)


async def test_an_act_that_fails_leaves_no_record(owner, database: Database) -> None:
    """The record is part of the act's transaction."""

    async def fail() -> None:
        async with database.transaction(1) as tx:
            await audit_log.write(tx, ANN, "user.saved", "bob@example.com")
            raise Permanent("on purpose")

    with pytest.raises(Permanent, match="on purpose"):
        await fail()
    assert await owner.fetchval("SELECT count(*) FROM audit_log") == 0


@pytest.mark.parametrize("statement", ["UPDATE audit_log SET actor = 'bob'", "DELETE FROM audit_log"])
async def test_a_record_cannot_be_changed_or_deleted_by_a_service(statement: str, database: Database) -> None:
    """The services' role has no right to."""
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        async with database.transaction(1) as tx:
            await tx.execute(statement)


async def test_a_changed_icp_is_recorded_once(admin, owner) -> None:
    """With its content; a repeat that changes nothing is no act."""
    await owner.execute(INDUSTRY)
    for _ in range(2):
        answer = await admin.put("/icp", json={"industries": [], "districts": ["01"]})
        assert answer.status_code == 200
    (entry,) = (await admin.get("/audit-log")).json()["items"]
    assert (entry["act"], entry["actor"], entry["details"]["districts"]) == ("icp.changed", "rep@example.com", ["01"])
