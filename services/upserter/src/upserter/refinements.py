"""Narrower requests that an answer offers when it found much. Pure."""

from collections.abc import Iterator, Sequence

from common.contracts import Industry, Refinement, RequestIndustry
from industries.index import IndustryIndex, Resolution, VersionedCode
from upserter.register import Counts

#: Matches from which on an answer offers to narrow the request, and how many industries it offers at most.
MANY, CHOICES = 500, 12
#: "Young", as a choice offered: founded within so many years.
YOUNG = 5


def refinements(
    request: RequestIndustry, resolution: Resolution, counts: Counts, industries: IndustryIndex, year: int
) -> list[Refinement]:
    """The industries beneath what was asked for, largest first, and the companies founded since `year` alone.

    An industry of which a part was left out is none of them: its name alone would bring that part back. All counts are
    of live companies; there is no choice of others.
    """
    if counts.total <= MANY:
        return []
    wanted = set(resolution.codes)
    since = "" if resolution.founded_since is None else f" founded since {resolution.founded_since}"
    offered = [
        Refinement(kind="industry", label=_spoken(names[0].title) + since, matches=matches)
        for names in _beneath(resolution.industries, industries)
        if wanted.issuperset(codes := _codes(names, industries)) and (matches := counts.of(codes))
    ]
    offered.sort(key=lambda choice: -choice.matches)
    if resolution.founded_since is None and 0 < counts.young < counts.total:
        label = f"{', '.join(request.terms)} founded since {year}"
        offered.insert(CHOICES, Refinement(kind="founded_since", label=label, matches=counts.young))
    return offered[: CHOICES + 1]


def _beneath(chosen: Sequence[Industry], industries: IndustryIndex) -> list[list[Industry]]:
    """Of several industries themselves; of a single one what it is made of, further down where that is but one."""
    while len(groups := list(_same(chosen, industries))) == 1:
        chosen = [child for one in groups[0] for child in industries.children(one.version, one.code)]
    return groups


def _same(chosen: Sequence[Industry], industries: IndustryIndex) -> Iterator[list[Industry]]:
    """What several versions have, each in its own words and code, is one industry; its newest name comes first."""
    left = {VersionedCode(it.version, it.code): it for it in sorted(chosen, key=lambda it: it.version, reverse=True)}
    while left:
        code, industry = next(iter(left.items()))
        group = [code, *(other for other in industries.counterparts(*code) if other != code)]
        yield [left.pop(other) for other in group if other in left] or [industry]


def _codes(names: Sequence[Industry], industries: IndustryIndex) -> list[VersionedCode]:
    return [code for one in names for code in industries.beneath(one.version, one.code)]


def _spoken(title: str) -> str:
    """Sections, divisions and groups are in capitals in the code list."""
    return title.capitalize() if title.isupper() else title
