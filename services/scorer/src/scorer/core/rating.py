"""Rates a lead: finds evidence in an enrichment, applies a tenant's weights, and explains the result. Pure.

The same event and scoring profile give the same rating, bit for bit.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import orjson

from common.contracts import Bucket, CompanyEnriched, CompanyFact, Contact, LeadScored, Person
from lead_features.format import Feature
from scorer.core.contactability import contactability, person_to_ask_for, ranked_contacts
from scorer.core.finding import Finding, plain
from scorer.core.model import UNIT
from scorer.core.opening import opening
from scorer.core.rationale import rationale
from scorer.core.scoring_profile import ScoringProfile
from scorer.core.signals import signals
from scorer.core.weighting import WeightedCriterion


@dataclass(frozen=True, slots=True)
class Rating:
    """The rating of one enriched company. `confidence` is the share of the weight of known criteria."""

    event: CompanyEnriched
    profile: ScoringProfile
    findings: dict[str, Finding | None]
    score: float
    confidence: float
    bucket: Bucket
    rationale: str
    contact: Contact | None
    ask_for: Person | None
    #: The features of each criterion that counts, as JSON (libs/lead-features has the format).
    features: str
    #: SHA-256 of the features and of the rationale by template.
    features_hash: str

    @property
    def base(self) -> float:
        """The score of a lead without any known criterion."""
        return self.profile.weighted.base / UNIT

    def to_event(self, scored_at: datetime) -> LeadScored:
        """Builds the event that announces this rating."""
        return LeadScored(
            tenant_id=self.event.tenant_id,
            company=self.event.company,
            score=self.score,
            bucket=self.bucket,
            rationale=self.rationale,
            contact=self.contact,
            model_version=self.profile.model_version,
            enriched_at=self.event.enriched_at,
            scored_at=scored_at,
            confidence=self.confidence,
            has_icp=self.profile.has_icp,
            opening=opening(self.findings),
            ask_for=self.ask_for,
        )


def rate(event: CompanyEnriched, profile: ScoringProfile) -> Rating:
    """Rates an enrichment. The score lies in [0, 1]; a positive finding never lowers it."""
    facts, contacts = best_facts(event.facts), ranked_contacts(event)
    findings = profile.fit.findings(event, facts) | signals(event, facts) | contactability(event, contacts)
    features = {it.criterion.name: _feature(it, findings[it.criterion.name]) for it in profile.weighted.criteria}
    score = profile.weighted.score({name: finding and finding.name for name, finding in findings.items()})
    known = sum(it.weight for it in profile.weighted.criteria if findings[it.criterion.name] is not None)
    contact = contacts[0] if contacts else None
    words = rationale(event.company, findings, has_icp=profile.has_icp)
    as_json = orjson.dumps(features)
    return Rating(
        event=event,
        profile=profile,
        findings=findings,
        score=score / UNIT,
        confidence=known / UNIT,
        bucket=profile.model.bucket(score),
        rationale=words,
        contact=contact,
        ask_for=person_to_ask_for(event, contact),
        features=as_json.decode(),
        features_hash=sha256(as_json + words.encode()).hexdigest(),
    )


def best_facts(facts: Iterable[CompanyFact]) -> dict[str, CompanyFact]:
    """Picks the surest fact of each field that is not blank. Order and repeats of `facts` do not matter."""
    found: dict[str, CompanyFact] = {}
    for fact in facts:
        known = found.get(fact.field)
        if (known is None or _surer(fact, known)) and plain(fact.value, 80):
            found[fact.field] = fact
    return found


def newest(ratings: Iterable[Rating]) -> list[Rating]:
    """Picks the rating of each company's newest enrichment, sorted by company. Order and repeats do not matter."""
    by_company: dict[int, Rating] = {}
    for rating in sorted(ratings, key=lambda it: (it.event.enriched_at, it.score, it.rationale)):
        by_company[rating.event.company.company_id] = rating
    return [by_company[company_id] for company_id in sorted(by_company)]


def _surer(fact: CompanyFact, known: CompanyFact) -> bool:
    def order(it: CompanyFact) -> tuple[float, str, str, str]:
        return it.confidence, it.value, it.source_url, it.method

    return order(fact) > order(known)


def _feature(criterion: WeightedCriterion, finding: Finding | None) -> Feature:
    if finding is None:
        return criterion.unknown
    return {**criterion.weighed[finding.name], "evidence": finding.evidence, "source": _printable(finding.source)}


def _printable(source: str | None) -> str | None:
    """Drops NUL characters, which PostgreSQL cannot store."""
    return source.replace("\0", "") if source else None
