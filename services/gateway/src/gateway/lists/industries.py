"""The industry filter of the lists: five-digit codes with their version. Pure."""

from gateway.http.problems import Problem
from gateway.industries.catalog import Catalog, versioned
from industries.ssic.hierarchy import LEVELS


def codes_of(given: str, catalog: Catalog) -> list[str]:
    """Finds the five-digit codes of a code or a title: at most one of each version of SSIC.

    Raises Problem 422. Wider industries are refused: a page of them cannot be read from one place of an index.
    """
    found = catalog.find(given.strip()) or catalog.entitled(given)
    codes = [versioned(industry) for industry in found if industry.level == LEVELS[-1]]
    if not codes:
        raise Problem(
            422,
            "No such industry",
            f"{given!r} is neither a five-digit code of SSIC, such as 25910 or 2020:25910, nor the title of one. "
            "`GET /industries/resolve?q=` finds the codes that words name.",
        )
    return codes
