"""Addresses of Odoos as people paste them, and what answers there."""

from collections.abc import Callable

import httpx
import pytest

from common.http.odoo_address import AddressRejected, base_of
from leadgen.odoo.address import find_odoo

BASE = "https://odoo.example.com"


@pytest.mark.parametrize(
    "pasted",
    [
        "https://odoo.example.com",
        " https://Odoo.Example.com/ ",
        "https://odoo.example.com/odoo",
        "https://odoo.example.com/odoo/action-184/7?debug=1",
        "https://odoo.example.com/web",
        "https://odoo.example.com/web#cids=1&menu_id=4&action=184",
        "https://odoo.example.com/web/login?redirect=%2Fodoo",
        "https://odoo.example.com/jsonrpc",
        "https://odoo.example.com/json/2/res.partner/search",
        "https://odoo.example.com/?db=prod",
    ],
)
def test_what_people_paste_is_cut_to_the_base(pasted: str) -> None:
    """Odoo's pages, queries and fragments go."""
    assert base_of(pasted) == BASE


def test_a_port_and_a_folder_in_front_of_odoo_stay() -> None:
    """They belong to the address."""
    assert base_of("http://10.0.0.7:8069/erp/web/login?db=x") == "http://10.0.0.7:8069/erp"


@pytest.mark.parametrize(
    "pasted", ["odoo.example.com", "ftp://odoo.example.com", "https://", "https://[::1", "https://a:b@odoo.example.com"]
)
def test_what_is_no_address_is_refused(pasted: str) -> None:
    """With the reason."""
    with pytest.raises(AddressRejected):
        base_of(pasted)


Answer = Callable[[httpx.Request], httpx.Response]


async def asked(answer: Answer, base: str = BASE) -> tuple[str, str | None]:
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer)) as client:
        return await find_odoo(base, client)


async def test_an_odoo_of_any_version_is_known_by_its_answer() -> None:
    """19 tells its version on a page, older ones over JSON-RPC."""

    def newer(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"version": "19.0", "version_info": [19, 0, 0]})

    def older(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/jsonrpc":
            found = {"server_version": "14.0-20231205", "server_version_info": [14, 0, 0]}
            return httpx.Response(200, json={"jsonrpc": "2.0", "id": 1, "result": found})
        return httpx.Response(404, html="<html>404</html>")

    assert await asked(newer) == (BASE, "19.0")
    assert await asked(older) == (BASE, "14.0-20231205")


async def test_an_odoo_that_moved_to_https_is_stored_with_it() -> None:
    """An Odoo that moved to https is stored with it. The same host: nobody has to type it again."""

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.scheme == "http":
            return httpx.Response(301, headers={"location": f"https://odoo.example.com{request.url.path}"})
        return httpx.Response(200, json={"version": "19.0", "version_info": [19, 0, 0]})

    assert await asked(answer, "http://odoo.example.com") == (BASE, "19.0")


@pytest.mark.parametrize(
    ("response", "words"),
    [
        (httpx.Response(200, html="<html>our shop</html>"), "no Odoo answers"),
        (httpx.Response(404, html="<html>404</html>"), "HTTP 404"),
        (
            httpx.Response(302, headers={"location": "https://erp.other.sg/web/login?x=1"}),
            "redirects to https://erp.other.sg:",
        ),
    ],
)
async def test_an_address_where_something_else_answers_is_refused(response: httpx.Response, words: str) -> None:
    """Before anything is stored."""
    with pytest.raises(AddressRejected, match=words):
        await asked(lambda _: response)


async def test_an_odoo_that_is_away_is_not_judged() -> None:
    """It can be connected all the same; the check follows later."""

    def nobody(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    assert await asked(nobody) == (BASE, None)
    assert await asked(lambda _: httpx.Response(503, html="upgrading")) == (BASE, None)
