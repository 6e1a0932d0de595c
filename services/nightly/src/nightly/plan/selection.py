"""Selects the companies of a night from a tenant's candidates. Pure and deterministic, whatever their order.

    new      never selected and never enriched: those that fit the ICP first, then those with a domain that the tenant
             has not seen yet, then those that have waited longest
    stale    features, contacts or enrichment past their age, or the last enrichment was cut short: High and Medium
             first, then those seen longest ago
    updated  the register has changed since: the latest change first

A selected company counts as seen, whatever came of it. Otherwise companies that always fail would come first every
night.
A company whose enrichment was cut short is tried again for a few nights, then only as it ages. If vendors were away, it
does not wait until all new ones had their turn: half of a night's places are for such companies first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, NamedTuple

from common.contracts import Company

Reason = Literal["new", "stale", "updated", "given"]

#: Nights within a week in which a company is tried whose enrichment is cut short each time.
MOST_TRIES = 3
#: How the enricher says that a tenant's budget of the day was used up: no outage.
OUT_OF_BUDGET = "out of budget"
#: A company is not visited again within this time only because something is old.
REST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A candidate of the tenant, in its state before the night.

    `selected_at` is the night that selected it last, `tries` the nights within a week that did. `cut` says why its last
    enrichment was cut short, if it was; `is_dead`: it became a dead letter. `contacts_at` is when its contacts were
    looked at last.
    """

    company: Company
    added_at: datetime
    updated_at: datetime
    fits: bool = True
    is_domain_seen: bool = False
    enriched_at: datetime | None = None
    features_at: datetime | None = None
    contacts_at: datetime | None = None
    bucket: str | None = None
    selected_at: datetime | None = None
    tries: int = 0
    cut: str | None = None
    is_dead: bool = False

    @property
    def is_cut_by_outage(self) -> bool:
        """Whether an unreachable vendor cut its last enrichment short, so that another attempt is worth it."""
        if self.cut is None or self.is_dead or self.tries >= MOST_TRIES:
            return False
        return any(OUT_OF_BUDGET not in reason for reason in self.cut.split("; "))

    @property
    def seen_at(self) -> datetime | None:
        """The time of its last enrichment or selection; `None`: never."""
        return max((at for at in (self.enriched_at, self.selected_at) if at is not None), default=None)


class Ages(NamedTuple):
    """The ages above which a company's data is stale."""

    enrichment: timedelta = timedelta(days=30)
    features: timedelta = timedelta(days=30)
    contacts: timedelta = timedelta(days=30)


class Target(NamedTuple):
    """A selected company with its reason, as a word and as a sentence."""

    company: Company
    reason: Reason
    detail: str


class Due(NamedTuple):
    """A candidate that may be selected, and its rank among those with the same reason."""

    candidate: Candidate
    reason: Reason
    detail: str
    place: tuple[Any, ...]


def in_order(candidates: Iterable[Candidate], *, now: datetime, ages: Ages) -> list[Due]:
    """Sorts the due candidates. If new ones share a domain, all but the first go to the end."""
    due = [it for candidate in candidates if (it := _due(candidate, now, ages)) is not None]
    new = sorted((it for it in due if it.reason == "new"), key=lambda it: it.place)
    stale = sorted((it for it in due if it.reason == "stale"), key=lambda it: it.place)
    updated = sorted((it for it in due if it.reason == "updated"), key=lambda it: it.place)
    return [*_by_domain(new), *stale, *updated]


def select(due: Sequence[Due], cap: int) -> list[Due]:
    """Selects the night's companies from the due candidates, in order.

    Those that an outage cut short come first, up to half of the places.
    """
    again = [it for it in due if it.reason == "stale" and it.candidate.is_cut_by_outage][: cap // 2]
    first = {it.candidate.company.company_id for it in again}
    return [*again, *(it for it in due if it.candidate.company.company_id not in first)][:cap]


def _due(it: Candidate, now: datetime, ages: Ages) -> Due | None:
    seen_at, company = it.seen_at, it.company
    if seen_at is None:
        domain = 0 if company.website_domain and not it.is_domain_seen else 1 if not company.website_domain else 2
        detail = "not seen before" if it.fits else "not seen before; does not fit the ICP"
        born = company.incorporated_on.toordinal() if company.incorporated_on else 0
        return Due(it, "new", detail, (not it.fits, domain, it.added_at, -born, company.company_id))
    old = _stale(it, seen_at, now, ages)
    if old is not None:
        return Due(it, "stale", old, (it.bucket not in ("High", "Medium"), seen_at, company.company_id))
    if it.updated_at > seen_at:
        detail = f"the register changed on {it.updated_at:%Y-%m-%d}"
        return Due(it, "updated", detail, (-it.updated_at.timestamp(), company.company_id))
    return None


def _stale(it: Candidate, seen_at: datetime, now: datetime, ages: Ages) -> str | None:
    """Describes the stale data; `None` if there is none."""
    if it.cut is not None and it.tries < MOST_TRIES:
        return f"the last enrichment was cut short: {it.cut}"
    if now - seen_at < REST:
        return None
    known = (
        ("enrichment", it.enriched_at or seen_at, ages.enrichment),
        ("features", it.features_at, ages.features),
        ("contacts", it.contacts_at, ages.contacts),
    )
    old = [f"{what} of {at:%Y-%m-%d}" for what, at, age in known if at is not None and now - at >= age]
    if it.features_at is None and it.enriched_at is not None:
        old.append("no features")
    return f"past its age: {', '.join(old)}" if old else None


def _by_domain(new: Sequence[Due]) -> list[Due]:
    first, later, seen = list[Due](), list[Due](), set[str]()
    for it in new:
        domain = it.candidate.company.website_domain
        (later if domain is not None and domain in seen else first).append(it)
        if domain is not None:
            seen.add(domain)
    return [*first, *later]
