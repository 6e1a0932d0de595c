"""How soon a site may be asked for its next page. Turns are reserved, so that visits at the same time queue up."""


class Pacing:
    """The last turn of each site. Time is passed in; sites beyond `bound` whose turn has passed are forgotten."""

    def __init__(self, bound: int = 10_000) -> None:
        self._bound = bound
        self._turns: dict[str, float] = {}

    def reserve(self, site: str, *, now: float, gap: float, before: float) -> float | None:
        """The next turn's time, `gap` or more after the last; None, and nothing reserved, if not before `before`."""
        turn = max(now, self._turns.get(site, now - gap) + gap)
        if turn >= before:
            return None
        if len(self._turns) >= self._bound:
            self._turns = {other: taken for other, taken in self._turns.items() if taken > now}
        self._turns[site] = turn
        return turn
