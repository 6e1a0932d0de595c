"""The checks of the audit: each is a claim about the snapshot, with a query that finds the rows that contradict it."""

from leadgen.audit.check import Check
from leadgen.audit.checks import delivery, jobs, nights, patience, results, spend

CHECKS: tuple[Check, ...] = (
    *delivery.CHECKS,
    *results.CHECKS,
    *jobs.CHECKS,
    *nights.CHECKS,
    *patience.CHECKS,
    *spend.CHECKS,
)
