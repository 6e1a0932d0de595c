"""Has the best leads' rationales worded by a language model, beside the scoring and never in its way.

A lead is scored and told of in the template's words; later, if the model finds better ones that may be said, it is told
of once more. Each set of features is asked about once, by one replica at a time, within the tenant's cap.
"""

import asyncio
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from common.cloudevents import Envelope
from common.errors import LeadgenError, printable
from common.ids import new_id
from common.outbox import Announcement, announce
from common.postgres import Connection, Database
from scorer import features, scoring, wordings
from scorer.language_model import LanguageModel, ModelSilent, most_tokens
from scorer.model import UNIT
from scorer.wording import SYSTEM, question, sayable
from scorer.wordings import Unworded
from scorer.yardstick import Yardsticks

log = structlog.get_logger(__name__)

_SINGAPORE = ZoneInfo("Asia/Singapore")
TENANTS = "SELECT tenant_id FROM tenants WHERE active ORDER BY tenant_id"


class Rewording:
    """Looks for leads to word, all tenants in turn. `cap` is in tokens per tenant and day of Singapore."""

    #: Leads of a tenant in a round; seconds between two rounds, after one without a lead, and after a failure.
    MOST, PAUSE_S, IDLE_S, REST_S = 20, 10, 60, 300

    def __init__(self, database: Database, yardsticks: Yardsticks, model: LanguageModel, *, cap: int) -> None:
        self._database = database
        self._yardsticks = yardsticks
        self._model = model
        self._cap = cap

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            pause = self.IDLE_S
            try:
                async with self._database.lock("scorer wording") as session:
                    if session is not None and await self.round():
                        pause = self.PAUSE_S
            except LeadgenError as error:
                log.warning("wording_rests", error=printable(error))
                pause = self.REST_S
            await asyncio.sleep(pause)

    async def round(self) -> int:
        """Asks about some leads of every tenant; how many. Raises ModelSilent, Unavailable."""
        async with self._database.without_tenant() as tx:
            tenant_ids = [row["tenant_id"] for row in await tx.fetch(TENANTS)]
        return sum([await self._round_of(tenant_id) for tenant_id in tenant_ids])

    async def _round_of(self, tenant_id: int) -> int:
        async with self._database.transaction(tenant_id) as tx:
            leads = await wordings.unworded(tx, self.MOST, score_from=self._yardsticks.model.high_from / UNIT)
        asked = 0
        for lead in leads:
            if not await self._ask(tenant_id, lead):
                break
            asked += 1
        return asked

    async def _ask(self, tenant_id: int, lead: Unworded) -> bool:
        """False: what is left of the cap does not allow it."""
        now = datetime.now(UTC)
        day, user = now.astimezone(_SINGAPORE).date(), question(lead.rationale, lead.features)
        most = most_tokens(SYSTEM, user)
        async with self._database.transaction(tenant_id) as tx:
            if not await wordings.reserve(tx, day, most, cap=self._cap):
                return False
        try:
            said = await self._model.ask(SYSTEM, user)
        except ModelSilent as silent:
            if silent.was_refused:
                async with self._database.transaction(tenant_id) as tx:
                    await wordings.settle(tx, day, reserved=most, used=0)
            raise
        words = sayable(said.text, lead.rationale, lead.features)
        async with self._database.transaction(tenant_id) as tx:
            await wordings.settle(tx, day, reserved=most, used=said.tokens)
            await wordings.save(tx, lead.features_hash, words, now)
            if words is not None:
                await self._tell(tx, lead)
        return True

    async def _tell(self, tx: Connection, lead: Unworded) -> None:
        """Rates the lead once more, now in these words; one that was scored anew meanwhile is left alone."""
        yardstick = await scoring.yardstick_of(tx, self._yardsticks)
        company_id = lead.event.company.company_id
        if not await features.lock_one(tx, company_id, lead.features_hash):
            return
        standing = await scoring.settle(tx, yardstick, [lead.event])
        envelope = Envelope(new_id(), lead.event.tenant_id, lane="nightly")
        await announce(tx, "scorer", [Announcement(standing.lead(company_id), envelope)])
