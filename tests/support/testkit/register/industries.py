"""SSIC 2020 and its index, built once in a process and only when a test asks."""

from functools import cache

from industries.index import Code, IndustryIndex
from leadgen.ssic import ssic_2020


@cache
def codes_2020() -> list[Code]:
    """All codes of SSIC 2020, on every level."""
    return [Code("2020", *code) for code in ssic_2020()]


@cache
def index_2020() -> IndustryIndex:
    """The index of SSIC 2020 alone."""
    return IndustryIndex(codes_2020())
