"""The progress of each company of a run, and the balance that follows from it. Pure.

The tables that a stage writes (visits, scores, links to Odoo) tell which companies reached it. `run_companies` says
why a company went no further. Where the two contradict each other, the company has no cause, and the balance shows it
as unexplained.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from nightly.report.night import STAGES, Balance, Rest

_OPEN = ("requested", "enriching", "scoring", "syncing", "odoo_waiting")
_WAITING = {
    "published": "not taken over yet",
    "taken over": "visit not finished",
    "visited": "score not ready",
    "scored": "on the way to Odoo",
}
_SERVICES = {"enrich": ("published", "taken over"), "score": ("visited",), "sync": ("scored",)}
#: The services of the stages, as dead letters name their consumer.
CONSUMERS = {"enrich": "enricher", "score": "scorer", "sync": "odoo-sync"}
_HELD_BACK = {
    "blocked": "Odoo refuses all calls",
    "refused": "refused by Odoo",
    "deleted": "deleted in Odoo by people",
}


@dataclass(frozen=True, slots=True)
class CompanyProgress:
    """One company of a run: the stages that it reached, and its state in `run_companies`.

    `link` is the outcome in `odoo_links` of this or a later score, `None` without one.
    """

    state: str
    is_taken_over: bool
    is_visited: bool
    is_scored: bool
    link: str | None = None
    dead_at: str | None = None

    @property
    def reached(self) -> int:
        """The index in STAGES of the last stage that the company reached. Companies skip no stage."""
        flags = (self.is_taken_over, self.is_visited, self.is_scored, self.is_scored and self.link == "synced")
        return next((at for at, flag in enumerate(flags) if not flag), len(flags))

    @property
    def cause(self) -> str | None:
        """The reason why the company went no further; `None` if it is synced or the tables contradict each other."""
        stage = STAGES[self.reached]
        if stage == "synced":
            return None
        if self.state == "dead":
            is_here = self.dead_at is not None and stage in _SERVICES[self.dead_at]
            return f"dead letter in the {CONSUMERS[self.dead_at]}" if is_here and self.dead_at else None
        if stage == "scored" and (ended := self._cause_at_odoo()) is not None:
            return ended
        return _WAITING[stage] if self.state in _OPEN else None

    def _cause_at_odoo(self) -> str | None:
        if self.state == "unsynced":
            return _HELD_BACK["deleted"] if self.link == "deleted" else "Odoo was left out"
        if self.link == "no_connection" and self.state in ("no_connection", *_OPEN):
            return "no Odoo is connected"
        if self.link in _HELD_BACK and self.state in ("held_back", *_OPEN):
            return _HELD_BACK[self.link]
        return "Odoo does not answer" if self.state == "odoo_waiting" else None


def balance_of(published: int, companies: Sequence[CompanyProgress]) -> Balance:
    """Builds the balance of a run whose manifest has so many companies."""
    last = Counter(it.reached for it in companies)
    reached = [published] + [sum(last[at] for at in range(stage, len(STAGES))) for stage in range(1, len(STAGES))]
    causes = Counter((it.reached, it.cause) for it in companies if it.cause is not None)
    rests = [
        Rest(STAGES[at], cause, companies)
        for (at, cause), companies in sorted(causes.items(), key=lambda each: (each[0][0], -each[1], str(each[0][1])))
        if cause is not None
    ]
    return Balance(tuple(reached), tuple(rests))
