"""`leadgen dlq` with a stage whose handler has a bug."""

import asyncio
from typing import TypeAlias

import asyncpg
from typer.testing import CliRunner, Result

from common.cloudevents import Envelope
from common.contracts import RequestEnrichment
from leadgen.audit.auditing import audit
from leadgen.audit.check import Scope
from leadgen.cli import app
from testkit.stages import a_company, envelope_for

Owner: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
TOPIC = RequestEnrichment.topic
HANDLED = "SELECT uen, name FROM handled ORDER BY at"
STATES = "SELECT state, count(*) FROM inbox GROUP BY state ORDER BY state"


class Bug:
    """A fault of the handler: events whose company has this word in its name fail until it is fixed."""

    word: str | None = "broken"


def a_request(uen: str, name: str, tenant_id: int = 1, company_id: int = 1) -> tuple[RequestEnrichment, Envelope]:
    event = RequestEnrichment(tenant_id=tenant_id, company=a_company(uen, name=name, company_id=company_id))
    return event, envelope_for(event)


async def leadgen(database_url: str, *arguments: str, **environment: str) -> Result:
    """Runs the command in a thread, as it would run in a process."""
    settings = {"DATABASE_URL": database_url, **environment}
    return await asyncio.to_thread(lambda: CliRunner().invoke(app, ["dlq", *arguments], env=settings))


async def faults(database_url: str, kafka: str) -> set[str]:
    """The audit's checks that find an exception."""
    return {it.check.name for it in (await audit(database_url, kafka, Scope(patience_s=0))).exceptions}
