"""The record of an enrichment's steps: outcome, duration, units charged, and the reasons why something is missing."""

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, fields
from datetime import datetime
from typing import Any, Literal

from enricher.errors import StepSkipped
from enricher.pages.documents import clean

Name = Literal["find_site", "crawl", "tavily", "extract", "understand", "lusha", "zerobounce"]
Outcome = Literal["done", "reused", "skipped", "not_needed"]

_LONGEST = 300


@dataclass(slots=True)
class Step:
    """A step of one enrichment. `units` were charged now; `reason` says why the step was skipped or cut short."""

    step: Name
    outcome: Outcome = "done"
    duration_ms: int = 0
    units: int = 0
    reason: str | None = None


_COLUMNS = tuple(column.name for column in fields(Step))


@dataclass(slots=True)
class Steps:
    """The steps of one enrichment, in order. Steps may nest. `reasons` explain missing parts, without repeats.

    `left_out` names the steps that the request wants skipped; answers and visits from before `afresh` are not used.
    """

    left_out: Collection[str] = ()
    afresh: datetime | None = None
    taken: list[Step] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    _began: float = field(default_factory=time.monotonic)

    @property
    def duration_ms(self) -> int:
        """Milliseconds since the enrichment began."""
        return _since(self._began)

    @contextmanager
    def take(self, name: Name) -> Iterator[Step]:
        """Times a step, and records it as skipped when its block raises StepSkipped. Other errors pass through."""
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

    def require(self, *names: Name) -> None:
        """Raises StepSkipped if the request leaves out one of these steps."""
        for name in names:
            if name in self.left_out:
                raise StepSkipped(f"{name}: left out by SCHED_SKIP")

    def note(self, *reasons: str) -> None:
        """Adds reasons why a part of the result is missing."""
        cleaned = (clean(reason, _LONGEST) for reason in reasons)
        self.reasons += [reason for reason in dict.fromkeys(cleaned) if reason not in self.reasons]

    def explain(self, step: Step, *reasons: str) -> None:
        """Sets the reason of a step, and adds it to the reasons of the enrichment."""
        step.reason = clean("; ".join(reasons), _LONGEST) or None
        self.note(*reasons)

    def as_json(self) -> list[dict[str, Any]]:
        return [{name: getattr(step, name) for name in _COLUMNS} for step in self.taken]


def _since(began: float) -> int:
    return int((time.monotonic() - began) * 1000)
