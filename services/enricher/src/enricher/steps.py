"""What became of each step of an enrichment: for the run's record, and for whoever asks why something is missing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from enricher.calling import StepSkipped

Name = Literal["find_site", "crawl", "tavily", "extract", "understand", "lusha", "zerobounce"]
Outcome = Literal["done", "reused", "skipped", "not_needed"]


@dataclass(slots=True)
class Step:
    """One step. `units` are the vendor's, charged just now; `reason` says why it was left out or cut short."""

    step: Name
    outcome: Outcome = "done"
    duration_ms: int = 0
    units: int = 0
    reason: str | None = None


@dataclass(slots=True)
class Steps:
    """The steps of one enrichment, in order."""

    taken: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)

    @contextmanager
    def take(self, name: Name) -> Iterator[Step]:
        """A step: timed, and skipped where a StepSkipped says so. Nothing else is caught."""
        step = Step(name)
        self.taken.append(step)
        began = time.monotonic()
        try:
            yield step
        except StepSkipped as skipped:
            step.outcome, step.reason = "skipped", skipped.reason
            self.reasons.append(skipped.reason)
        finally:
            step.duration_ms = int((time.monotonic() - began) * 1000)

    def note(self, *reasons: str) -> None:
        """Why something of what was done is missing."""
        self.reasons += [reason for reason in reasons if reason not in self.reasons]

    def as_json(self) -> list[dict[str, Any]]:
        return [asdict(step) for step in self.taken]
