"""What people call an industry, turned into codes of the classification.

The rule: an answer is either plainly meant or not given. A whole title or a trade word beats a part of a title; of
the titles that hold all the words, those of the highest level are meant. A code stands for all that are beneath it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from common.contracts import Industry
from upserter.vocabulary import CODE_WORDS, COMPANY_WORDS, EXCLUSIONS, FILLER, SYNONYMS, TRADES, WEAK

#: From the top. Words are looked for inside the titles of all but sections, whose titles are lists of unlike things.
LEVELS = ("section", "division", "group", "class", "subclass")

#: Words in a row that are looked at as one phrase inside a longer text.
LONGEST_PHRASE = 8

_LIST = re.compile(r"[,;\n]+")
_CONJUNCTION = re.compile(r"\s+(?:and|or|plus|as well as|&|\+)\s+|\s*/\s*", re.IGNORECASE)
_INFORMATION_TECHNOLOGY = re.compile(r"\bIT\b")
_NOT_ELSEWHERE = re.compile(r"\bn\.e\.c\b\.?", re.IGNORECASE)
_LEFT_OUT_IN_BRACKETS = re.compile(r"\((?:except|excluding|other than)\b[^()]*\)", re.IGNORECASE)
_LEFT_OUT = re.compile(r"\b(?:except|excluding|other than)\b.*", re.IGNORECASE)
_IN_BRACKETS = re.compile(r"\([^()]*\)")


class Code(NamedTuple):
    """A code of the classification, as `ssic_ref` has it."""

    version: str
    code: str
    level: str
    title: str
    parent_code: str | None


class Resolution(NamedTuple):
    """What terms came to: the industries that were meant, and every five-digit code beneath them."""

    industries: tuple[Industry, ...]
    codes: tuple[str, ...]


class IndustryIndex:
    """The classification, made ready for questions. Built once; answers in well under a millisecond."""

    def __init__(self, codes: Iterable[Code]) -> None:
        self._codes = {code.code: code for code in codes}
        self._by_title: dict[tuple[str, ...], list[str]] = defaultdict(list)
        self._by_words: dict[frozenset[str], list[str]] = defaultdict(list)
        self._holding: dict[str, set[str]] = defaultdict(set)
        self._beneath: dict[str, list[str]] = defaultdict(list)
        for code in self._codes.values():
            self._add(code)
        self._trades = {
            frozenset(significant(fold(phrase))): [code for code in meant if code in self._codes]
            for phrase, meant in TRADES.items()
        }

    @property
    def titles(self) -> dict[str, str]:
        """The title of every code."""
        return {code.code: code.title for code in self._codes.values()}

    def resolve(self, terms: Sequence[str]) -> Resolution:
        """The industries that the terms name, together; nothing for terms that name none."""
        found = dict.fromkeys(code for term in terms for code in self._resolve(term))
        top = [code for code in found if not any(above in found for above in self._above(code))]
        industries = (self._codes[code] for code in top)
        return Resolution(
            tuple(Industry(version=i.version, code=i.code, level=i.level, title=i.title) for i in industries),
            tuple(sorted({beneath for code in top for beneath in self._beneath[code]})),
        )

    def _add(self, code: Code) -> None:
        self._by_title[tuple(fold(code.title))].append(code.code)
        covered = _LEFT_OUT.sub("", _LEFT_OUT_IN_BRACKETS.sub("", _NOT_ELSEWHERE.sub("", code.title)))
        if words := frozenset(significant(fold(_IN_BRACKETS.sub("", covered)))):
            self._by_words[words].append(code.code)
        if code.level != "section":
            for word in significant(fold(covered)):
                self._holding[word].add(code.code)
        if code.level == "subclass":
            for above in (code.code, *self._above(code.code)):
                self._beneath[above].append(code.code)

    def _above(self, code: str) -> Iterator[str]:
        parent = self._codes[code].parent_code
        while parent is not None and parent in self._codes:
            yield parent
            parent = self._codes[parent].parent_code

    def _resolve(self, term: str) -> list[str]:
        """One term: as it stands, else as a list of several, else by the phrases in it that are plain."""
        if codes := self._by_title.get(tuple(fold(term))):
            return self._highest(codes)
        if codes := self._explicit(fold(term)):
            return codes
        if EXCLUSIONS & set(fold(term)):
            return []
        return self._phrase(term) or [
            code
            for item in _LIST.split(term)
            for code in self._phrase(item)
            or [code for part in _CONJUNCTION.split(item) for code in self._phrase(part) or self._phrases_in(part)]
        ]

    def _explicit(self, words: Sequence[str]) -> list[str]:
        """Codes given as codes: bare, of five digits, or named as one. "10 companies" is not division 10."""
        letters = {word for word in words if len(word) == 1 and word.isalpha()} if "section" in words else set()
        given = [word.upper() for word in words if word.isdecimal() or word in letters]
        others = set(words) - set(map(str.lower, given))
        is_meant = not others - {"and", "or"} or others & CODE_WORDS or all(len(code) == 5 for code in given)
        if not is_meant or others - CODE_WORDS - FILLER:
            return []
        return [code for code in map(self._known, given) if code]

    def _known(self, code: str) -> str | None:
        """The code; for one of five digits that ends in a zero too many, the class that it means."""
        if code in self._codes:
            return code
        return code[:4] if len(code) == 5 and code.endswith("0") and code[:4] in self._codes else None

    def _phrase(self, text: str) -> list[str]:
        words = significant(fold(_spell_out(text)))
        return self._exactly(words) or self._holding_all(words)

    def _phrases_in(self, text: str) -> list[str]:
        """The longest phrases of a longer text that are plainly industries, from left to right."""
        words = significant(fold(_spell_out(text)))
        found: list[str] = []
        start = 0
        while start < len(words):
            for end in range(min(len(words), start + LONGEST_PHRASE), start, -1):
                phrase = words[start:end]
                codes = self._exactly(phrase) or (self._holding_all(phrase) if len(phrase) > 1 else [])
                if codes:
                    found += codes
                    break
            start = end if codes else start + 1
        return found

    def _exactly(self, words: Sequence[str]) -> list[str]:
        phrase = frozenset(words)
        if phrase <= WEAK:
            return []
        return self._trades.get(phrase) or self._highest(self._by_words.get(phrase, []))

    def _holding_all(self, words: Sequence[str]) -> list[str]:
        """The highest codes whose titles hold all of the words."""
        if WEAK.issuperset(words):
            return []
        return self._highest(set.intersection(*(self._holding.get(word, set()) for word in words)))

    def _highest(self, codes: Iterable[str]) -> list[str]:
        by_level: dict[str, list[str]] = defaultdict(list)
        for code in sorted(codes):
            by_level[self._codes[code].level].append(code)
        return next((by_level[level] for level in LEVELS if level in by_level), [])


def fold(text: str) -> list[str]:
    """The words of a text: lower case, without punctuation, singular, one form for each."""
    plain = text.casefold().replace("&", " and ").replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    words = map(_singular, re.findall(r"\w+", plain.replace("_", " ")))
    return [SYNONYMS.get(word, word) for word in words]


def significant(words: Iterable[str]) -> list[str]:
    """The words that can tell one industry from another."""
    return [word for word in words if word not in FILLER]


def _singular(word: str) -> str:
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ews")):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


def _spell_out(text: str) -> str:
    """`IT` is two words and `it` is one, but for "it companies"."""
    if [word for word in fold(text) if word not in COMPANY_WORDS] == ["it"]:
        return "information technology"
    return text if text.isupper() else _INFORMATION_TECHNOLOGY.sub("information technology", text)
