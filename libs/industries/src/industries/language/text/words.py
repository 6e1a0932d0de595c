"""Folds words to one form for comparison: lower case, no accents, singular. Keeps the marks between them.

The vocabulary's keys are folded in the same way, so that texts and vocabulary always match.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from industries import vocabulary
from industries.language.text.scripts import romanise


def set_of(text: str) -> frozenset[str]:
    """Splits a text into a set of words."""
    return frozenset(text.split())


#: Maximum length of a text in characters; the rest is ignored, so that the work is bounded.
LONGEST_TEXT = 4000

#: Maximum number of words; the rest is ignored.
MOST_WORDS = 250

#: Function words that connect others. They are kept in `Word.before`, not as words.
GLUE = set_of("a an and at but by for from in into of on or nor n the to via with plus as")

#: Marks that exclusions.py puts into a text: excluded from here on; the next word excluded; no longer excluded;
#: included again.
NOT, NOT_NEXT, AGAIN, BACK = MARKS = ("\N{NOT SIGN}", "~", "^", "\N{BROKEN BAR}")
_ANY_MARK = "".join(map(re.escape, MARKS))

#: Mark, with a number, in place of a code that numbers.py found.
CODE = "\N{SECTION SIGN}"

_INFORMATION_TECHNOLOGY = re.compile(r"(?<![\w&-])(?:IT|I\.T\.?)(?![\w&-]|['\N{RIGHT SINGLE QUOTATION MARK}]s\b)")
_SPACE = re.compile(rf"[^\S\n]+|[{_ANY_MARK}{CODE}]")
_LINES = re.compile(r" ?\n[ \n]*")
#: Addresses, and who sent a mail to whom and when.
_ADDRESS = re.compile(
    r"\b(?:https?://|www\.)\S+|[\w.+-]+@[\w-]+\.[\w.-]+"
    r"|(?s:(?<![a-z] )\b(?:(?i:best|kind|warm|many)? ?(?i:regards|rgds|sincerely)|Sent from my)\b[ ,.\n](?! ?to).*)"
    r"|(?m:(?:^[> ]*|-{2,} *)(?:From|To|Cc|CC|Bcc|Sent|Date): [^\n.]*)|-{2,} ?(?i:original|forwarded) message ?-{2,}"
)
_ABBREVIATION = re.compile(r"(?<![^\W_])([^\W_])\s*(?:&|\band\b|\bn\b)\s*([^\W_])(?![^\W_])")
_PLAIN_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)?")
_TOKEN = re.compile(
    rf"{CODE}\d+|\d+(?:\.\d+)+|[^\W_]+(?:['\N{{RIGHT SINGLE QUOTATION MARK}}][^\W_]+)?"
    rf"|[,;:.!?\n()/&+{_ANY_MARK}]"
)
_SIGNS = {"&": "and", "+": "and", "/": "or", ";": ",", ":": ",", "(": ",", ")": ",", "!": ".", "?": ".", "\n": "."}
#: Before the last "s" of "hotel's".
_POSSESSIVE = ("'", "\N{RIGHT SINGLE QUOTATION MARK}")
#: A dash between two parts of a sentence.
_DASH = re.compile(r"(?<=[^\W\d] )[-\N{EN DASH}\N{EM DASH}]+(?= )")
_NO_PLURAL = ("ss", "us", "is", "ews", "ics", "ous", "ess")


class Word(NamedTuple):
    """A folded word, the glue, commas and marks before it, and the word as it was written, in lower case."""

    text: str
    before: tuple[str, ...] = ()
    is_plural: bool = False
    written: str = ""

    @property
    def is_apart(self) -> bool:
        """Returns whether a comma, the end of a sentence or a mark separates it from the word before."""
        return any(mark in ",." or mark in MARKS for mark in self.before)

    @property
    def is_tight(self) -> bool:
        """Returns whether nothing is between it and the word before."""
        return not self.before


def tokenise(text: str) -> list[Word]:
    """Returns the words of a normalised text, in order."""
    return list(islice(_words(text), MOST_WORDS))


def folded_words(text: str) -> list[str]:
    """Returns the folded words of a phrase in normalised lower case, without glue; faster than `tokenise`."""
    if " and " in text or "&" in text:
        text = _ABBREVIATION.sub(r"\1and\2", text)
    return [fold(word) for word in _PLAIN_WORD.findall(text) if word not in GLUE]


def normalise(text: str) -> str:
    """Converts to lower case without accents, addresses and heads of mails.

    Expands `IT`, since `it` is another word; joins "F & B" to one word.
    """
    text = romanise(_ADDRESS.sub(" ", text[:LONGEST_TEXT]))
    if not text.isupper() or text.strip() == "IT":
        text = _INFORMATION_TECHNOLOGY.sub("information technology", text)
    folded = unicodedata.normalize("NFKD", text).casefold()
    if not folded.isascii():
        folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    folded = _LINES.sub("\n", _SPACE.sub(" ", folded[:LONGEST_TEXT]))
    return _ABBREVIATION.sub(r"\1and\2", folded)


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """Returns the form that stands for all spellings of a word."""
    forms = vocabulary.spellings()
    bare = word.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if bare in forms:
        return forms[bare]
    single = singular(bare)
    return forms.get(single, _british(single))


def singular(word: str) -> str:
    """Removes a plural ending by rule. The result need not be a word, only equal for singular and plural."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(_NO_PLURAL):
        return word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    return word[:-2] if word.endswith(("ches", "shes", "sses", "xes")) else word[:-1]


def _british(word: str) -> str:
    if len(word) > 6:
        for american, british in (("ization", "isation"), ("izing", "ising"), ("izer", "iser"), ("ized", "ised")):
            if word.endswith(american):
                return word[: -len(american)] + british
        if word.endswith("ize"):
            return word[:-3] + "ise"
    return word


def _words(text: str) -> Iterator[Word]:
    before: list[str] = []
    for token in _TOKEN.findall(_DASH.sub(",", text)):
        mark = _SIGNS.get(token, token)
        if (len(mark) == 1 and not mark.isalnum()) or mark in GLUE:
            before.append(mark)
        else:
            form = fold(mark)
            yield Word(
                form,
                tuple(before),
                is_plural=form != mark and mark.endswith("s") and mark[-2] not in _POSSESSIVE,
                written=mark,
            )
            before = []
