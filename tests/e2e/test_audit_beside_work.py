"""An audit beside working services: what is on its way between them is no exception."""

import asyncio
from typing import Any

import pytest

from leadgen.audit.auditing import audit
from leadgen.audit.check import Report, Scope
from leadgen.audit.command import as_text

pytestmark = [pytest.mark.whole, pytest.mark.timeout(600)]

REPS = 4


async def test_an_audit_beside_working_services_finds_nothing(product: Any) -> None:
    """One audit after the other while several reps' companies are on their way; then one at rest, of all of it."""
    reps = [await product.rep() for _ in range(REPS)]
    audits: list[Report] = []

    async def ask(rep: Any) -> None:
        async for _ in rep.chat("Manufacturing"):
            pass

    chats = asyncio.gather(*map(ask, reps))
    while not chats.done() or not audits:
        audits.append(await audit(product.stack.database_url, product.stack.kafka, Scope()))
    await chats
    for rep in reps:
        assert len(await rep.leads_when_done(10)) == 10

    assert [as_text(report) for report in audits if not report.is_clean] == []
    await product.comes_to_rest()
