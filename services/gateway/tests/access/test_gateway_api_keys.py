"""API keys: created once, shown once, stored as digests, refused everywhere soon after they are revoked."""

import asyncio
import hashlib
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.credentials.api_key import ApiKey
from common.errors import OutcomeUnknown
from common.postgres import Database
from gateway.access.api_keys import ApiKeys
from gateway.http.problems import Problem
from leadgen.tenants.tokens import Role
from testkit.stages import until


@pytest.fixture
def admin(reps, tokens) -> httpx.AsyncClient:
    """An admin of tenant 1."""
    client = reps(1)
    client.http.headers["Authorization"] = f"Bearer {tokens(1, role=Role.ADMIN)}"
    return client.http


async def create(admin: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    answer = await admin.post("/api-keys", json={"name": "chat", **body})
    assert answer.status_code == 201, answer.text
    assert answer.headers["cache-control"] == "no-store"
    return answer.json()


def with_key(key: str, **other: str) -> dict[str, str]:
    return {"Authorization": "", "x-api-key": key, **other}


@given(tenant_id=st.integers(1, 2**31 - 1))
def test_a_key_is_read_as_it_was_written(tenant_id: int) -> None:
    """A key is read as it was written, and does not show its secret by mistake."""
    key = ApiKey.create(tenant_id)
    assert ApiKey.parse(str(key)) == key
    assert key.matches(hashlib.sha256(str(key).encode()).digest())
    assert not key.matches(ApiKey.create(tenant_id).digest)
    assert key.secret not in repr(key)


@given(text=st.text() | st.from_regex(r"leadgen_[0-9]{1,12}_[0-9a-f]{10,14}_[\w-]{40,46}"))
def test_other_texts_are_no_keys(text: str) -> None:
    """Other texts are no keys. Whatever they are, they are read as no key or as exactly what they say."""
    key = ApiKey.parse(text)
    assert key is None or (str(key) == text and 0 < key.tenant_id < 2**31)


async def test_a_key_opens_what_its_role_may_in_its_tenant(admin: httpx.AsyncClient) -> None:
    """By the header x-api-key, instead of a token."""
    key = (await create(admin, role="viewer"))["key"]
    assert (await admin.get("/leads", headers=with_key(key))).status_code == 200
    refused = await admin.put("/icp", json={"industries": []}, headers=with_key(key))
    assert (refused.status_code, refused.json()["title"]) == (403, "Role required")
    me = (await admin.get("/me", headers=with_key(key))).json()
    assert (me["tenant_id"], me["role"], me["source"]) == (1, "viewer", "api key")
    assert me["subject"] == f"key:{key.split('_')[2]}"
    assert [it["tenant_id"] for it in me["tenants"]] == [1]


async def test_a_key_whose_creation_is_uncertain_is_to_be_revoked(
    admin: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its secret is lost, so sending the request again is not the advice."""

    async def breaks(*_: object) -> None:
        raise OutcomeUnknown("the connection broke")

    monkeypatch.setattr("gateway.audit_log.write", breaks)
    answer = await admin.post("/api-keys", json={"name": "chat"})
    assert (answer.status_code, answer.json()["title"]) == (503, "Outcome unknown")
    assert "revoke it" in answer.json()["detail"]


async def test_nothing_but_the_whole_key_opens(admin: httpx.AsyncClient) -> None:
    """Another tenant's number, another secret, an unknown id: the same 401."""
    key = (await create(admin))["key"]
    _, tenant, key_id, secret = key.split("_", 3)
    other = ApiKey.create(1)
    answers = [
        await admin.get("/leads", headers=with_key(wrong))
        for wrong in (
            f"leadgen_2_{key_id}_{secret}",
            f"leadgen_{tenant}_{key_id}_{other.secret}",
            f"leadgen_{tenant}_{other.key_id}_{secret}",
            f"leadgen_99_{key_id}_{secret}",
            key[:-1],
            key + "x",
            "x",
        )
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.text for answer in answers}) == 1
    both = await admin.get("/leads", headers={"x-api-key": key})
    assert (both.status_code, both.json()["title"]) == (400, "Two credentials")


async def test_a_key_is_stored_as_its_digest_and_shown_once(admin: httpx.AsyncClient, owner) -> None:
    """Neither the table nor the list nor the audit log has it."""
    created = await create(admin, name=" agent chat ", role="sdr")
    row = await owner.fetchrow("SELECT * FROM api_keys")
    assert bytes(row["digest"]) == hashlib.sha256(created["key"].encode()).digest()
    secret = created["key"][-20:]  # it may have any of the letters of base64, underscores, too
    listed = (await admin.get("/api-keys")).json()["items"]
    log = (await admin.get("/audit-log")).json()["items"]
    assert secret not in f"{dict(row)} {listed} {log}"
    assert [(key["id"], key["name"], key["role"], key["revoked_at"]) for key in listed] == [
        (created["id"], "agent chat", "sdr", None)
    ]
    assert [(entry["act"], entry["object"], entry["details"]) for entry in log] == [
        ("api_key.created", created["id"], {"name": "agent chat", "role": "sdr"})
    ]


async def test_a_key_of_an_operator_cannot_be_created_over_http(admin: httpx.AsyncClient, owner) -> None:
    """A key of an operator cannot be created over HTTP, nor one of no role, or without a name."""
    for body in ({"role": "ops"}, {"role": "king"}, {"name": ""}, {"name": "a\x00b"}, {"tenant_id": 2}):
        assert (await admin.post("/api-keys", json={"name": "x", **body})).status_code == 422
    assert await owner.fetchval("SELECT count(*) FROM api_keys") == 0


async def test_a_revoked_key_is_refused_at_once_where_it_was_revoked(admin: httpx.AsyncClient) -> None:
    """A repeat changes nothing; another tenant's admin cannot revoke it."""
    created = await create(admin)
    path = f"/api-keys/{created['id']}"
    assert (await admin.get("/leads", headers=with_key(created["key"]))).status_code == 200
    for _ in range(2):
        assert (await admin.delete(path)).status_code == 204
        assert (await admin.get("/leads", headers=with_key(created["key"]))).status_code == 401
    acts = [entry["act"] for entry in (await admin.get("/audit-log")).json()["items"]]
    assert acts == ["api_key.revoked", "api_key.created"]
    assert (await admin.delete(f"/api-keys/{'0' * 12}")).status_code == 404


async def test_an_admin_of_another_tenant_has_nothing_to_do_with_a_key(admin: httpx.AsyncClient, tokens) -> None:
    """Neither seen nor revoked."""
    created = await create(admin)
    other = {"Authorization": f"Bearer {tokens(2, role=Role.ADMIN)}"}
    assert (await admin.get("/api-keys", headers=other)).json() == {"items": []}
    assert (await admin.delete(f"/api-keys/{created['id']}", headers=other)).status_code == 404
    assert (await admin.get("/leads", headers=with_key(created["key"]))).status_code == 200


async def test_a_revoked_key_is_refused_by_every_replica_after_the_time_that_it_is_remembered(
    admin: httpx.AsyncClient, database: Database, database_url: str
) -> None:
    """Until then from memory, and the same with a user of the key at every moment."""
    created = await create(admin)
    others = [await Database.connect(database_url) for _ in range(2)]
    replicas = [ApiKeys(each, remember_s=0.3) for each in others]
    for replica in replicas:
        assert (await replica.identify(created["key"])).tenant_id == 1
    assert (await admin.delete(f"/api-keys/{created['id']}")).status_code == 204

    async def is_refused() -> bool:
        asked = [asyncio.create_task(replica.identify(created["key"])) for replica in replicas]
        found = await asyncio.gather(*asked, return_exceptions=True)
        return all(isinstance(it, Problem) and it.status == 401 for it in found)

    await until(is_refused)
    for each in others:
        await each.close()


async def test_the_last_use_of_keys_is_written_for_all_of_them_together(
    admin: httpx.AsyncClient, database: Database
) -> None:
    """By a replica now and then, never earlier than what another wrote."""
    keys, created = ApiKeys(database), [await create(admin) for _ in range(3)]
    for it in created[:2]:
        await keys.identify(it["key"])
    await keys.record_use()

    async def used() -> list[str | None]:
        listed = {key["id"]: key["last_used_at"] for key in (await admin.get("/api-keys")).json()["items"]}
        return [listed[it["id"]] for it in created]

    first = await used()
    assert [at is None for at in first] == [False, False, True]
    await keys.record_use()
    assert await used() == first
    await keys.identify(created[0]["key"])
    await keys.record_use()
    again = await used()
    assert (again[0] or "") > (first[0] or "")
    assert again[1:] == first[1:]
