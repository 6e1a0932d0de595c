"""How enrichments end: the run recorded, the company announced and its request ended, all or nothing.

A transaction of its own for each company is half of what a night asks of PostgreSQL, and a connection for each worker;
so the companies of a tenant that end at the same moment share one (see `together`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from common.contracts import CompanyEnriched, RequestEnrichment
from common.inbox import Inbox
from common.postgres import Connection
from common.stage import Item, Work
from enricher import runs
from enricher.leases import LEASE
from enricher.runs import Run
from enricher.together import Together


@dataclass(frozen=True, slots=True)
class Ending:
    """What a request led to."""

    item: Item[RequestEnrichment]
    run: Run
    event: CompanyEnriched


class Endings:
    """The endings of one stage's requests. `stage` is its name."""

    def __init__(self, stage: str) -> None:
        self._inbox = Inbox(stage, LEASE)

    async def finish(self, work: Work[RequestEnrichment], together: Together, run: Run, event: CompanyEnriched) -> None:
        """Instead of `work.finish`, and like it. Raises LeaseLost where the request is not ours any more, Unavailable.

        Cancelled, it may have ended: then giving the request back changes nothing.
        """
        await together(work.event.tenant_id, self.end, Ending(work.item, run, event))
        work.is_finished = True

    async def end(self, tx: Connection, endings: Sequence[Ending]) -> list[None]:
        """The operation. Where one request is lost, `together` tries each alone."""
        await runs.save(tx, [it.run for it in endings])
        told = [it.item.message(it.event, self._inbox.consumer, it.run.now.isoformat()) for it in endings]
        await self._inbox.finish(tx, [it.item.claim for it in endings], told)
        return [None] * len(endings)
