"""The operators' routes: only with the role ops, over all tenants, and a run is requested in the night's own event."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from common.cloudevents import decode_body
from common.contracts import RequestRun
from common.singapore.calendar import day_in_singapore
from leadgen.tenants.tokens import Role
from testkit.nights.runs import NIGHT, a_run
from testkit.stages import read_topic, until

STAGE = """
    INSERT INTO run_stage_stats (tenant_id, run_id, stage, counts, p50_ms, spend, degraded)
    VALUES ($1, $2, $3, '{"done": 3}', 120, '{"lusha": 4}', '{"lusha: out of budget": 2}')
"""


@pytest.fixture
def operator(reps, tokens):
    """Someone with the role ops; the token's tenant does not matter."""
    client = reps(5)
    client.http.headers["Authorization"] = f"Bearer {tokens(5, role=Role.OPS)}"
    return client.http


async def test_the_routes_are_for_operators(reps) -> None:
    """The refusal names the role that it takes, and the caller's."""
    for method, path in (
        ("GET", "/admin/runs"),
        ("GET", f"/admin/runs/{uuid4()}"),
        ("POST", "/admin/runs/nightly?tenant_id=1"),
    ):
        answer = await reps(1).http.request(method, path)
        assert (answer.status_code, answer.json()["title"]) == (403, "Role required")
        assert "needs the role ops; yours is sdr" in answer.json()["detail"]
        assert (await reps(1).http.request(method, path, headers={"Authorization": ""})).status_code == 401


async def test_runs_of_all_tenants_are_listed_the_latest_first(operator, owner) -> None:
    """With their companies per state; one tenant, one night and a limit can be asked for."""
    first = await a_run(owner, 1)
    await first.company(1, reached="linked", state="synced", link="synced")
    await first.company(2, reached="taken over", state="enriching")
    await first.company(3, reached="taken over", state="enriching")
    await a_run(owner, 2, status="failed", error="Kafka is away")
    earlier = await a_run(owner, 2, night=NIGHT - timedelta(days=1))

    runs = (await operator.get("/admin/runs")).json()["runs"]

    assert [(run["tenant_id"], run["night"]) for run in runs] == [
        (1, str(NIGHT)),
        (2, str(NIGHT)),
        (2, str(earlier.night)),
    ]
    assert (runs[0]["companies"], runs[0]["tenant"]) == ({"enriching": 2, "synced": 1}, "Tenant 1")
    assert (runs[1]["status"], runs[1]["error"], runs[1]["companies"]) == ("failed", "Kafka is away", {})

    async def found(**params: object) -> list[tuple[int, str]]:
        answer = await operator.get("/admin/runs", params=params)
        return [(run["tenant_id"], run["night"]) for run in answer.json()["runs"]]

    assert await found(tenant_id=1) == [(1, str(NIGHT))]
    assert await found(night=str(earlier.night)) == [(2, str(earlier.night))]
    assert await found(limit=1) == [(1, str(NIGHT))]
    assert await found(tenant_id=99) == []
    assert await found(status=["failed", "partial"]) == [(2, str(NIGHT))]


async def test_runs_are_walked_page_by_page(operator, owner) -> None:
    """Every run once, though tenants have one in the same night; a cursor that is none of ours is refused."""
    nights = [NIGHT - timedelta(days=days) for days in range(3)]
    for tenant_id in (1, 2):
        for night in nights:
            await a_run(owner, tenant_id, night=night)

    walked, after = [], None
    while True:
        answer = await operator.get("/admin/runs", params={"limit": 2} | ({"after": after} if after else {}))
        walked += [(run["night"], run["tenant_id"]) for run in answer.json()["runs"]]
        if (after := answer.json()["next"]) is None:
            break

    assert walked == [(str(night), tenant_id) for night in nights for tenant_id in (1, 2)]
    for wrong in ("x", "MjAyNi0xMS0yOC8w", "ÿ"):
        assert (await operator.get("/admin/runs", params={"after": wrong})).status_code == 422


async def test_a_run_is_shown_with_its_stages_in_order(operator, owner) -> None:
    """A run is shown with its stages in order, whichever tenant it is of; and what there is not is not found."""
    run = await a_run(owner, 2)
    for stage in ("score", "enrich"):
        await owner.execute(STAGE, 2, run.run_id, stage)

    body = (await operator.get(f"/admin/runs/{run.run_id}")).json()

    assert (body["tenant_id"], body["run_id"]) == (2, str(run.run_id))
    assert [stage["stage"] for stage in body["stages"]] == ["enrich", "score"]
    assert (body["stages"][0]["counts"], body["stages"][0]["spend"]) == ({"done": 3}, {"lusha": 4})
    assert (await operator.get(f"/admin/runs/{uuid4()}")).status_code == 404
    assert (await operator.get("/admin/runs/nightly")).status_code == 422


async def test_a_run_is_requested_for_the_tenant_and_this_night(operator, owner, kafka) -> None:
    """The command says who asked; a tenant that is not active is not found, and nothing is sent."""
    await owner.execute("UPDATE tenants SET active = false WHERE tenant_id = 3")
    for wrong, status in ((3, 404), (99, 404), (0, 422), ("x", 422), (2**31, 422)):
        assert (await operator.post("/admin/runs/nightly", params={"tenant_id": wrong})).status_code == status
    assert (await operator.post("/admin/runs/nightly")).status_code == 422
    before = day_in_singapore(datetime.now(UTC))

    answer = await operator.post("/admin/runs/nightly", params={"tenant_id": 2})

    after = day_in_singapore(datetime.now(UTC))
    assert answer.status_code == 202
    body = answer.json()
    assert (body["tenant_id"], body["requested_by"]) == (2, "rep@example.com")
    assert str(before) <= body["night"] <= str(after)
    assert answer.headers["location"] == f"/admin/runs?tenant_id=2&night={body['night']}"

    async def sent() -> list[RequestRun]:
        return [decode_body(RequestRun, message.value) for message in await read_topic(kafka, RequestRun.topic)]

    (act,) = await owner.fetch("SELECT tenant_id, actor, role, act, object FROM audit_log")
    assert tuple(act) == (2, "rep@example.com", "ops", "run.requested", body["night"])
    (command,) = await until(sent)
    assert (command.tenant_id, str(command.night), command.requested_by) == (2, body["night"], "rep@example.com")
