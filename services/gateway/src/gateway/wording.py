"""Words for numbers and lists in a sentence. Pure."""

from collections.abc import Iterable, Sequence

from common.contracts import Industry

#: The most names in a sentence.
MAX_NAMES = 5


def is_or_are(count: int) -> str:
    """Chooses the verb for a count."""
    return "is" if count == 1 else "are"


def matching(count: int) -> str:
    """Writes a number of matches: `1 company matches`, `5 companies match`."""
    return "1 company matches" if count == 1 else f"{count} companies match"


def titles_of(industries: Iterable[Industry]) -> list[str]:
    """Lists the unique titles: versions of SSIC share most of theirs."""
    return list(dict.fromkeys(industry.title for industry in industries))


def one_of(industries: Iterable[Industry]) -> str:
    """Joins alternatives: `A, B or C`; empty for none."""
    return joined(titles_of(industries)[:MAX_NAMES], "or")


def all_of(names: Sequence[str]) -> str:
    """Joins the first items, with the number of the others: `A, B and 3 more`."""
    shown = list(names[:MAX_NAMES])
    more = [f"{len(names) - len(shown)} more"] if len(names) > len(shown) else []
    return joined([*shown, *more], "and")


def sentence(words: str) -> str:
    """Adds a full stop to the words, unless they end with one: "Acme PTE. LTD."."""
    return words if words.endswith((".", "?", "!")) else f"{words}."


def joined(names: Sequence[str], last: str) -> str:
    """Joins words: `A, B or C` with `or` as the last word between them."""
    return f" {last} ".join(part for part in (", ".join(names[:-1]), *names[-1:]) if part)
