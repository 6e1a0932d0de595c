"""Narrower requests that an answer with many matches offers. Pure."""

from collections.abc import Iterator, Sequence

from common.contracts import Industry, Refinement, RequestIndustry
from industries.index import IndustryIndex, Resolution, VersionedCode
from upserter.model import Counts

#: An answer with more matches than MANY offers refinements: at most so many industries.
MANY, CHOICES = 500, 12
#: The refinement "founded since" covers so many years.
YOUNG = 5


def refinements(
    request: RequestIndustry, resolution: Resolution, counts: Counts, industries: IndustryIndex, year: int
) -> list[Refinement]:
    """Offers the industries below the resolved ones, largest first, and the companies founded since `year`.

    Leaves out an industry if the request excluded a part of it: its name alone would include that part. All counts are
    of live companies.
    """
    if counts.total <= MANY:
        return []
    wanted = set(resolution.codes)
    where = f" in {' or '.join(place.name for place in resolution.places)}" if resolution.places else ""
    since = where if resolution.founded_since is None else f"{where} founded since {resolution.founded_since}"
    offered = [
        Refinement(kind="industry", label=_in_sentence_case(names[0].title) + since, matches=matches)
        for names in _beneath(resolution.industries, industries)
        if wanted.issuperset(codes := _codes(names, industries)) and (matches := counts.of(codes))
    ]
    offered.sort(key=lambda choice: -choice.matches)
    if resolution.founded_since is None and 0 < counts.young < counts.total:
        label = f"{', '.join(request.terms)} founded since {year}"
        offered.insert(CHOICES, Refinement(kind="founded_since", label=label, matches=counts.young))
    return offered[: CHOICES + 1]


def _beneath(chosen: Sequence[Industry], industries: IndustryIndex) -> list[list[Industry]]:
    """Returns several industries themselves, or the children of a single one, descending while there is only one."""
    while len(groups := list(_grouped(chosen, industries))) == 1:
        chosen = [child for one in groups[0] for child in industries.children(one.version, one.code)]
    return groups


def _grouped(chosen: Sequence[Industry], industries: IndustryIndex) -> Iterator[list[Industry]]:
    """Groups industries that correspond to each other in several versions; the newest name comes first."""
    left = {VersionedCode(it.version, it.code): it for it in sorted(chosen, key=lambda it: it.version, reverse=True)}
    while left:
        code, industry = next(iter(left.items()))
        group = [code, *(other for other in industries.corresponding(*code) if other != code)]
        yield [left.pop(other) for other in group if other in left] or [industry]


def _codes(names: Sequence[Industry], industries: IndustryIndex) -> list[VersionedCode]:
    return [code for one in names for code in industries.beneath(one.version, one.code)]


def _in_sentence_case(title: str) -> str:
    """Converts titles in capitals, as the code list has for sections, divisions and groups."""
    return title.capitalize() if title.isupper() else title
