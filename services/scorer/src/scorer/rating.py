"""Rates a lead: what an enrichment found, weighed for one tenant, and the words that explain the result. Pure.

The same event and yardstick give the same rating to the bit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson

from common.contracts import Bucket, CompanyEnriched, CompanyFact, Contact, LeadScored
from lead_features.format import Feature
from scorer.contactability import contactability, ranked
from scorer.finding import Finding, plain
from scorer.model import UNIT
from scorer.rationale import rationale
from scorer.signals import signals
from scorer.weighing import Share
from scorer.yardstick import Yardstick


@dataclass(frozen=True, slots=True)
class Rating:
    """What the scorer makes of one enriched company. `confidence` is the share of the weight that is known."""

    event: CompanyEnriched
    yardstick: Yardstick
    findings: dict[str, Finding | None]
    score: float
    confidence: float
    bucket: Bucket
    rationale: str
    contact: Contact | None
    #: Each criterion that counts, as JSON (libs/lead-features has the format).
    features: str
    #: SHA-256 of the features and of what the template makes of them.
    features_hash: str

    @property
    def base(self) -> float:
        """What a lead scores of which nothing is known."""
        return self.yardstick.scale.base / UNIT

    def announcement(self, scored_at: datetime) -> LeadScored:
        """The event that tells of this rating."""
        return LeadScored(
            tenant_id=self.event.tenant_id,
            company=self.event.company,
            score=self.score,
            bucket=self.bucket,
            rationale=self.rationale,
            contact=self.contact,
            model_version=self.yardstick.model_version,
            enriched_at=self.event.enriched_at,
            scored_at=scored_at,
            confidence=self.confidence,
            has_icp=self.yardstick.has_icp,
        )


def rate(event: CompanyEnriched, yardstick: Yardstick) -> Rating:
    """The rating of this enrichment: score in [0, 1], never lowered by a positive finding, known before or not."""
    facts, contacts = best_facts(event.facts), ranked(event)
    findings = yardstick.fit.findings(event, facts) | signals(event, facts) | contactability(event, contacts)
    score, known, features = yardstick.scale.base, 0, {}
    for share in yardstick.scale.shares:
        finding = findings[share.criterion.name]
        features[share.criterion.name] = _feature(share, finding)
        if finding is not None:
            score += share.contributions[finding.name]
            known += share.weight
    words = rationale(event.company, findings, has_icp=yardstick.has_icp)
    as_json = orjson.dumps(features)
    return Rating(
        event=event,
        yardstick=yardstick,
        findings=findings,
        score=score / UNIT,
        confidence=known / UNIT,
        bucket=yardstick.model.bucket(score),
        rationale=words,
        contact=contacts[0] if contacts else None,
        features=as_json.decode(),
        features_hash=sha256(as_json + words.encode()).hexdigest(),
    )


def best_facts(facts: Iterable[CompanyFact]) -> dict[str, CompanyFact]:
    """By field the surest one that says anything; whatever the order and repeats."""
    found: dict[str, CompanyFact] = {}
    for fact in facts:
        known = found.get(fact.field)
        if (known is None or _surer(fact, known)) and plain(fact.value, 80):
            found[fact.field] = fact
    return found


def newest(ratings: Iterable[Rating]) -> list[Rating]:
    """One rating per company, that of its newest enrichment, by company; whatever the order and repeats."""
    by_company: dict[int, Rating] = {}
    for rating in sorted(ratings, key=lambda it: (it.event.enriched_at, it.score, it.rationale)):
        by_company[rating.event.company.company_id] = rating
    return [by_company[company_id] for company_id in sorted(by_company)]


def _surer(fact: CompanyFact, known: CompanyFact) -> bool:
    def order(it: CompanyFact) -> tuple[float, str, str, str]:
        return it.confidence, it.value, it.source_url, it.method

    return order(fact) > order(known)


def _feature(share: Share, finding: Finding | None) -> Feature:
    if finding is None:
        return share.unknown
    return {**share.worth[finding.name], "evidence": finding.evidence, "source": _printable(finding.source)}


def _printable(source: str | None) -> str | None:
    """As PostgreSQL holds it."""
    return source.replace("\0", "") if source else None
