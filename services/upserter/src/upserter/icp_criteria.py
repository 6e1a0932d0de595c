"""Turns a tenant's ICP into the criteria of a search in the register, and a filter of its matches. Pure."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from common.contracts import Icp
from common.singapore.districts import sectors_of
from industries.index import IndustryIndex
from upserter.bands import versioned
from upserter.model import SearchCriteria


class RegisterFilter(NamedTuple):
    """The criteria of an ICP, besides industries, that the register can answer. `None` or empty: no criterion.

    `sectors` are the first two digits of postal codes; a company was incorporated after `born_after`, on `born_to` at
    the latest.
    """

    sectors: Sequence[str] = ()
    born_after: date | None = None
    born_to: date | None = None


def criteria_of(icp: Icp, industries: IndustryIndex) -> SearchCriteria:
    """Builds the criteria of an ICP. Without industries they are all of them, if it has ages or districts.

    Employees and technologies are not in the register: an ICP that asks for nothing else matches no company.
    """
    asked = [it for each in icp.industries for it in versioned(each, industries.versions)]
    if not icp.industries and (icp.districts or icp.age_from is not None or icp.age_to is not None):
        asked = industries.sections
    codes = dict.fromkeys(code for it in asked for code in industries.beneath(it.version, it.code))
    return SearchCriteria((tuple(codes),) if codes else ())


def filter_of(icp: Icp, today: date) -> RegisterFilter:
    """Builds the filter of an ICP. A company of `age_to` years has not had its next birthday yet."""
    born_to = None if icp.age_from is None else years_before(today, icp.age_from)
    born_after = None if icp.age_to is None else years_before(today, icp.age_to + 1)
    return RegisterFilter(sectors_of(icp.districts), born_after, born_to)


def years_before(day: date, years: int) -> date:
    """Returns the same day so many years earlier; 28 February for a missing leap day."""
    year = max(1, day.year - years)
    try:
        return day.replace(year=year)
    except ValueError:
        return day.replace(year=year, day=28)
