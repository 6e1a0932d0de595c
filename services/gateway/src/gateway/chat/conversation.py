"""Turns the events that follow from a request into the messages of its stream. Pure.

Facts of different topics overtake each other, so facts about a company wait until the head has named it.
"""

from typing import Any, Literal, NamedTuple, get_args
from uuid import UUID

from common.contracts import (
    Company,
    CompanyEnriched,
    CompanyEvent,
    Event,
    Industry,
    JobProgressed,
    LeadScored,
    LeadSynced,
    SearchAnswer,
)
from gateway.chat.summary import NOTHING_FOUND, is_talk, saved, summarise
from gateway.wording import matching, titles_of

Name = Literal["accepted", "resolved", "head", "refine", "company", "answer", "confirm", "done", "error"]
Stage = Literal["upserted", "enriched", "scored", "synced"]

#: The register's facts of a company, and the parts of a contact, that a client can show.
FACTS = {"uen", "name", "company_id", "industry_norm", "website_domain", "incorporated_on", "address", "postal_code"}
CONTACT_DETAILS = {"kind", "name", "title", "status", "source_url", "vendor"}
#: The parts of the person to ask for that a client can show.
ASKED_FOR = {"name", "title", "source_url"}


class Message(NamedTuple):
    """A server-sent event: its name and its data."""

    name: Name
    data: dict[str, Any]


class Conversation:
    """The progress of one request, from its words to the sync of its last lead."""

    def __init__(self, request_id: UUID) -> None:
        self.request_id = request_id
        self._answer: SearchAnswer | None = None
        self._job: JobProgressed | None = None
        self._refused: str | None = None
        self._early: list[CompanyEvent] = []
        self._reached: dict[Stage, set[str]] = {stage: set() for stage in get_args(Stage)}

    def accept(self) -> Message:
        """Confirms that the request is stored: it will be done, whatever happens to the gateway."""
        return Message("accepted", {"request_id": str(self.request_id)})

    def take(self, fact: Event) -> list[Message]:
        """Adds an event and returns the messages that follow from it. A repeated event has none."""
        if isinstance(fact, JobProgressed):
            return self._take_answer(fact) if fact.answer is not None and self._answer is None else []
        if not isinstance(fact, CompanyEvent):
            return []
        if self._answer is None:
            self._early.append(fact)
            return []
        return self._take_company(fact)

    @property
    def is_scored(self) -> bool:
        """Whether every company of the head is scored."""
        return self._have_all("scored")

    @property
    def is_over(self) -> bool:
        """Whether every company of the head is scored and synced."""
        return self._have_all("synced") and self.is_scored

    def close(self) -> Message:
        """Builds the last message: the summary, and what is still missing, if anything is."""
        if self._answer is None:
            return Message(
                "done",
                {
                    "request_id": str(self.request_id),
                    "job_id": None,
                    "remaining": None,
                    "notice": "Your request is queued and will be worked on; there is no answer yet.",
                },
            )
        answer, job = self._answer, self._job
        return Message(
            "done",
            {
                "request_id": str(self.request_id),
                "job_id": str(job.job_id) if job else None,
                "remaining": answer.remaining,
                "notice": summarise(answer, scored=len(self._reached["scored"]), job=job, refused=self._refused),
            },
        )

    def _have_all(self, stage: Stage) -> bool:
        return self._answer is not None and len(self._reached[stage]) == len(saved(self._answer))

    def _take_answer(self, fact: JobProgressed) -> list[Message]:
        answer = self._answer = fact.answer
        assert answer is not None  # noqa: S101 # the caller has checked
        self._job = fact if fact.job_id else None
        self._refused = None if fact.job_id else fact.error
        messages = [
            Message(
                "resolved",
                {
                    "industries": _dumped(answer.resolved),
                    "matches": answer.matches,
                    "excluded": _dumped(answer.excluded),
                    "founded_since": answer.founded_since,
                    "confidence": answer.confidence,
                    "suggestions": _dumped(answer.suggestions),
                    "places": [place.name for place in answer.places],
                    "ignored": answer.ignored,
                },
            ),
            Message(
                "head",
                {
                    "companies": [_described(company) for company in answer.head],
                    "known": [_described(company) for company in answer.known],
                },
            ),
            *refine(answer),
        ]
        for company in saved(answer):
            messages += self._reach("upserted", company)
        early, self._early = self._early, []
        for waiting in early:
            messages += self._take_company(waiting)
        return messages

    def _take_company(self, fact: CompanyEvent) -> list[Message]:
        if isinstance(fact, CompanyEnriched):
            return self._reach(
                "enriched",
                fact.company,
                outcome=fact.site.outcome,
                contacts=len(fact.contacts),
                degraded=fact.degraded_reasons,
            )
        if isinstance(fact, LeadScored):
            return self._reach(
                "scored",
                fact.company,
                score=fact.score,
                bucket=fact.bucket,
                rationale=fact.rationale,
                confidence=fact.confidence,
                has_icp=fact.has_icp,
                contact=fact.contact.value if fact.contact else None,
                contact_details=None if fact.contact is None else fact.contact.model_dump(include=CONTACT_DETAILS),
                ask_for=None if fact.ask_for is None else fact.ask_for.model_dump(include=ASKED_FOR),
            )
        if isinstance(fact, LeadSynced):
            return self._reach("synced", fact.company, outcome=fact.outcome)
        return []

    def _reach(self, stage: Stage, company: Company, **details: Any) -> list[Message]:
        """Records that a company of the head has reached a stage. Companies of the job are not in the head."""
        is_of_head = self._answer is not None and any(company.uen == it.uen for it in saved(self._answer))
        if not is_of_head or company.uen in self._reached[stage]:
            return []
        self._reached[stage].add(company.uen)
        return [Message("company", {"stage": stage, **_named(company), **details})]


def refine(answer: SearchAnswer) -> list[Message]:
    """Builds the question that asks the rep to narrow the request, if any. Each choice's label is a message to send."""
    if not answer.resolved:
        question = (
            "Do you want companies in one of these?"
            if is_talk(answer)
            else f"{NOTHING_FOUND} Did you mean one of these?"
        )
        choices: list[dict[str, Any]] = [{"label": title} for title in titles_of(answer.suggestions)]
    else:
        question = f"{matching(answer.matches)}. Would you like to narrow that down?"
        choices = [{"label": choice.label, "matches": choice.matches} for choice in answer.refinements]
    return [Message("refine", {"question": question, "choices": choices})] if choices else []


def _dumped(industries: list[Industry]) -> list[dict[str, Any]]:
    return [industry.model_dump() for industry in industries]


def _named(company: Company) -> dict[str, Any]:
    return {"uen": company.uen, "name": company.name}


def _described(company: Company) -> dict[str, Any]:
    return company.model_dump(mode="json", include=FACTS)
