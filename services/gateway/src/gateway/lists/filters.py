"""Filters of lists of companies. Pure.

A facet is a bucket together with whether there is a verified e-mail address.
"""

from collections.abc import Sequence
from typing import NamedTuple

from common.contracts import Bucket

BUCKETS: dict[Bucket | None, int] = {None: 0, "Low": 2, "Medium": 4, "High": 6}


class Filter(NamedTuple):
    """Filters; `None` for no filter. `industries` are one or two five-digit codes with versions."""

    bucket: Bucket | None = None
    has_verified_email: bool | None = None
    industries: Sequence[str] | None = None
    name: str | None = None

    @property
    def is_any_facet(self) -> bool:
        """Whether every facet passes the filters."""
        return self.bucket is None and self.has_verified_email is None

    @property
    def facets(self) -> list[int]:
        """The facets that pass the filters."""
        buckets = BUCKETS.values() if self.bucket is None else [BUCKETS[self.bucket]]
        verified = (0, 1) if self.has_verified_email is None else (int(self.has_verified_email),)
        return [bucket + one for bucket in buckets for one in verified]


#: No demands.
ANY = Filter()
