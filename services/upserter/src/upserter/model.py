"""The models of a search in the register and of the job that continues it. Pure."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple, Self, overload
from uuid import UUID

from common.contracts import JobStatus, Model
from industries.index import VersionedCode


@dataclass(frozen=True, slots=True)
class SearchCriteria:
    """The five-digit codes to search for, in bands with the preferred first, and the earliest year of incorporation.

    With `sectors` only companies with a postal code in one of these postal sectors match. A company whose primary code
    was `left_out` does not match by its secondary code.
    """

    bands: tuple[tuple[VersionedCode, ...], ...]
    founded_since: int | None = None
    left_out: tuple[VersionedCode, ...] = ()
    sectors: tuple[str, ...] = ()

    @property
    def codes(self) -> list[VersionedCode]:
        """The codes of all bands."""
        return [code for band in self.bands for code in band]

    @property
    def earliest(self) -> str:
        """The first day of `founded_since` in the register's format; "" without it."""
        return "" if self.founded_since is None else f"{self.founded_since:04}-01-01"


class Position(NamedTuple):
    """A match's place in the order of a search, from which the search can continue. `uen` is the key of the entry."""

    tier: int
    incorporated: str
    uen: str


@dataclass(frozen=True, slots=True)
class Matches(Sequence[Position]):
    """Matching entries in order, stored as columns: a job needs one position per batch, not one per entry."""

    entries: Sequence[str] = ()
    days: Sequence[str] = ()
    tiers: Sequence[int] = ()

    @overload
    def __getitem__(self, place: int) -> Position: ...

    @overload
    def __getitem__(self, place: slice) -> Self: ...

    def __getitem__(self, place: int | slice) -> Position | Self:
        if isinstance(place, slice):
            return type(self)(self.entries[place], self.days[place], self.tiers[place])
        return Position(self.tiers[place], self.days[place], self.entries[place])

    def __len__(self) -> int:
        return len(self.entries)


class Counts(NamedTuple):
    """Numbers of live entries by matching code. An entry that matches by its primary code is not counted again.

    `young` counts the entries incorporated on or after the day given to the count.
    """

    by_primary: Mapping[VersionedCode, int]
    by_secondary: Mapping[VersionedCode, int]
    young: int

    @property
    def total(self) -> int:
        return sum(self.by_primary.values()) + sum(self.by_secondary.values())

    def of(self, codes: Iterable[VersionedCode]) -> int:
        """Counts the entries that match by one of these codes."""
        return sum(self.by_primary.get(code, 0) + self.by_secondary.get(code, 0) for code in codes)


#: The states of a job in its table. Events say `error` of one that was cancelled; see `JobProgressed`.
JobState = Literal[JobStatus, "cancelled"]
CANCELLED = "cancelled on request"


class Params(Model):
    """The parameters of a job. `limit` is the number of companies that it may handle in all.

    `bands` are the five-digit codes to search for, those nearest to the tenant's ICP first; `left_out` the excluded
    ones; `sectors` the postal sectors to search in.
    """

    terms: list[str]
    bands: list[list[VersionedCode]]
    left_out: tuple[VersionedCode, ...] = ()
    sectors: tuple[str, ...] = ()
    founded_since: int | None = None
    limit: int | None = None

    @property
    def criteria(self) -> SearchCriteria:
        return SearchCriteria(tuple(map(tuple, self.bands)), self.founded_since, self.left_out, self.sectors)

    @property
    def request_hash(self) -> str:
        """A hash that is equal for requests that find the same companies, whatever their wording."""
        codes = sorted(code for band in self.bands for code in band)
        asked = (codes, sorted(self.left_out), self.founded_since, self.limit)
        return hashlib.sha256(repr((*asked, sorted(self.sectors)) if self.sectors else asked).encode()).hexdigest()


class Progress(NamedTuple):
    """The progress of a job; readable even if its parameters are not."""

    job_id: UUID
    status: JobState
    processed: int
    total: int
    error: str | None


class Job(Model):
    """A job of the transaction's tenant. `after` is the position that it has reached."""

    job_id: UUID
    status: JobState
    params: Params
    processed: int
    total: int
    error: str | None = None
    after: Position | None = None

    @property
    def left(self) -> int | None:
        """The number of companies that the job may still handle; `None` without a limit."""
        return None if self.params.limit is None else self.params.limit - self.processed


def status_and_error(job: Job | Progress) -> tuple[JobStatus, str | None]:
    """Returns the status that an event gives a job, and the error."""
    return ("error", CANCELLED) if job.status == "cancelled" else (job.status, job.error)
