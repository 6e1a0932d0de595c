"""The corpus: all text read about a company, with its sources. A model reads it, and every quote must be in it.

Every line is kept once, on the page where it comes first, so menus and footers do not repeat. Menu items on several
pages are left out. Footers stay: they hold telephone and registration numbers.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from enricher.pages.documents import MAX_TEXT, Document, clean

_LONGEST_LINE = 2000
_FOOT = 600  # characters of a page's end that survive when it is cut
_CUT = "…"
_MOST_QUOTE = 1000
_MOST_PLACES = 10
_BEFORE = 80  # characters
#: A number with its separators is one token: "200 people" is no quote of "1,200 people".
_TOKEN = re.compile(r"\d(?:\d|[.,](?=\d))*\w*|\w+|[^\w\s]")
_ALIKE = str.maketrans("‘’‚‛′`“”„‟″«»‐‑‒–—−\u00ad", '\'\'\'\'\'\'"""""""------\u200b')
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff]")


@dataclass(frozen=True, slots=True)
class Passage:
    """The text of one page, with one line per text block."""

    url: str
    text: str
    origin: Literal["site", "tavily"]


@dataclass(frozen=True)
class Corpus:
    """The passages about a company, its own site first."""

    passages: tuple[Passage, ...]

    @cached_property
    def _folded(self) -> tuple[str, ...]:
        return tuple(f" {folded(passage.text)} " for passage in self.passages)

    @property
    def text(self) -> str:
        return "\n\n".join(passage.text for passage in self.passages)

    def before(self, quote: str) -> list[str]:
        """Returns the words of the sentence before each place of the quote in the corpus."""
        wanted = f" {folded(quote)} " if len(quote) <= _MOST_QUOTE else ""
        found: list[str] = []
        for text in self._folded if wanted.strip() else ():
            at = text.find(wanted)
            while at >= 0 and len(found) < _MOST_PLACES:
                words = text[max(0, at - _BEFORE) : at].split(" ")
                ends = [nth for nth, word in enumerate(words) if word in (".", "!", "?", ";", ":")]
                found.append(f" {' '.join(words[ends[-1] + 1 if ends else 0 :])} ")
                at = text.find(wanted, at + 1)
        return found

    def holds(self, quote: str) -> str | None:
        """Finds the URL of the first passage that contains the quote, or `None`.

        Compares whole words; ignores blanks, case and the shape of quotation marks and dashes.
        """
        wanted = folded(quote) if len(quote) <= _MOST_QUOTE else ""
        if not wanted:
            return None
        found = (
            passage.url for passage, text in zip(self.passages, self._folded, strict=True) if f" {wanted} " in text
        )
        return next(found, None)


def folded(text: str) -> str:
    """Normalises text for comparison: tokens in lower case, with one blank between."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _UNSEEN.sub("", text.translate(_ALIKE)))
    plain = text.replace("`", "'").casefold()
    return " ".join(_TOKEN.findall(plain))


def build(documents: Iterable[Document], others: Sequence[Passage] = (), *, limit: int) -> Corpus:
    """Builds a corpus of these pages and of passages from a vendor, of at most `limit` characters.

    If it is too long, the longest passages are cut in their middle. Deterministic.
    """
    pages = list(documents)
    menu = _menu(pages)
    own = (Passage(page.url, f"{page.title}\n{page.description}\n{page.text}", "site") for page in pages)
    seen = set(menu)
    kept = [(passage, lines) for passage in (*own, *others) if (lines := list(_new_lines(passage.text, seen)))]
    shares = _shares([sum(map(len, lines)) + len(lines) - 1 for _, lines in kept], limit - 2 * (len(kept) - 1))
    passages = (
        Passage(passage.url, text, passage.origin)
        for (passage, lines), share in zip(kept, shares, strict=True)
        if (text := _cut(lines, share))
    )
    return Corpus(tuple(passages))


def _menu(pages: Sequence[Document]) -> set[str]:
    """Returns the words of links that are on more than one page, except numbers and addresses."""
    counts = Counter(line for page in pages for line in {link.words for link in page.links})
    return {line for line, count in counts.items() if count > 1 and "@" not in line and not re.search(r"\d", line)}


def _new_lines(text: str, seen: set[str]) -> Iterator[str]:
    """Yields the cleaned lines that are not in `seen` yet, and adds them to it."""
    for raw in text[: 2 * MAX_TEXT].split("\n"):
        line = clean(raw, _LONGEST_LINE)
        if line and line not in seen:
            seen.add(line)
            yield line


def _shares(sizes: Sequence[int], limit: int) -> list[int]:
    """Divides the limit: short passages keep their size, long ones get equal shares."""
    shares, left = [0] * len(sizes), max(limit, 0)
    order = sorted(range(len(sizes)), key=lambda nth: (sizes[nth], nth))
    for done, nth in enumerate(order):
        shares[nth] = min(sizes[nth], left // (len(order) - done))
        left -= shares[nth]
    return shares


def _cut(lines: Sequence[str], share: int) -> str:
    """Joins the lines; if they are too long, keeps head and foot with a mark between them."""
    text = "\n".join(lines)
    if len(text) <= share:
        return text
    foot = min(_FOOT, share // 3)
    head = text[: max(share - foot - len(_CUT) - 2, 0)]
    tail = text[len(text) - foot :] if foot else ""
    head = head.rpartition("\n")[0] or head.rpartition(" ")[0]
    tail = tail.partition("\n")[2] or tail.partition(" ")[2]
    return "\n".join(part for part in (head, _CUT, tail) if part) if head or tail else ""
