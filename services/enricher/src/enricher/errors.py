"""The error that leaves out a step of an enrichment. Any package may raise it; `steps` records it."""

from common.errors import LeadgenError


class StepSkipped(LeadgenError):
    """A step is left out for this company, which does not fail. `reason` goes into `degraded_reasons`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
