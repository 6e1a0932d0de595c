"""A number of requests per minute, and its derived limits. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of requests per minute."""

    per_minute: int

    @property
    def interval_s(self) -> float:
        """Seconds between two requests at a steady rate."""
        return 60 / self.per_minute

    @property
    def burst(self) -> int:
        """Maximum requests at once after a pause: those of ten seconds, at least ten, at most those of a minute."""
        return max(self.per_minute // 6, min(self.per_minute, 10))

    @property
    def credit(self) -> int:
        """Requests that a replica may admit before the table has counted them: a tenth of a burst, none below ten."""
        return self.burst // 10
