"""The rationale by template: one line that explains a score by its findings.

Every number in it is in a feature's evidence; the score itself is not mentioned. Minor clauses are left out where the
line would get too long.
"""

from collections.abc import Mapping, Sequence
from itertools import groupby

from common.contracts import Company
from scorer.core.finding import REGISTER, Finding, host_of
from scorer.core.industry_fit import described_industry

LONGEST = 400

NO_ICP = "no ICP is set: scored by signals and contacts alone"
UNREAD = "nothing known of its site"

#: Criteria in the order of their clauses. Those without a clause appear in `features` only.
_FIT = ("size", "age", "geography", "technologies")
_FITTING = frozenset({"within", "all", "half", "some"})
_SIGNALS = ("hiring", "customers", "news", "pricing")
_UNKNOWN = {
    "industry": "fit of its industry",
    "size": "size",
    "age": "age",
    "geography": "location",
    "technologies": "technologies",
}


def rationale(company: Company, findings: Mapping[str, Finding | None], *, has_icp: bool) -> str:
    """Describes the fit to the ICP (or that there is none), the signals of the site, and the contact, in this order."""
    fit = _fit(company, findings) if has_icp else [described_industry(company), NO_ICP]
    shown = _clauses(findings, _SIGNALS) or _clauses(findings, ("site_live",)) or [UNREAD]
    reach = _reach(findings)
    line = "; ".join([*fit, *shown, *reach])
    if len(line) > LONGEST:
        line = "; ".join(_fitted(fit, shown, reach))
    return (line[:1].upper() + line[1:])[:LONGEST]


def _fitted(fit: Sequence[str], shown: Sequence[str], reach: Sequence[str]) -> list[str]:
    """Returns as many clauses as there is room for, in order; clauses about the site are dropped first."""
    room, kept = LONGEST, set()
    clauses = [*fit, *shown, *reach]
    first, last = len(fit), len(fit) + len(shown)
    for at in (*range(first), *range(last, len(clauses)), *range(first, last)):
        if len(clauses[at]) + len("; ") <= room:
            room -= len(clauses[at]) + len("; ")
            kept.add(at)
    return [clause for at, clause in enumerate(clauses) if at in kept]


def _fit(company: Company, findings: Mapping[str, Finding | None]) -> list[str]:
    clauses = _clauses(findings, ("industry",))
    if not clauses and company.industry_code:
        clauses.append(described_industry(company))
    fits = [name for name in _FIT if (finding := findings.get(name)) is not None and finding.name in _FITTING]
    if fits:
        clauses.append(f"within your ICP: {_sourced(findings, fits)}")
    if others := [name for name in _FIT if name not in fits and findings.get(name) is not None]:
        clauses.append(f"outside your ICP: {_sourced(findings, others)}")
    if unknown := [words for name, words in _UNKNOWN.items() if name in findings and findings[name] is None]:
        clauses.append(
            f"{', '.join(unknown[:-1])} and {unknown[-1]} unknown" if unknown[1:] else f"{unknown[0]} unknown"
        )
    return clauses


def _sourced(findings: Mapping[str, Finding | None], names: Sequence[str]) -> str:
    """Joins clauses, naming each source once, such as "8 years old, in district 01 (register)"."""
    found = [finding for name in names if (finding := findings.get(name)) is not None]
    return ", ".join(
        f"{', '.join(it.clause for it in those)}{f' ({source})' if source else ''}"
        for source, those in groupby(found, key=_source)
    )


def _source(finding: Finding) -> str:
    return finding.source if finding.source == REGISTER else host_of(finding.source)


def _reach(findings: Mapping[str, Finding | None]) -> list[str]:
    """Returns the clauses about the verified or another address, and about the decision-maker."""
    verified, decides, reachable = (findings.get(it) for it in ("verified_email", "decision_maker", "reachable"))
    address = verified if verified is not None and verified.clause else reachable
    if clauses := [it.clause for it in (address, decides) if it is not None and it.clause]:
        return clauses
    return ["no contact known"]


def _clauses(findings: Mapping[str, Finding | None], names: Sequence[str]) -> list[str]:
    found = (findings.get(name) for name in names)
    return [finding.clause for finding in found if finding is not None and finding.clause]
