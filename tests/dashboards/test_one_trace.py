"""One trace goes from the chat message to the write in Odoo, through all processes, in the ids of its spans."""

from typing import Any

import pytest

from leadgen.chat_client import chat
from leadgen.odoo.connections import connect_odoo
from testkit.servers.fake_odoo import fake_odoo
from testkit.servers.otlp_collector import Collector, Seen
from testkit.stages import until

pytestmark = [pytest.mark.dashboards, pytest.mark.timeout(900)]

#: What no other test here asks for: a website that was visited lately is not visited again.
WORDS = "Wholesale trade"

STAGES = (
    "gateway POST /chat",
    "upserter industry.requested.v1",
    "enricher enrichment.requested.v1",
    "scorer company.enriched.v1",
    "odoo-sync lead.scored.v1",
)


def ancestors(span: Seen, spans: dict[str, Seen]) -> list[str]:
    """The names of the spans from the first to this one, with the gateway's service in front."""
    chain = [span]
    while chain[-1].parent in spans:
        chain.append(spans[chain[-1].parent])
    return [f"{it.service} {it.name}" if it.kind == "server" else it.name for it in reversed(chain)]


async def test_one_trace_goes_from_the_chat_to_odoo(product: Any, collector: Collector) -> None:
    """Each stage's span is a child of the one before; a statement, a page and a call of Odoo are parts of theirs."""
    rep = await product.rep()
    environment = product.stack.environment
    async with fake_odoo() as odoo:
        await connect_odoo(
            product.stack.database_url, rep.tenant_id, odoo.url, "leads", "a key", environment["ODOO_CREDENTIALS_KEY"]
        )
        names = [event.name async for event in chat(product.http, product.stack.gateway, rep.token, WORDS)]
        assert names[-1] == "done"
        await product.is_at_rest()
        assert odoo.numbers, "no lead was written to Odoo"

        async def is_whole() -> list[Seen]:
            """The calls of Odoo, once their whole way has arrived; a stream's span ends after its answer."""
            spans = {it.span_id: it for it in list(collector.spans)}
            calls = [it for it in spans.values() if it.service == "odoo-sync" and it.name == "POST"]
            return [it for it in calls if ancestors(it, spans) == [*STAGES, "POST"]]

        calls = await until(is_whole)

    assert len({it.trace_id for it in calls}) == 1
    trace = [it for it in collector.spans if it.trace_id == calls[0].trace_id]
    assert {it.service for it in trace} == {"gateway", "upserter", "enricher", "scorer", "odoo-sync"}
    by_service = {name: {it.name for it in trace if it.service == name} for name in ("enricher", "scorer")}
    assert "page" in by_service["enricher"]
    assert {"tavily", "openai"} & by_service["enricher"]
    assert any("INSERT INTO lead_scores" in it.attributes.get("db.statement", "") for it in trace)
    begun = [it for it in trace if not it.parent]
    assert [it.name for it in begun] == ["POST /chat"]
    # What a service does by itself, and probes, begin no traces.
    assert {it.kind for it in collector.spans if not it.parent} <= {"server", "consumer"}
    assert not [it for it in collector.spans if it.name.endswith(("/livez", "/readyz", "/metrics"))]
