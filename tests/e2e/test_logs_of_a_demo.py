"""The logs of a whole demo: JSON lines with an event name each, and no secret, no e-mail address, no page's text."""

import json
import re
import zlib
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from leadgen.local.stack import SERVICES

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

ODOO_KEY = "6b1f0d5c-the-key-of-an-odoo"
REP_MAIL, PERSON_MAIL = "rep@example.com", "mary.tan@acme-foods.example"

CONTACTS = "SELECT value FROM contacts WHERE tenant_id = $1 AND kind = 'email'"
TEXTS = "SELECT documents FROM crawled_sites WHERE documents IS NOT NULL ORDER BY visited_at DESC LIMIT 20"

#: So many characters of a page in a row are its text, not a name that may be in a log as well.
PASSAGE = 40


def texts_of(value: Any) -> Iterator[str]:
    """All texts in a JSON value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)


def read_logs(folder: Path) -> dict[str, str]:
    """Each service's log so far."""
    return {name: (folder / "logs" / f"{name}.log").read_text(encoding="utf-8") for name in SERVICES}


async def test_the_logs_of_a_demo_hold_nothing_private(product: Any, product_folder: Path) -> None:
    """A chat, a message with an address, a refused request, an Odoo that does not answer: nothing of them is logged."""
    before = {name: text[: text.rfind("\n") + 1] for name, text in read_logs(product_folder).items()}
    rep = await product.rep()
    messages = [event async for event in rep.chat("Manufacturing")]
    assert messages[-1].name == "done"
    messages = [event async for event in rep.chat(f"companies like the one of {PERSON_MAIL}")]
    connection = {"url": "http://127.0.0.1:9", "database": "acme", "api_key": ODOO_KEY, "login": PERSON_MAIL}
    await rep.ask("PUT", "/odoo", **connection)
    await rep.ask("PUT", "/icp", industries=[PERSON_MAIL])
    await product.is_at_rest()

    files = read_logs(product_folder)
    logged = "\n".join(files.values())
    lines = [
        json.loads(line)
        for text in files.values()
        for line in text.splitlines()
        if line.startswith("{") and line.endswith("}")
    ]
    # Of processes that other tests have killed, a last line may be cut off.
    ours = [text.removeprefix(before[name]) for name, text in files.items()]
    assert not [line for text in ours for line in text.splitlines() if not line.startswith("{")]
    assert {line["service"] for line in lines} >= set(SERVICES) - {"gateway"}
    for line in lines:
        assert re.fullmatch(r"[a-z]+(_[a-zA-Z]+)+", line["event"]), line
        assert line["level"] in ("debug", "info", "warning", "error", "critical")
        assert datetime.fromisoformat(line["timestamp"]).tzinfo is not None

    contacts = [row["value"] for row in await product.fetch(CONTACTS, rep.tenant_id)]
    assert contacts, "a demo without contacts proves nothing"
    environment = product.stack.environment
    secrets = [environment["GATEWAY_JWT_SECRET"], environment["ODOO_CREDENTIALS_KEY"], ODOO_KEY, rep.token]
    for private in (*secrets, *contacts, REP_MAIL, PERSON_MAIL):
        assert private not in logged
    assert not re.search(r"[\w.+-]+@[\w-]+\.\w", logged)

    pages = [json.loads(zlib.decompress(row["documents"])) for row in await product.fetch(TEXTS)]
    passages = {
        text[at : at + PASSAGE] for page in pages for text in texts_of(page) for at in range(0, len(text), PASSAGE)
    }
    passages = {it for it in passages if len(it) == PASSAGE and not it.startswith("http")}
    assert len(passages) > 100, "a demo without pages proves nothing"
    assert not [it for it in passages if it in logged]
