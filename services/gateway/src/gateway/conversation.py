"""What a rep is told, in which order. Pure: facts go in as they come, messages for the stream come out.

Facts of different topics overtake each other, so what is said of a company waits until the head has named it.
"""

from typing import Any, Literal, NamedTuple
from uuid import UUID

from common.contracts import (
    Company,
    CompanyEnriched,
    CompanyEvent,
    Event,
    JobProgressed,
    LeadScored,
    LeadSynced,
    SearchAnswer,
)

Name = Literal["accepted", "resolved", "head", "company", "done", "error"]


class Message(NamedTuple):
    """A server-sent event: its name and its data."""

    name: Name
    data: dict[str, Any]


class Conversation:
    """One request's progress, from its words to the last score."""

    def __init__(self, request_id: UUID) -> None:
        self.request_id = request_id
        self._answer: SearchAnswer | None = None
        self._job_id: UUID | None = None
        self._early: list[CompanyEvent] = []
        self._scored: set[str] = set()
        self._synced: set[str] = set()

    def accept(self) -> Message:
        """The first word, before anything is known."""
        return Message("accepted", {"request_id": str(self.request_id)})

    def take(self, fact: Event) -> list[Message]:
        """What there is to say after this fact; the same fact twice says nothing twice."""
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
        """Whether every company of the head has its score."""
        return self._answer is not None and len(self._scored) == len(self._answer.head)

    @property
    def is_over(self) -> bool:
        """Whether no more is to come."""
        return self._answer is not None and len(self._synced) == len(self._answer.head)

    def close(self) -> Message:
        """The last word. Says what is missing, if anything is."""
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
        answer = self._answer
        return Message(
            "done",
            {
                "request_id": str(self.request_id),
                "job_id": str(self._job_id) if self._job_id else None,
                "remaining": answer.remaining,
                "notice": notice(answer, scored=len(self._scored), has_job=self._job_id is not None),
            },
        )

    def _take_answer(self, fact: JobProgressed) -> list[Message]:
        answer = self._answer = fact.answer
        assert answer is not None  # noqa: S101 # the caller looked
        self._job_id = fact.job_id
        messages = [
            Message(
                "resolved",
                {"industries": [industry.model_dump() for industry in answer.resolved], "matches": answer.matches},
            ),
            Message("head", {"companies": [_named(company) for company in answer.head]}),
        ]
        messages += [Message("company", {"stage": "upserted", **_named(company)}) for company in answer.head]
        early, self._early = self._early, []
        for waiting in early:
            messages += self._take_company(waiting)
        return messages

    def _take_company(self, fact: CompanyEvent) -> list[Message]:
        uen = fact.company.uen
        told: dict[str, Any]
        if isinstance(fact, LeadScored):
            if uen in self._scored:
                return []
            self._scored.add(uen)
            contact = fact.contact.value if fact.contact else None
            told = {"score": fact.score, "bucket": fact.bucket, "rationale": fact.rationale, "contact": contact}
            return [Message("company", {"stage": "scored", **_named(fact.company), **told})]
        if isinstance(fact, LeadSynced):
            if uen in self._synced:
                return []
            self._synced.add(uen)
            return [Message("company", {"stage": "synced", **_named(fact.company), "outcome": fact.outcome})]
        if isinstance(fact, CompanyEnriched):
            told = {"outcome": fact.site.outcome, "contacts": len(fact.contacts), "degraded": fact.degraded_reasons}
            return [Message("company", {"stage": "enriched", **_named(fact.company), **told})]
        return []


def notice(answer: SearchAnswer, *, scored: int, has_job: bool) -> str:
    """The closing sentence for a rep."""
    if not answer.resolved:
        return "I found no industry in that. Name one, such as Manufacturing, Logistics or SSIC 62."
    if not answer.matches:
        return "No live company of that industry is in the register."
    sentences = []
    if answer.head:
        sentences.append(f"Upserted and enriched {len(answer.head)} now")
    if has_job:
        sentences.append(f"scheduled the rest ({answer.remaining}) for nightly processing")
    said = "; ".join(sentences) or f"{answer.matches} companies match; nothing was upserted"
    missing = len(answer.head) - scored
    return f"{said}. {missing} of them are still being worked on." if missing else said


def _named(company: Company) -> dict[str, Any]:
    return {"uen": company.uen, "name": company.name}
