"""Answers questions from the tenant's data, which row-level security confines to the tenant."""

from typing import Any

from pydantic import ValidationError

from common.contracts import Icp
from common.postgres import Database
from gateway import jobs
from gateway.access.authentication import check_rights
from gateway.access.caller import Caller
from gateway.access.permissions import Permissions
from gateway.chat.icp_words import read_icp, with_present
from gateway.chat.intents import CallList, ChangeIcp, ExplainScore, Intent, JobStatus, TopLeads
from gateway.chat.markdown import clean
from gateway.http.problems import Problem
from gateway.icp import rules, schema
from gateway.icp.changes import IcpChanges
from gateway.industries.catalog import Catalog
from gateway.industries.classification import Classification
from gateway.leads import explanations, shortlists
from gateway.lists import leads as lists
from gateway.questions import answers
from gateway.questions.answers import Answer, Proposal

#: The access that a change of the ICP needs, in a chat as over PUT /icp.
CHANGE = Permissions().needed_for("PUT", "/icp")

#: Jobs that are shown, and leads of one name to choose from.
MOST_JOBS, MOST_NAMES = 5, 5


class Questions:
    """The questions that the chat answers without a search. A change needs the rep's consent."""

    def __init__(self, database: Database, classification: Classification, icp_changes: IcpChanges) -> None:
        self._database = database
        self._classification = classification
        self._icp_changes = icp_changes

    async def answer(self, caller: Caller, intent: Intent, traceparent: str | None = None) -> Answer:
        """Answers a question. Raises Unavailable, and Problem while the industry codes are not loaded."""
        tenant_id = caller.tenant_id
        match intent:
            case JobStatus():
                async with self._database.transaction(tenant_id) as tx:
                    return answers.job_status(await jobs.recent(tx, limit=MOST_JOBS))
            case TopLeads(limit, words):
                return await self._top_leads(tenant_id, limit, clean(words))
            case ExplainScore(company):
                return await self._explain(tenant_id, clean(company))
            case CallList():
                async with self._database.transaction(tenant_id) as tx:
                    night = await shortlists.find(tx, None)
                    best = await lists.best(tx, tenant_id, limit=answers.MOST_CALLS)
                return answers.call_list(night, best)
            case ChangeIcp(words, code):
                return await self._change_icp(caller, clean(words), code, traceparent)

    async def propose(self, tenant_id: int, words: str, fields: dict[str, Any]) -> Answer:
        """Asks whether to replace the ICP by one with these fields; explains if they make no valid ICP."""
        catalog = await self._classification.catalog()
        wanted = _valid(fields, catalog)
        if isinstance(wanted, Answer):
            return wanted
        async with self._database.transaction(tenant_id) as tx:
            current = await rules.find(tx)
        titles = catalog.titles_of([*current.industries, *wanted.industries])
        return answers.proposed(words, current, wanted, titles, tenant_id)

    async def change_to(self, caller: Caller, current: Icp, fields: dict[str, Any]) -> Answer:
        """Replaces the ICP by one that the rep has edited; explains if its fields make no valid ICP."""
        catalog = await self._classification.catalog()
        wanted = _valid(fields, catalog)
        return wanted if isinstance(wanted, Answer) else await self.change(caller, current, wanted)

    async def change(self, caller: Caller, current: Icp, wanted: Icp, traceparent: str | None = None) -> Answer:
        """Replaces the ICP if it is still the one that the rep has seen. May be repeated."""
        try:
            check_rights(caller, CHANGE, "A change of the ICP")
        except Problem as problem:
            return answers.saying("change_icp", "Nothing was changed.", problem.detail)
        if not await self._icp_changes.replace(caller, wanted, traceparent, instead_of=current):
            return answers.saying(
                "change_icp", "Nothing was changed: someone else has changed the ICP meanwhile. Please ask again."
            )
        catalog = await self._classification.catalog()
        return answers.changed(wanted, catalog.titles_of(wanted.industries))

    async def _change_icp(self, caller: Caller, words: str, code: str | None, traceparent: str | None) -> Answer:
        if not words:
            return answers.HOW_TO_CHANGE
        async with self._database.transaction(caller.tenant_id) as tx:
            present = await rules.find(tx)
        fields = with_present(read_icp(words), present.model_dump(mode="json"))
        asked = await self.propose(caller.tenant_id, words, fields)
        proposal: Proposal | None = asked.proposal
        if proposal is None or proposal.code != code:
            return asked
        return await self.change(caller, proposal.current, proposal.wanted, traceparent)

    async def _top_leads(self, tenant_id: int, limit: int, words: str) -> Answer:
        if not words:
            async with self._database.read(tenant_id) as connection:
                return answers.top_leads(await lists.best(connection, tenant_id, limit=limit), (), "")
        catalog = await self._classification.catalog()
        meant = catalog.index.resolve([words])
        if not meant.codes:
            return answers.industry_unknown(words, meant.suggestions)
        codes = [f"{code.version}:{code.code}" for code in meant.codes]
        async with self._database.read(tenant_id) as connection:
            found = await lists.best(connection, tenant_id, limit=limit, industries=codes)
        return answers.top_leads(found, meant.industries, words)

    async def _explain(self, tenant_id: int, company: str) -> Answer:
        async with self._database.transaction(tenant_id) as tx:
            found = await explanations.named(tx, company, limit=MOST_NAMES)
            lead = await explanations.explain(tx, found[0].company_id) if len(found) == 1 else None
        if lead is not None:
            return answers.explained(lead)
        return answers.which_lead(company, found) if found else answers.lead_unknown(company)


def _valid(fields: dict[str, Any], catalog: Catalog) -> Icp | Answer:
    """Normalises an ICP, or returns an answer that explains why it is invalid."""
    try:
        return schema.Icp.model_validate(fields).normalised(catalog)
    except ValidationError as error:
        return answers.saying("change_icp", *(_fault(fault) for fault in error.errors()))
    except Problem as problem:
        return answers.saying("change_icp", problem.detail)


def _fault(fault: Any) -> str:
    field = ".".join(str(part) for part in fault["loc"])
    return f"{field}: {fault['msg'].removeprefix('Value error, ')}." if field else f"{fault['msg']}."
