"""Normalises an ICP: industries to codes, districts to two digits, names to one spelling each. Pure.

Industries are stored as codes with their version (`2020:25`), since some codes mean something else in the next version
of SSIC. A code without a version, as older ICPs have it, means that code in every version.
"""

import re
from collections.abc import Sequence

from common.contracts import Industry
from gateway.http.problems import Problem
from gateway.industries.catalog import Catalog, versioned
from gateway.wording import one_of
from industries.ssic.versions import read_code

#: The longest list of entries, and the most codes of an ICP: each code slows every search a little.
MAX_ENTRIES, MAX_CODES = 50, 100

#: Singapore's postal districts, https://www.ura.gov.sg/realEstateIIWeb/resources/misc/list_of_postal_districts.htm
DISTRICTS = tuple(f"{number:02}" for number in range(1, 29))

#: At this confidence and below, a resolution is a guess: an ICP is to be sure, so it is asked back.
UNSURE = 0.5

_VERSIONED = re.compile(r"[0-9]{4}:[0-9A-Za-z]+")


def normalised_district(given: str) -> str:
    """Normalises a postal district: `01`. Raises ValueError that lists the districts."""
    district = given.strip().zfill(2)
    if district not in DISTRICTS:
        raise ValueError(
            f"{given!r} is not a postal district of Singapore; districts are {DISTRICTS[0]} to {DISTRICTS[-1]}"
        )
    return district


def unique_names(names: Sequence[str]) -> list[str]:
    """Sorts the names and removes repeats. If spellings differ in case only, the first one stays."""
    spelled: dict[str, str] = {}
    for name in names:
        spelled.setdefault(name.casefold(), name)
    return [spelled[name] for name in sorted(spelled)]


def codes_of(entries: Sequence[str], catalog: Catalog) -> list[str]:
    """Resolves entries to unique codes with their versions. The result is valid input again.

    An entry is a code with its version (`2020:25`), a code, or words; the last two are looked up in every version.
    Raises Problem 422 that names the first invalid entry, or says that there are too many codes.
    """
    codes = list(dict.fromkeys(versioned(industry) for entry in entries for industry in _resolve(entry, catalog)))
    if len(codes) > MAX_CODES:
        raise Problem(
            422,
            "Too many industries",
            f"These resolve to {len(codes)} codes, and an ICP holds {MAX_CODES}: give fewer or broader industries.",
        )
    return codes


def _resolve(entry: str, catalog: Catalog) -> Sequence[Industry]:
    code = entry.upper()
    if _VERSIONED.fullmatch(code):
        if industries := catalog.find(code):
            return industries
        raise Problem(
            422,
            "Industry not understood",
            f"{entry!r} is not a code of a loaded version. Leave out the version, or use words.",
        )
    if meant := read_code(code, catalog.hierarchy):
        return [catalog.hierarchy.industry(key) for key in meant]
    resolution = catalog.index.resolve([entry])
    if resolution.excluded or resolution.founded_since or resolution.places or resolution.ignored:
        raise Problem(
            422, "Industry not understood", f"{entry!r} contains more than an industry; an ICP accepts industries only."
        )
    if not resolution.industries or resolution.confidence <= UNSURE:
        nearest = one_of(resolution.industries or resolution.suggestions)
        hint = (
            f"Did you mean {nearest}?"
            if nearest
            else "Give a code, such as 25, or words, such as precision engineering."
        )
        raise Problem(422, "Industry not understood", f"{entry!r} names no industry. {hint}")
    return resolution.industries
