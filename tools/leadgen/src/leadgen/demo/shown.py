"""The demo's results so far, in the form of the file that OUT names. Pure."""

from typing import Any

from pydantic import BaseModel, Field

from leadgen.chat_client import Told


class Lead(BaseModel):
    """A row of the table. What is not known yet is None."""

    uen: str
    name: str
    score: float | None = None
    bucket: str | None = None
    rationale: str | None = None
    contact: str | None = None


class Shown(BaseModel):
    """The demo's outcome; times in milliseconds since the message was sent."""

    resolved: list[dict[str, Any]] = []
    matches: int = 0
    leads: list[Lead] = []
    job_id: str | None = None
    remaining: int | None = None
    timings_ms: dict[str, float] = Field(default_factory=dict)
    notice: str = Field(default="", exclude=True)

    def take(self, told: Told) -> None:
        """Notes an event of the stream."""
        self.timings_ms.setdefault("first_byte", round(told.at_ms, 1))
        if told.name == "resolved":
            self.resolved, self.matches = told.data["industries"], told.data["matches"]
        elif told.name == "head":
            self.leads = [Lead.model_validate(company) for company in told.data["companies"]]
            self.timings_ms["head"] = round(told.at_ms, 1)
        elif told.name == "company" and told.data["stage"] == "scored":
            self.leads = [Lead.model_validate(told.data) if it.uen == told.data["uen"] else it for it in self.leads]
            if self.is_scored:
                self.timings_ms["scored"] = round(told.at_ms, 1)
        elif told.name == "done":
            self.job_id, self.remaining = told.data["job_id"], told.data["remaining"]
            self.notice = told.data["notice"]

    @property
    def is_scored(self) -> bool:
        """Whether there are leads, and each has its score."""
        return bool(self.leads) and all(lead.score is not None for lead in self.leads)
