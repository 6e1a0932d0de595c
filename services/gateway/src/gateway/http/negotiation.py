"""Content negotiation by the parameter `format`, else by the header Accept. Pure."""

from typing import Literal, TypeAlias

Form: TypeAlias = Literal["json", "csv"]


def wants_csv(form: Form | None, accept: str | None) -> bool:
    """Returns whether to answer with CSV instead of JSON."""
    return prefers("text/csv", "application/json", accept) if form is None else form == "csv"


def prefers(one: str, usual: str, accept: str | None) -> bool:
    """Returns whether `Accept` ranks a media type above the default one (RFC 9110, 12.5.1)."""
    if accept is None:
        return False
    ranks = _ranks(accept)
    return _rank(one, ranks) > _rank(usual, ranks)


def _rank(media_type: str, ranks: dict[str, float]) -> float:
    """Returns the rank by the most specific range that includes the type."""
    ranges = (media_type, f"{media_type.partition('/')[0]}/*", "*/*")
    return next((ranks[it] for it in ranges if it in ranks), 0.0)


def _ranks(accept: str) -> dict[str, float]:
    ranks: dict[str, float] = {}
    for part in accept.lower().split(","):
        media_type, *parameters = (it.strip() for it in part.split(";"))
        weights = [it.removeprefix("q=") for it in parameters if it.startswith("q=")]
        try:
            ranks[media_type] = float(weights[0]) if weights else 1.0
        except ValueError:
            ranks[media_type] = 0.0
    return ranks
