"""Statuses of generated entities: the register's own texts for live and deregistered ones, by kind and age."""

from simulator.draws import spread
from simulator.register.uen import BRANCH, BUSINESS, LAST_YEAR, LLP, LOCAL, PARTNERSHIP

_SLOTS = 1024
_WORD = 65_536

LIVE = {LOCAL: "Live Company", BRANCH: "Live Company", BUSINESS: "Live", LLP: "Live", PARTNERSHIP: "Live"}
_RECEIVER = "Live (Receiver or Receiver and Manager appointed)"
LIVE_STATUSES = frozenset({*LIVE.values(), _RECEIVER})

_GONE = {
    LOCAL: spread(
        (
            ("Struck Off", 8950),
            ("Dissolved - Members Voluntary Winding Up", 350),
            ("Gazetted To Be Struck Off", 300),
            ("Dissolved - Compulsory Winding Up (Insolvency)", 80),
            ("Dissolved - Creditors Voluntary Winding Up", 70),
            ("In Liquidation - Compulsory Winding Up (Insolvency)", 70),
            ("Amalgamated", 60),
            ("In Liquidation - Creditors voluntary winding up", 40),
            ("In Liquidation - Members voluntary winding up", 40),
            ("Converted To LLP", 30),
            (_RECEIVER, 10),
        ),
        _SLOTS,
    ),
    BUSINESS: spread(
        (
            ("Cancelled", 360),
            ("Terminated", 350),
            ("Cancelled (Non-Renewal)", 140),
            ("Ceased Registration", 130),
            ("Registration expired and has not been renewed", 12),
            ("Converted To LLP", 6),
            ("Cancellation In Progress", 2),
        ),
        _SLOTS,
    ),
    LLP: spread((("Struck Off", 98), ("Gazetted To Be Struck Off", 2)), _SLOTS),
    BRANCH: spread((("Ceased Registration", 92), ("Struck Off", 6), ("In Liquidation", 2)), _SLOTS),
    PARTNERSHIP: spread(
        (("Cancelled (Non-Renewal)", 45), ("Ceased Registration", 35), ("Cancelled", 10), ("Dissolved", 10)), _SLOTS
    ),
}


def _odds(oldest: float, halving: float) -> dict[int, int]:
    """Returns, by year of registration, how many of 65,536 draws are live: from `oldest` up to nearly all."""
    return {
        year: round(_WORD * (oldest + (0.97 - oldest) * 0.5 ** ((LAST_YEAR - year) / halving)))
        for year in range(1965, LAST_YEAR + 1)
    }


_ODDS = {
    LOCAL: _odds(0.25, 9),
    BUSINESS: _odds(0.12, 7),
    LLP: _odds(0.2, 7),
    BRANCH: _odds(0.15, 7),
    PARTNERSHIP: _odds(0.3, 7),
}


def status_of(kind: str, year: int, fate: int, cause: int) -> str:
    """Returns the status of an entity of this kind and year by two draws of 16 bits."""
    return LIVE[kind] if fate < _ODDS[kind][year] else _GONE[kind][cause % _SLOTS]
