"""Rewords the best leads' rationales by a language model, in the background.

Leads are scored and announced with the template's rationale; a lead whose rewording is accepted is announced once more.
The model is asked once per set of features, by one replica at a time, within the tenant's token cap.
"""

import asyncio
from datetime import UTC, datetime

import structlog

from common.cloudevents import Envelope
from common.delivery.messages import Announcement
from common.delivery.outbox import announce
from common.errors import LeadgenError, printable
from common.ids import new_id
from common.postgres import Connection, Database, active_tenants
from common.singapore.calendar import day_in_singapore
from scorer import scoring
from scorer.adapters import features, llm_rationales
from scorer.adapters.language_model import LanguageModel, LanguageModelFailed, max_tokens
from scorer.adapters.llm_rationales import UnaskedLead
from scorer.core.model import UNIT
from scorer.core.rationale_prompt import SYSTEM, accepted_answer, build_prompt
from scorer.core.scoring_profile import ProfileCache

log = structlog.get_logger(__name__)


class RationaleRewriter:
    """Rewords leads of all tenants in turn. `cap` is in tokens per tenant and day of Singapore."""

    #: Leads per tenant and round; seconds after a round, after a round without leads, and after a failure.
    MOST, PAUSE_S, IDLE_S, REST_S = 20, 10, 60, 300

    def __init__(self, database: Database, profile_cache: ProfileCache, model: LanguageModel, *, cap: int) -> None:
        self._database = database
        self._profile_cache = profile_cache
        self._model = model
        self._cap = cap

    async def run(self) -> None:
        """Runs rounds until it is cancelled."""
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
        """Asks about some leads of every tenant; returns how many. Raises LanguageModelFailed, Unavailable."""
        async with self._database.without_tenant() as tx:
            tenant_ids = await active_tenants(tx)
        return sum([await self._round_of(tenant_id) for tenant_id in tenant_ids])

    async def _round_of(self, tenant_id: int) -> int:
        async with self._database.transaction(tenant_id) as tx:
            leads = await llm_rationales.find_unasked(
                tx, self.MOST, score_from=self._profile_cache.model.high_from / UNIT
            )
        asked = 0
        for lead in leads:
            if not await self._ask(tenant_id, lead):
                break
            asked += 1
        return asked

    async def _ask(self, tenant_id: int, lead: UnaskedLead) -> bool:
        """Asks about one lead. Returns False if the remaining budget is too small."""
        now = datetime.now(UTC)
        day, user = day_in_singapore(now), build_prompt(lead.rationale, lead.features)
        most = max_tokens(SYSTEM, user)
        async with self._database.transaction(tenant_id) as tx:
            if not await llm_rationales.reserve_tokens(tx, day, most, cap=self._cap):
                return False
        try:
            answer = await self._model.ask(SYSTEM, user)
        except LanguageModelFailed as error:
            if error.was_refused:
                async with self._database.transaction(tenant_id) as tx:
                    await llm_rationales.settle_tokens(tx, day, reserved=most, used=0)
            raise
        words = accepted_answer(answer.text, lead.rationale, lead.features)
        async with self._database.transaction(tenant_id) as tx:
            await llm_rationales.settle_tokens(tx, day, reserved=most, used=answer.tokens)
            await self._save(tx, lead, words, now)
        return True

    async def _save(self, tx: Connection, lead: UnaskedLead, words: str | None, now: datetime) -> None:
        """Saves the words, and saves and announces the lead with them, unless its features have changed meanwhile.

        The event is read again: someone may have been forgotten since.
        """
        profile = await scoring.locked_profile(tx, self._profile_cache)
        company_id = lead.event.company.company_id
        event = await features.lock_unchanged(tx, company_id, lead.features_hash)
        if event is None:
            return
        await llm_rationales.save(tx, lead.features_hash, words, now)
        if words is None:
            return
        saved = await scoring.save_newest(tx, profile, [event])
        envelope = Envelope(new_id(), event.tenant_id, lane="nightly")
        await announce(tx, "scorer", [Announcement(saved.to_event(company_id), envelope)])
