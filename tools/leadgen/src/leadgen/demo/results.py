"""The demo's results so far, in the form of the file named by OUT. Pure."""

from typing import Any

from pydantic import BaseModel, Field

from leadgen.chat_client import ChatEvent


class Lead(BaseModel):
    """A row of the table. Unknown values are `None`."""

    uen: str
    name: str
    score: float | None = None
    bucket: str | None = None
    rationale: str | None = None
    contact: str | None = None
    #: The share of what counts that is known, and whether the tenant has an ICP; None where the gateway does not say.
    confidence: float | None = Field(default=None, exclude=True)
    has_icp: bool | None = Field(default=None, exclude=True)

    @property
    def is_unknown(self) -> bool:
        """Whether no scoring criterion is known, so that the score is the average."""
        return self.confidence == 0


class Shown(BaseModel):
    """The demo's outcome; times in milliseconds since the message was sent."""

    resolved: list[dict[str, Any]] = []
    matches: int = 0
    leads: list[Lead] = []
    job_id: str | None = None
    remaining: int | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)
    notice: str = Field(default="", exclude=True)
    #: Companies of the head of whose website nothing is known.
    without_site: set[str] = Field(default_factory=set, exclude=True)
    #: Messages that would answer what the reply asks.
    choices: list[str] = Field(default=[], exclude=True)

    def take(self, event: ChatEvent) -> None:
        """Adds an event of the stream."""
        self.timings_ms.setdefault("first_byte", round(event.at_ms, 1))
        if event.name == "resolved":
            self.resolved, self.matches = event.data["industries"], event.data["matches"]
        elif event.name == "head":
            self.leads = [Lead.model_validate(company) for company in event.data["companies"]]
            self.timings_ms["head"] = round(event.at_ms, 1)
        elif event.name == "company" and event.data["stage"] == "enriched":
            if event.data["outcome"] == "no_site_known":
                self.without_site.add(event.data["uen"])
        elif event.name == "company" and event.data["stage"] == "scored":
            self.leads = [Lead.model_validate(event.data) if it.uen == event.data["uen"] else it for it in self.leads]
            if self.is_scored:
                self.timings_ms["scored"] = round(event.at_ms, 1)
        elif event.name == "answer":
            self.choices = [it["label"] for it in event.data["choices"]]
        elif event.name == "done":
            self.job_id, self.remaining = event.data["job_id"], event.data["remaining"]
            self.notice = event.data["notice"]

    @property
    def best_first(self) -> list[Lead]:
        """Sorts the leads by score; unknown companies come last."""
        return sorted(self.leads, key=lambda lead: (lead.is_unknown, -(lead.score or 0), lead.uen))

    @property
    def has_no_icp(self) -> bool:
        """Whether the tenant has no ICP."""
        return any(lead.has_icp is False for lead in self.leads)

    @property
    def is_scored(self) -> bool:
        """Whether there are leads, and each has its score."""
        return bool(self.leads) and all(lead.score is not None for lead in self.leads)
