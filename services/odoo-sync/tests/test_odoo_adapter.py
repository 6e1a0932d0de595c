"""The Odoo adapter against a server that behaves like JSON-2: what may be repeated, and what each failure means."""

from typing import Any

import httpx
import pytest

from odoo_sync.odoo import Odoo, OdooConnection, OdooRefused, OdooUnavailable

KEY = "k" * 40

ROW = {"id": "leadgen.company_1_X", "name": "ACME", "is_company": "1", "company_registry": "X"}


@pytest.fixture
def odoo(fake: Any, http: httpx.AsyncClient) -> Odoo:
    """The adapter, connected to the fake."""
    return Odoo(http, OdooConnection(fake.url, "leads", fake.api_key), timeout_s=5)


async def test_an_upsert_repeated_is_one_record(odoo: Odoo, fake: Any) -> None:
    """The external id finds it again."""
    first = await odoo.upsert("res.partner", ROW)

    assert await odoo.upsert("res.partner", ROW) == first
    assert len(fake.records["res.partner"]) == 1


async def test_columns_that_the_server_lacks_are_left_out(odoo: Odoo, fake: Any) -> None:
    """An older server knows no company_registry; the rest is written. It is asked for its columns once."""
    fake.columns["res.partner"].remove("company_registry")

    await odoo.upsert("res.partner", ROW)
    await odoo.upsert("res.partner", ROW)

    assert fake.record(ROW["id"]) == {"name": "ACME", "is_company": "1"}
    assert fake.calls.count("res.partner.fields_get") == 1


async def test_what_is_not_sent_stays(odoo: Odoo, fake: Any) -> None:
    """A rep's own entries survive an upsert that knows nothing of them."""
    await odoo.upsert("res.partner", ROW)
    fake.record(ROW["id"])["phone"] = "typed by a rep"

    await odoo.upsert("res.partner", ROW)

    assert fake.record(ROW["id"])["phone"] == "typed by a rep"


@pytest.mark.parametrize("fault", ["500", "503", "429", "not json", "race"])
async def test_a_server_in_trouble_is_worth_another_attempt(odoo: Odoo, fake: Any, fault: str) -> None:
    """And the next attempt goes through."""
    await odoo.upsert("res.partner", ROW)
    fake.faults = [fault]

    with pytest.raises(OdooUnavailable) as raised:
        await odoo.upsert("res.partner", ROW | {"name": "ACME 2"})

    assert raised.value.retry_after == (7 if fault == "429" else None)
    assert "secret" not in str(raised.value)
    await odoo.upsert("res.partner", ROW | {"name": "ACME 2"})
    assert fake.record(ROW["id"])["name"] == "ACME 2"


async def test_a_call_that_is_cut_after_it_was_done_may_be_repeated(odoo: Odoo, fake: Any) -> None:
    """Nobody knows whether it arrived; done again, there is still one record."""
    await odoo.upsert("res.partner", ROW | {"id": "leadgen.company_1_other"})
    fake.faults = ["cut"]
    with pytest.raises(OdooUnavailable):
        await odoo.upsert("res.partner", ROW)
    assert len(fake.records["res.partner"]) == 2

    await odoo.upsert("res.partner", ROW)

    assert len(fake.records["res.partner"]) == 2


async def test_a_server_that_hangs_is_given_up(fake: Any, http: httpx.AsyncClient) -> None:
    """After the timeout, as something that may go well later."""
    fake.faults = ["hang"]

    with pytest.raises(OdooUnavailable):
        await Odoo(http, OdooConnection(fake.url, "leads", fake.api_key), timeout_s=0.1).upsert("res.partner", ROW)


@pytest.mark.parametrize(
    ("url", "expected"),
    [("http://127.0.0.1:1", OdooUnavailable), ("ftp://127.0.0.1", OdooRefused), ("http://:x", OdooRefused)],
)
async def test_an_address_where_nobody_listens_may_recover_and_a_wrong_one_never(
    http: httpx.AsyncClient, url: str, expected: type[Exception]
) -> None:
    """Each gets its own kind of error."""
    with pytest.raises(expected):
        await Odoo(http, OdooConnection(url, "leads", KEY), timeout_s=5).execute("res.partner", "fields_get")


@pytest.mark.parametrize(("key", "database", "status"), [("expired", "leads", 401), (KEY, "no such", 404)])
async def test_a_wrong_key_or_database_is_refused(
    fake: Any, http: httpx.AsyncClient, key: str, database: str, status: int
) -> None:
    """Someone has to change the connection. The error says what Odoo said, and never the key."""
    connection = OdooConnection(fake.url, database, key)

    with pytest.raises(OdooRefused) as raised:
        await Odoo(http, connection, timeout_s=5).upsert("res.partner", ROW)

    assert raised.value.status == status
    assert key not in f"{raised.value} {connection}"


async def test_a_redirect_is_refused_not_followed(odoo: Odoo, fake: Any) -> None:
    """The key goes to the address that the operator gave, nowhere else."""
    fake.faults = ["redirect"]

    with pytest.raises(OdooRefused):
        await odoo.upsert("res.partner", ROW)


async def test_a_row_that_odoo_will_not_take_is_refused_with_its_words(odoo: Odoo) -> None:
    """The load's messages say why."""
    with pytest.raises(OdooRefused, match="No matching record"):
        await odoo.upsert("res.partner", ROW | {"parent_id/id": "leadgen.company_1_none"})
