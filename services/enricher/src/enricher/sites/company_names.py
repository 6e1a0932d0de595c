"""Compares company names of the register with other texts: ACME TOOLS (S) PTE. LTD. is Acme Tools."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from enricher.pages.urls import name_and_suffix

_WORD = re.compile(r"[^\W_]+")
_MOST_OCCURRENCES = 50

#: Legal forms by their spellings.
_FORMS: dict[str, str] = {
    **dict.fromkeys(("pte", "private"), "pte"),
    **dict.fromkeys(("ltd", "limited"), "ltd"),
    **dict.fromkeys(("inc", "incorporated"), "inc"),
    **dict.fromkeys(("corp", "corporation"), "corp"),
    **dict.fromkeys(("co", "company"), "co"),
    **{form: form for form in ("llp", "lp", "llc", "plc", "gmbh", "ag", "bv", "nv", "sdn", "bhd", "pty", "kk", "vcc")},
}
#: Words that names are written with or without.
_FILLERS = frozenset({"the", "and", "of", "s", "sg", "singapore"})
_COUNTRY = ("singapore", "sg")
_FEWEST_FOR_PART = 4  # of two words or three, each one matters: Acme Logistics is not Acme Foods
_PART = 0.75
_INITIALS = 0.7
_FEWEST_INITIALS = 3


def words(text: str) -> list[str]:
    """Returns the words of a text, in one spelling."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold().replace("'", "").replace("’", ""))


def distinctive_words(text: str) -> list[str]:
    """Returns the words of a text without fillers; dotted legal forms (B.V.) as one word."""
    found = words(text)
    kept: list[str] = []
    for nth, word in enumerate(found):
        if word == "v" and nth and found[nth - 1] in ("b", "n"):
            kept[-1:] = [f"{found[nth - 1]}v"]
        elif word not in _FILLERS:
            kept.append(word)
    return kept


@dataclass(frozen=True, slots=True)
class Name:
    """A company's name: its distinctive words, and its legal forms."""

    core: tuple[str, ...]
    forms: frozenset[str]

    @classmethod
    def of(cls, name: str) -> Self:
        """Parses a name. One of only forms and fillers keeps them as its words."""
        found = distinctive_words(name)
        core = tuple(word for word in found if word not in _FORMS) or tuple(words(name))
        return cls(core, frozenset(_FORMS[word] for word in found if word in _FORMS))

    @property
    def is_weak(self) -> bool:
        """True for a name of one word, which many companies may share."""
        return len(self.core) < 2

    def found_in(self, text: Sequence[str]) -> tuple[bool, bool]:
        """Returns whether a text of distinctive words contains the name, and whether with its legal form."""
        page, core = f" {' '.join(text)} ", f" {' '.join(self.core)} "
        is_named, at = False, -1
        for _ in range(_MOST_OCCURRENCES):
            at = page.find(core, at + 1)
            if at < 0:
                break
            following = page[at + len(core) : at + len(core) + 20].split(" ", 1)[0]
            form = _FORMS.get(following)
            if form is None:
                is_named = True
            elif form in self.forms:
                return True, True
        return is_named, False

    def part_in(self, text: Sequence[str]) -> float:
        """Returns the share of the name's words, from the first on, that the text has in a row; 0 if it is small."""
        if len(self.core) < _FEWEST_FOR_PART:
            return 0.0
        page = f" {' '.join(text)} "
        for length in range(len(self.core) - 1, 0, -1):
            share = length / len(self.core)
            if share < _PART:
                return 0.0
            if f" {' '.join(self.core[:length])} " in page:
                return share
        return 0.0

    def likeness(self, host: str) -> float:
        """Returns the similarity (0 to 1) of a host's name and the company's: Dice's coefficient over letters."""
        label = "".join(words(name_and_suffix(host)[0]))
        joined = "".join(self.core)
        if not label or not joined:
            return 0.0
        if label == "".join(word[0] for word in self.core) and len(label) >= _FEWEST_INITIALS:
            return _INITIALS
        labels = [label, *(label.removesuffix(country).removeprefix(country) for country in _COUNTRY)]
        return max(self._shared(label) for label in labels if label)

    def _shared(self, label: str) -> float:
        left, shared = label, 0
        for word in sorted(set(self.core), key=lambda word: (-len(word), word)):
            if len(word) > 1 and word in left:
                left = left.replace(word, " ", 1)
                shared += len(word)
        return 2 * shared / (len(label) + sum(map(len, self.core)))


def other_names(text: Sequence[str], name: Name) -> int:
    """Counts the other companies with a Singaporean legal form in a text of distinctive words."""
    others = set()
    for nth in range(2, len(text) - 1):
        if text[nth] in ("pte", "private") and text[nth + 1] in ("ltd", "limited"):
            before = tuple(text[nth - 2 : nth])
            if before[-1:] != name.core[-1:]:
                others.add(before)
    return len(others)
