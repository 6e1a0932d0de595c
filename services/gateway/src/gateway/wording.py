"""How numbers and lists are put into a sentence."""

from collections.abc import Iterable, Sequence

from common.contracts import Industry

#: Names in a sentence; more would not be read.
NAMED = 5


def is_or_are(count: int) -> str:
    """The verb that goes with a count."""
    return "is" if count == 1 else "are"


def matching(count: int) -> str:
    """`1 company matches`, `5 companies match`."""
    return "1 company matches" if count == 1 else f"{count} companies match"


def titles_of(industries: Iterable[Industry]) -> list[str]:
    """The titles, each once: versions of SSIC share most of theirs."""
    return list(dict.fromkeys(industry.title for industry in industries))


def one_of(industries: Iterable[Industry]) -> str:
    """`A, B or C`; empty for none."""
    return _joined(titles_of(industries)[:NAMED], "or")


def all_of(names: Sequence[str]) -> str:
    """`A, B and 3 more`."""
    shown = list(names[:NAMED])
    more = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    return _joined([*shown, *more], "and")


def _joined(names: Sequence[str], last: str) -> str:
    return f" {last} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
