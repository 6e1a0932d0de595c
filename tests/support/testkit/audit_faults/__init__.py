"""Faults of a ledger, one for each check of `leadgen audit`. Importing a module registers its faults in PLANTS."""

from testkit.audit_faults import delivery, jobs, nights, patience, results
from testkit.audit_faults.planted import COMPANIES, PLANTS, Planted

__all__ = ["COMPANIES", "PLANTS", "Planted", "delivery", "jobs", "nights", "patience", "results"]
