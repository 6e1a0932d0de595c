"""What became of each step of an enrichment: for the run's record, and for whoever asks why something is missing."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from typing import Any, Literal

from enricher.errors import StepSkipped
from enricher.pages.documents import clean

Name = Literal["find_site", "crawl", "tavily", "extract", "understand", "lusha", "zerobounce"]
Outcome = Literal["done", "reused", "skipped", "not_needed"]

_LONGEST = 300


@dataclass(slots=True)
class Step:
    """One step. `units` are the vendor's, charged just now; `reason` says why it was left out or cut short."""

    step: Name
    outcome: Outcome = "done"
    duration_ms: int = 0
    units: int = 0
    reason: str | None = None


_COLUMNS = tuple(column.name for column in fields(Step))


@dataclass(slots=True)
class Steps:
    """The steps of one enrichment, in order; a step may hold others. `reasons` say what is missing, each once."""

    taken: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    @property
    def duration_ms(self) -> int:
        """Since the enrichment began."""
        return _since(self._began)

    @contextmanager
    def take(self, name: Name) -> Iterator[Step]:
        """A step: timed, and skipped where a StepSkipped says so. Nothing else is caught."""
        step = Step(name)
        self.taken.append(step)
        began = time.monotonic()
        try:
            yield step
        except StepSkipped as skipped:
            step.outcome = "skipped"
            self.explain(step, skipped.reason)
        finally:
            step.duration_ms = _since(began)

    def note(self, *reasons: str) -> None:
        """Why something of what was done is missing."""
        cleaned = (clean(reason, _LONGEST) for reason in reasons)
        self.reasons += [reason for reason in dict.fromkeys(cleaned) if reason not in self.reasons]

    def explain(self, step: Step, *reasons: str) -> None:
        """The same, of a step."""
        step.reason = clean("; ".join(reasons), _LONGEST) or None
        self.note(*reasons)

    def as_json(self) -> list[dict[str, Any]]:
        return [{name: getattr(step, name) for name in _COLUMNS} for step in self.taken]


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
