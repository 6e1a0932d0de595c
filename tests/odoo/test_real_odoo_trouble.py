"""Failures of a real Odoo: cut connections, conflicts, wrong credentials, missing rights."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from odoo_sync.model import Row
from odoo_sync.protocols.bulk_load import load
from odoo_sync.protocols.odoo import OdooBlocked, OdooRefused, OdooUnavailable
from odoo_sync.protocols.protocol_detection import ProtocolName
from odoo_sync.protocols.servers import OdooServer
from odoo_sync.sync.checks import find_problems
from testkit.stages import until

pytestmark = [pytest.mark.odoo, pytest.mark.timeout(300)]

PROTOCOLS: list[ProtocolName] = ["json2", "jsonrpc"]
SALES = "sales_team.group_sale_salesman_all_leads"


def companies(run: str, number: int) -> list[Row]:
    return [
        {"id": f"leadgen.company_{run}_{nth}", "name": f"Company {nth}", "is_company": "1", "ref": run}
        for nth in range(number)
    ]


async def loaded(odoo: OdooServer, rows: list[Row], within_s: float = 60) -> list[Any]:
    """Loads as a handler would: again, until it goes through."""

    async def goes_through() -> list[Any]:
        try:
            return list(await load(odoo, "res.partner", rows))
        except OdooUnavailable:
            return []

    return await until(goes_through, within_s=within_s)


async def count(odoo: OdooServer, run: str) -> int:
    found: int = await odoo.execute("res.partner", "search_count", domain=[["ref", "=", run]])
    return found


@pytest.mark.parametrize("protocol", PROTOCOLS)
async def test_a_connection_cut_after_the_request_was_sent_doubles_nothing(
    real: Any, connect: Any, admin: OdooServer, proxy: Any, run: str, protocol: ProtocolName
) -> None:
    """Odoo does the first request, whose answer is lost; the repeat finds the same records."""
    odoo = connect(replace(real.connection(protocol), url=proxy.url), protocol)
    rows = companies(run, 100)
    await odoo.columns("res.partner")
    proxy.cut = "load"
    with pytest.raises(OdooUnavailable):
        await load(odoo, "res.partner", rows)
    assert proxy.has_cut

    async def is_done() -> bool:
        return await count(admin, run) == 100

    await until(is_done)  # the first request did arrive

    ids = await loaded(odoo, rows)

    assert len(set(ids)) == 100
    assert await count(admin, run) == 100


async def test_a_cut_and_a_repeat_while_odoo_is_still_at_it(
    real: Any, connect: Any, admin: OdooServer, proxy: Any, run: str, newest: ProtocolName
) -> None:
    """The repeat comes before the first is done: one of them conflicts, and is tried again."""
    odoo = connect(replace(real.connection(newest), url=proxy.url), newest)
    rows = companies(run, 150)
    await odoo.columns("res.partner")
    proxy.cut = "load"
    with pytest.raises(OdooUnavailable):
        await load(odoo, "res.partner", rows)

    ids = await loaded(odoo, rows)

    assert len(set(ids)) == 150
    assert await count(admin, run) == 150


async def test_parallel_loads_of_the_same_rows_make_them_once(odoo: OdooServer, admin: OdooServer, run: str) -> None:
    """We do not do that; if it happens all the same, the loser repeats."""
    rows = companies(run, 40)

    first, second, third = await asyncio.gather(*(loaded(odoo, rows) for _ in range(3)))

    assert first == second == third
    assert await count(admin, run) == 40


async def test_a_call_that_takes_too_long_is_given_up_and_may_be_repeated(
    real: Any, connect: Any, admin: OdooServer, run: str, newest: ProtocolName
) -> None:
    """Odoo goes on with what was given up; afterwards each row is one record."""
    patient = connect(real.connection(newest), newest)
    impatient = connect(real.connection(newest), newest, timeout_s=0.05)
    rows = companies(run, 150)
    with pytest.raises(OdooUnavailable):
        await load(impatient, "res.partner", rows)

    await loaded(patient, rows)

    assert await count(admin, run) == 150


async def test_a_chunk_slower_than_the_timeout_goes_through_in_smaller_ones(
    real: Any, connect: Any, admin: OdooServer, proxy: Any, run: str, newest: ProtocolName
) -> None:
    """Odoo does what was given up, all the same; each row is one record."""
    odoo = connect(replace(real.connection(newest), url=proxy.url), newest, timeout_s=6)
    proxy.most_rows = 40
    rows = companies(run, 150)

    ids = await loaded(odoo, rows, within_s=240)

    assert odoo.load_size <= 50
    assert len(set(ids)) == 150
    assert await count(admin, run) == 150


@pytest.mark.parametrize("protocol", [*PROTOCOLS, "auto"])
@pytest.mark.parametrize("wrong", [{"api_key": "no such key"}, {"database": "no_such_database"}])
async def test_wrong_credentials_block_and_the_check_says_so(
    real: Any, connect: Any, protocol: ProtocolName, wrong: dict[str, str]
) -> None:
    """In one finding, which holds no key and no traceback."""
    odoo = connect(replace(real.connection("json2" if protocol == "auto" else protocol), **wrong), protocol)

    with pytest.raises(OdooBlocked) as raised:
        await load(odoo, "res.partner", companies("x", 1))

    assert "Traceback" not in str(raised.value)
    assert "no such key" not in str(raised.value)
    assert len(await find_problems(odoo)) == 1


async def test_a_missing_record_is_said_to_be_missing(odoo: OdooServer) -> None:
    """Over both protocols, whatever the status."""
    with pytest.raises(OdooRefused) as raised:
        await odoo.execute("res.partner", "write", ids=[2_000_000_000], vals={"name": "x"})

    assert raised.value.is_missing


async def test_a_model_of_no_module_blocks(odoo: OdooServer) -> None:
    """A missing model stops every row, not one."""
    with pytest.raises(OdooBlocked):
        await odoo.columns("no.such.model")


async def test_the_rights_that_we_ask_for_are_enough(make_user: Any, connect: Any, admin: OdooServer, run: str) -> None:
    """Contact Creation and Sales: All Documents, and no more; also to change what others made."""
    odoo = connect(await make_user("base.group_user", "base.group_partner_manager", SALES), "jsonrpc")
    leads = [{"id": f"leadgen.lead_{run}_1", "name": run, "type": "lead", "user_id/id": ""}]
    made = await load(admin, "res.partner", companies(run, 2))

    assert await find_problems(odoo) == []
    assert await load(odoo, "res.partner", companies(run, 2)) == made
    assert await load(odoo, "crm.lead", leads) == await load(admin, "crm.lead", leads)


async def test_without_rights_everything_is_blocked_and_the_check_names_them(
    make_user: Any, connect: Any, admin: OdooServer, run: str
) -> None:
    """Not refused row by row: nothing was written, and each model's missing right is a finding."""
    odoo = connect(await make_user("base.group_user"), "jsonrpc")

    with pytest.raises(OdooBlocked):
        await load(odoo, "res.partner", companies(run, 3))

    assert await count(admin, run) == 0
    partner, lead = await find_problems(odoo)
    assert "Contact Creation" in partner
    assert "crm.lead" in lead
