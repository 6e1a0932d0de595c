"""Sorts the codes of a request into bands by their distance from the tenant's ICP. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from industries.index import IndustryIndex, Resolution, VersionedCode
from upserter.model import SearchCriteria


def criteria_of(resolution: Resolution, preferred: Sequence[str], industries: IndustryIndex) -> SearchCriteria:
    """Builds the criteria of a search: bands by distance from the preferred industries, or one band without any."""
    bands: dict[int, list[VersionedCode]] = defaultdict(list)
    versions = {code.version for code in resolution.codes}
    near = [code for it in preferred for code in versioned(it, versions)]
    nearest = industries.distances(resolution.codes, near)
    for code, distance in zip(resolution.codes, nearest, strict=True):
        bands[distance].append(code)
    left_out = [code for it in resolution.excluded for code in industries.beneath(it.version, it.code)]
    return SearchCriteria(
        tuple(tuple(bands[distance]) for distance in sorted(bands)),
        resolution.founded_since,
        tuple(left_out),
        tuple(sorted({sector for place in resolution.places for sector in place.sectors})),
    )


def versioned(preferred: str, versions: Iterable[str]) -> list[VersionedCode]:
    """Expands a code without a version, such as "25", to every version; keeps "2020:25" as it is."""
    version, colon, code = preferred.partition(":")
    return [VersionedCode(version, code)] if colon else [VersionedCode(it, preferred) for it in versions]
