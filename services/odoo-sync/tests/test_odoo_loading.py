"""`load` against servers that speak each protocol: rows by the hundred, of which a bad one holds up no other."""

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from odoo_sync.model import OdooConnection
from odoo_sync.protocols.bulk_load import Refusal, find_by_external_id, load
from odoo_sync.protocols.odoo import OdooBlocked, OdooSlow, OdooUnavailable
from odoo_sync.protocols.servers import OdooServer


def row(number: int, **other: str) -> dict[str, str]:
    return {"id": f"leadgen.company_1_{number}", "name": f"Company {number}", "is_company": "1", **other}


def loads(server: Any) -> int:
    return server.calls.count("res.partner.load")


async def test_rows_are_loaded_two_hundred_at_a_time_and_answered_in_their_order(odoo: OdooServer, server: Any) -> None:
    """Loaded again, they are the same records."""
    rows = [row(number) for number in range(450)]

    ids = await load(odoo, "res.partner", rows)

    assert loads(server) == 3
    assert [server.external[it["id"]][1] for it in rows] == ids
    assert await load(odoo, "res.partner", rows) == ids
    assert len(server.records["res.partner"]) == 450


async def test_columns_that_the_server_lacks_are_left_out(odoo: OdooServer, server: Any) -> None:
    """The rest is written, and the columns are asked for once."""
    server.columns["res.partner"] -= {"country_id", "company_registry"}

    for _ in range(2):
        await load(odoo, "res.partner", [row(1, **{"country_id/id": "base.sg", "company_registry": "X"})])

    assert server.record("leadgen.company_1_1") == {"name": "Company 1", "is_company": "1"}
    assert server.calls.count("res.partner.fields_get") == 1


async def test_rows_go_in_groups_of_equal_columns(odoo: OdooServer, server: Any) -> None:
    """Columns that a row lacks keep people's values; the order of columns makes no difference."""
    server.add("res.partner", "leadgen.company_1_1", name="Company 1", phone="typed by a rep")
    rows = [row(1), row(2, phone="+65 1"), dict(reversed(row(3).items())), row(4, phone="+65 2")]

    await load(odoo, "res.partner", rows)

    assert server.record("leadgen.company_1_1")["phone"] == "typed by a rep"
    assert loads(server) == 2


async def test_a_child_finds_the_parent_of_an_earlier_group(odoo: OdooServer, server: Any) -> None:
    """By its external id, or by its number."""
    [parent] = await load(odoo, "res.partner", [row(1)])
    first = {"id": "leadgen.contact_1_1", "name": "Jane", "parent_id/id": "leadgen.company_1_1"}
    second = {"id": "leadgen.contact_1_2", "name": "Joe", "parent_id/.id": str(parent)}

    children = await load(odoo, "res.partner", [row(2), first, second, {**first, "id": "leadgen.contact_1_3"}])

    assert [server.read("res.partner", it)["parent_id"][0] for it in children[1:]] == [parent] * 3


@pytest.mark.parametrize("bad", [{7}, {0}, {0, 7, 199}, set(range(5, 14)), set(range(5, 90)), {*range(0, 200, 3)}])
async def test_bad_rows_are_set_aside_and_the_others_go_through(odoo: OdooServer, server: Any, bad: set[int]) -> None:
    """Bad rows are set aside and the others go through, however many they are; each with Odoo's own words, and none
    because of a neighbour.
    """
    rows = [row(number) | ({"name": ""} if number in bad else {}) for number in range(200)]

    outcomes = await load(odoo, "res.partner", rows)

    assert {nth for nth, it in enumerate(outcomes) if isinstance(it, Refusal)} == bad
    assert {it.message for it in outcomes if isinstance(it, Refusal)} == {"Missing required value: name"}
    assert len(server.records["res.partner"]) == 200 - len(bad)


async def test_a_few_bad_rows_cost_a_few_calls(odoo: OdooServer, server: Any) -> None:
    """The chunk, the rest of it, each that was named alone: the bad ones and the one that Odoo names with them."""
    rows = [row(number) | ({"name": ""} if number in (7, 99) else {}) for number in range(200)]

    await load(odoo, "res.partner", rows)

    assert loads(server) == 5


@given(bad=st.sets(st.integers(0, 39)), size=st.integers(1, 40))
@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_whichever_rows_are_bad_exactly_they_are_refused(
    bad: set[int], size: int, fake: Any, http: httpx.AsyncClient
) -> None:
    """A law of every chunk."""
    odoo = OdooServer(http, OdooConnection(fake.url, "leads", fake.api_key), timeout_s=5)
    rows = [row(number) | ({"parent_id/id": "none"} if number in bad else {}) for number in range(size)]

    outcomes = await load(odoo, "res.partner", rows)

    assert [isinstance(it, Refusal) for it in outcomes] == [number in bad for number in range(size)]


async def test_adopted_records_are_written_by_their_number(odoo: OdooServer, server: Any) -> None:
    """Archived records stay archived; a deleted one is refused, never created."""
    archived = server.add("res.partner", name="ACME", active=False)

    outcomes = await load(
        odoo, "res.partner", [{".id": str(archived), "street": "1 Road"}, {".id": "4711", "name": "X"}]
    )

    assert outcomes[0] == archived
    assert server.records["res.partner"] == {archived: {"name": "ACME", "active": False, "street": "1 Road"}}
    assert isinstance(outcomes[1], Refusal)


async def test_a_row_with_nothing_to_write_is_not_sent(odoo: OdooServer, server: Any) -> None:
    """All its columns are lacking here: the record is left alone."""
    assert await load(odoo, "res.partner", [{".id": "5", "mobile": "+65 1"}]) == [5]
    assert loads(server) == 0


async def test_nothing_to_load_is_nothing(odoo: OdooServer, server: Any) -> None:
    """No row, no call of `load`."""
    assert await load(odoo, "res.partner", []) == []
    assert loads(server) == 0


async def test_a_lost_race_is_worth_another_attempt(odoo: OdooServer, server: Any) -> None:
    """PostgreSQL's refusal comes as a message of `load`; nothing was kept, and the next attempt goes through."""
    await load(odoo, "res.partner", [row(1)])
    server.faults = ["race"]

    with pytest.raises(OdooUnavailable):
        await load(odoo, "res.partner", [row(2)])

    assert isinstance((await load(odoo, "res.partner", [row(2)]))[0], int)


@pytest.mark.parametrize("fault", ["cut", "500", "hang"])
async def test_a_load_of_unknown_outcome_may_be_repeated(server: Any, http: httpx.AsyncClient, fault: str) -> None:
    """Whether it was done or not: afterwards each row is one record."""
    odoo = OdooServer(http, OdooConnection(server.url, "leads", server.api_key, server.login), timeout_s=0.5)
    rows = [row(number) for number in range(3)]
    await odoo.columns("res.partner")
    server.faults = [fault]
    with pytest.raises(OdooUnavailable):
        await load(odoo, "res.partner", rows)

    await load(odoo, "res.partner", rows)

    assert len(server.records["res.partner"]) == 3


async def test_columns_are_asked_for_again_after_a_failure(odoo: OdooServer, server: Any) -> None:
    """A server that lost a module fails once, and is then written to without that module's columns."""
    await load(odoo, "res.partner", [row(1, phone="+65 1")])
    server.columns["res.partner"].remove("phone")
    with pytest.raises(OdooUnavailable):
        await load(odoo, "res.partner", [row(2, phone="+65 2")])

    await load(odoo, "res.partner", [row(2, phone="+65 2")])

    assert server.record("leadgen.company_1_2") == {"name": "Company 2", "is_company": "1"}


async def test_a_missing_right_blocks_it_does_not_refuse_row_by_row(odoo: OdooServer, server: Any) -> None:
    """Odoo says it of each row, in the user's language; it holds for all rows to come."""
    server.rights = {"read"}

    with pytest.raises(OdooBlocked, match="create"):
        await load(odoo, "res.partner", [row(1), row(2)])


async def test_nobody_gets_mail_and_nothing_is_tracked(odoo: OdooServer, server: Any) -> None:
    """The context of every load says so."""
    await load(odoo, "res.partner", [row(1)])

    context = server.bodies[-1]["context"]
    assert context["tracking_disable"]
    assert context["mail_create_nosubscribe"]


async def test_who_bears_a_name_is_asked_for_without_making_anyone(odoo: OdooServer, server: Any) -> None:
    """A lost race says nothing about it: who is gone for good must not be mistaken."""
    [number] = await load(odoo, "res.partner", [row(1)])
    before = dict(server.records["res.partner"])

    assert await find_by_external_id(odoo, "res.partner", row(1)["id"]) == number
    assert await find_by_external_id(odoo, "res.partner", row(2)["id"]) is None
    assert server.records["res.partner"] == before
    server.faults = ["race"]
    with pytest.raises(OdooUnavailable):
        await find_by_external_id(odoo, "res.partner", row(1)["id"])


async def test_a_slow_server_gets_smaller_loads_until_it_is_quick_again(fake: Any) -> None:
    """A load that takes too long is tried again with half the rows. They grow again after a thousand rows."""
    most = [60]
    sizes: list[int] = []

    def answered(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or "null")
        if request.url.path.endswith("/load"):
            sizes.append(len(body["data"]))
            if sizes[-1] > most[0]:
                raise httpx.ReadTimeout("too slow")
        status, _, answer = fake.answer(request.url.path, dict(request.headers), body)
        return httpx.Response(status, content=answer if isinstance(answer, bytes) else json.dumps(answer))

    async with httpx.AsyncClient(transport=httpx.MockTransport(answered)) as http:
        odoo = OdooServer(http, OdooConnection("http://odoo", "leads", fake.api_key), timeout_s=5)
        rows = [row(number) for number in range(200)]
        for _ in range(2):
            with pytest.raises(OdooSlow):
                await load(odoo, "res.partner", rows)
        most[0] = 200
        for _ in range(6):
            await load(odoo, "res.partner", rows)

    assert sizes == [200, 100, *[50] * 20, 100, 100]
    assert len(fake.records["res.partner"]) == 200


async def test_a_server_that_was_slow_gets_larger_loads_only_after_a_chunk_has_gone_through(odoo: OdooServer) -> None:
    """Otherwise each chunk would meet the size that is too slow again, and never go through whole."""
    odoo.note_slow()
    odoo.note_slow()
    assert odoo.load_size == 50

    for _ in range(19):
        odoo.note_loaded(50)
    assert odoo.load_size == 50
    odoo.note_loaded(50)
    assert odoo.load_size == 100
