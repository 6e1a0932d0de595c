"""Loads the company register, ACRA's "Information on Corporate Entities", into `staging_acra_companies`.

Everything of the file or nothing: rows go by COPY into a temporary table first, and from there into the register's
table in one transaction. A row that cannot be read goes to a rejects file and stops nothing.
"""

from leadgen.load.errors import LoadFailed, NotARegister, UnknownVersion
from leadgen.load.loading import load, load_generated
from leadgen.load.report import Progress, Summary

__all__ = ["LoadFailed", "NotARegister", "Progress", "Summary", "UnknownVersion", "load", "load_generated"]
