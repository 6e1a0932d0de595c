"""The opening of a conversation: the first signal for a rep to mention, in the words of the rationale. Pure."""

from collections.abc import Mapping

from common.contracts import Opening
from scorer.core.finding import Finding, host_of

#: Signals by how well they open a conversation: news is the freshest, prices say the least.
ORDER = ("news", "hiring", "customers", "pricing")


def opening(findings: Mapping[str, Finding | None]) -> Opening | None:
    """Picks the best signal that has words of its own; `None` if there is none."""
    for name in ORDER:
        finding = findings.get(name)
        if finding is not None and finding.clause:
            source = (finding.source or "").replace("\0", "") if host_of(finding.source) else None
            return Opening(text=finding.clause, source_url=source)
    return None
