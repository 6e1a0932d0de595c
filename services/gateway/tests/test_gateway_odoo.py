"""A tenant's Odoo connection: its own admin stores it, and nobody reads its API key."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet
from pydantic import ValidationError

from common.contracts import CheckOdoo
from gateway.odoo.schema import OdooConnection
from leadgen.tenants.tokens import Role
from testkit.stages import read_topic, until

KEY = Fernet.generate_key().decode()
SECRET_KEY = "the-api-key-of-acme"
GIVEN = {"url": "https://acme.odoo.com/", "database": "acme", "api_key": SECRET_KEY}
OPERATORS = """
    INSERT INTO odoo_connections (tenant_id, url, database, api_key)
    VALUES ($1, 'http://odoo.internal:8069', 'leads', $2)
"""


@pytest.fixture
async def admin(serve, kafka, tokens) -> Any:
    """An admin of tenant 1, at a gateway with a key to encrypt with."""
    async with serve(kafka, odoo_credentials_key=KEY) as reps:
        client = reps(1).http
        client.headers["Authorization"] = f"Bearer {tokens(role=Role.ADMIN)}"
        yield client


async def acts(owner) -> list[tuple[str, str, str]]:
    rows = await owner.fetch("SELECT act, object, details::text FROM audit_log WHERE tenant_id = 1 ORDER BY id")
    return [tuple(row) for row in rows]


async def test_a_connection_is_stored_encrypted_and_shown_without_its_key(admin, owner) -> None:
    """odoo-sync can open it; no answer and no record of the act has it."""
    assert (await admin.get("/odoo")).status_code == 404
    stored = await admin.put("/odoo", json=GIVEN)
    assert stored.status_code == 200
    assert stored.json()["url"] == "https://acme.odoo.com"
    assert stored.json()["set_by"] == "admin"
    row = await owner.fetchrow("SELECT * FROM odoo_connections WHERE tenant_id = 1")
    assert Fernet(KEY).decrypt(row["api_key"]).decode() == SECRET_KEY
    shown = await admin.get("/odoo")
    assert shown.json() == stored.json()
    ((act, of, details),) = await acts(owner)
    assert (act, of) == ("odoo.connected", "https://acme.odoo.com")
    for text in (stored.text, shown.text, details, (await admin.get("/audit-log")).text):
        assert SECRET_KEY not in text
        assert "api_key" not in text


async def test_the_stored_key_goes_to_no_other_address(admin, owner) -> None:
    """Without a key only what does not change where the key goes can be changed."""
    await admin.put("/odoo", json=GIVEN)
    key = await owner.fetchval("SELECT api_key FROM odoo_connections")
    kept = {"url": "https://acme.odoo.com", "database": "acme"}
    changed = await admin.put("/odoo", json={**kept, "own_fields": ["company.website"]})
    assert changed.json()["own_fields"] == ["company.website"]
    for other in ({"url": "https://evil.example.org"}, {"database": "other"}, {"login": "someone"}):
        answer = await admin.put("/odoo", json={**kept, **other})
        assert (answer.status_code, answer.json()["title"]) == (409, "API key needed")
    assert await owner.fetchval(
        "SELECT (url, database, api_key) = ($1, 'acme', $2) FROM odoo_connections", "https://acme.odoo.com", key
    )


@pytest.mark.parametrize("role", [Role.VIEWER, Role.SDR, Role.OPS])
async def test_only_the_tenants_admin_sees_and_sets_it(role, admin, owner, tokens) -> None:
    """An operator of Leadgen is no tenant's admin."""
    admin.headers["Authorization"] = f"Bearer {tokens(role=role)}"
    for method, path in (("GET", "/odoo"), ("PUT", "/odoo"), ("POST", "/odoo/check")):
        assert (await admin.request(method, path, json=GIVEN)).status_code == 403
    assert await owner.fetchval("SELECT count(*) FROM odoo_connections") == 0


async def test_another_tenants_connection_is_not_there(admin, owner) -> None:
    """Neither to see nor to replace."""
    await owner.execute(OPERATORS, 2, b"theirs")
    assert (await admin.get("/odoo")).status_code == 404
    assert (await admin.post("/odoo/check")).status_code == 404
    await admin.put("/odoo", json=GIVEN)
    assert await owner.fetchval(
        "SELECT (url, api_key) = ($1, $2) FROM odoo_connections WHERE tenant_id = 2",
        "http://odoo.internal:8069",
        b"theirs",
    )


@pytest.mark.parametrize(
    "url",
    [
        "http://acme.odoo.com",
        "https://localhost",
        "https://127.0.0.1",
        "https://[::1]",
        "https://169.254.169.254",
        "https://2130706433",
        "https://0x7f.1",
        "https://127.1",
        "https://odoo",
        "https://postgres.svc",
        "https://odoo.cluster.local",
        "https://metadata.google.internal",
        "https://acme.odoo.com:5432",
        "https://user:pw@acme.odoo.com",
        "https://acme.odoo.com:x",
        "ftp://acme.odoo.com",
        "//acme.odoo.com",
        "https://",
        "https://\u0430cme.odoo.com",
    ],
)
def test_an_address_that_is_not_public_is_refused(url: str) -> None:
    """Before it is stored; odoo-sync looks at its addresses once more when it calls."""
    with pytest.raises(ValidationError):
        OdooConnection(url=url, database="acme")


@pytest.mark.parametrize(
    "pasted",
    [
        "https://acme.odoo.com",
        " https://ACME.odoo.com/ ",
        "https://acme.odoo.com/odoo/action-184/7?debug=1",
        "https://acme.odoo.com/web/login?redirect=%2Fodoo",
        "https://acme.odoo.com/web#cids=1&action=184",
        "https://acme.odoo.com?db=prod",
    ],
)
def test_a_pasted_address_is_cut_to_its_base(pasted: str) -> None:
    """A pasted address is cut to its base, as `leadgen odoo connect` cuts it."""
    assert OdooConnection(url=pasted, database="acme").url == "https://acme.odoo.com"


async def test_the_wishes_for_new_leads_are_stored_shown_and_kept(admin, owner) -> None:
    """odoo-sync reads them as those of the command line; a body without them changes none."""
    wishes = {"type": "opportunity", "team": "Sales", "tags": ["Leadgen", "SG"], "has_activity": True}
    assert (await admin.put("/odoo", json={**GIVEN, "lead": wishes})).status_code == 200
    await admin.put("/odoo", json={**GIVEN, "own_fields": ["company.website"]})
    await admin.put("/odoo", json={"url": "https://acme.odoo.com/web", "database": "acme"})
    shown = (await admin.get("/odoo")).json()["lead"]
    assert shown == {**wishes, "salesperson": None, "source": None, "has_priority": False}
    assert json.loads(await owner.fetchval("SELECT lead_settings FROM odoo_connections")) == wishes

    changed = await admin.put("/odoo", json={"url": GIVEN["url"], "database": "acme", "lead": {"source": "Leadgen"}})
    assert (changed.json()["lead"]["type"], changed.json()["lead"]["source"]) == ("lead", "Leadgen")
    for wrong in ({"tags": ["a,b"]}, {"type": "deal"}, {"stage": "Won"}):
        assert (await admin.put("/odoo", json={**GIVEN, "lead": wrong})).status_code == 422


async def test_a_refused_body_does_not_repeat_the_key(admin) -> None:
    """The problem names the field, and not what was in it."""
    answer = await admin.put("/odoo", json={**GIVEN, "url": "http://localhost", "api_key": "key\u00e9" + SECRET_KEY})
    assert answer.status_code == 422
    assert "body.url" in answer.json()["detail"]
    assert SECRET_KEY not in answer.text


async def test_a_check_is_requested_and_its_outcome_shown(admin, owner, kafka) -> None:
    """The gateway itself calls no Odoo. A check from before the last change says nothing of the connection."""
    await admin.put("/odoo", json=GIVEN)
    answer = await admin.post("/odoo/check")
    assert answer.status_code == 202
    (record,) = await until(lambda: read_topic(kafka, CheckOdoo.topic))
    wanted = CheckOdoo.model_validate_json(record.value)
    assert (wanted.tenant_id, wanted.requested_by) == (1, "rep@example.com")
    assert [act for act, *_ in await acts(owner)] == ["odoo.connected", "odoo.checked"]
    assert (await admin.get("/odoo")).json()["last_check"] is None
    at = datetime.now(UTC)
    await owner.execute("INSERT INTO odoo_checks VALUES (1, $1, '{no such database}')", at + timedelta(seconds=1))
    assert (await admin.get("/odoo")).json()["last_check"]["problems"] == ["no such database"]
    await owner.execute("UPDATE odoo_checks SET checked_at = $1", at - timedelta(hours=1))
    assert (await admin.get("/odoo")).json()["last_check"] is None


async def test_a_gateway_without_a_key_stores_no_connection(serve, kafka, tokens, owner) -> None:
    """It says that it is not set up, instead of storing what nobody can open."""
    async with serve(kafka) as reps:
        headers = {"Authorization": f"Bearer {tokens(role=Role.ADMIN)}"}
        answer = await reps(1).http.put("/odoo", json=GIVEN, headers=headers)
    assert (answer.status_code, answer.json()["title"]) == (503, "Not set up")
    assert await owner.fetchval("SELECT count(*) FROM odoo_connections") == 0
