"""Words as they are compared: lower case, without accents, singular, one form for each; and what stands between them.

The same folding makes the keys of the vocabulary, so that a text and the vocabulary always meet.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from industries import vocabulary


def set_of(text: str) -> frozenset[str]:
    """The words of a list that is written as a text."""
    return frozenset(text.split())


#: Text beyond this is not read: a chat message is shorter, and the work has to be bounded.
LONGEST_TEXT = 4000

#: So are words beyond these.
MOST_WORDS = 250

#: Function words that say how their neighbours belong together. They are kept beside the words, not among them.
GLUE = set_of("a an and at but by for from in into of on or nor n the to via with plus as")

#: Marks that exclusions.py leaves in a text: left out from here on; the next word left out; no longer left out; taken
#: back of what was left out.
NOT, NOT_NEXT, AGAIN, BACK = MARKS = ("\N{NOT SIGN}", "~", "^", "\N{BROKEN BAR}")
_ANY_MARK = "".join(map(re.escape, MARKS))

#: Stands, with a number, where numbers.py found a code.
CODE = "\N{SECTION SIGN}"

_INFORMATION_TECHNOLOGY = re.compile(r"(?<![\w&-])(?:IT|I\.T\.?)(?![\w&-]|['\N{RIGHT SINGLE QUOTATION MARK}]s\b)")
_SPACE = re.compile(rf"[^\S\n]+|[{_ANY_MARK}{CODE}]")
_LINES = re.compile(r" ?\n[ \n]*")
_ABBREVIATION = re.compile(r"(?<![^\W_])([^\W_])\s*(?:&|\band\b|\bn\b)\s*([^\W_])(?![^\W_])")
_PLAIN_WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+(?:['\N{RIGHT SINGLE QUOTATION MARK}][^\W_]+)?")
_TOKEN = re.compile(
    rf"{CODE}\d+|\d+(?:\.\d+)+|[^\W_]+(?:['\N{{RIGHT SINGLE QUOTATION MARK}}][^\W_]+)?"
    rf"|[,;:.!?\n()/&+{_ANY_MARK}]"
)
_SIGNS = {"&": "and", "+": "and", "/": "or", ";": ",", ":": ",", "(": ",", ")": ",", "!": ".", "?": ".", "\n": "."}
_NO_PLURAL = ("ss", "us", "is", "ews", "ics", "ous", "ess")


class Word(NamedTuple):
    """A word of a text, folded, and the glue, commas and marks that stand before it."""

    text: str
    before: tuple[str, ...] = ()
    is_plural: bool = False

    @property
    def is_apart(self) -> bool:
        """Whether a comma, the end of a sentence or a mark separates it from what came before."""
        return any(mark in ",." or mark in MARKS for mark in self.before)

    @property
    def is_tight(self) -> bool:
        """Whether nothing stands before it but the word before."""
        return not self.before


def words(text: str) -> list[Word]:
    """The words of a text, in order."""
    return marked(plain(text))


def marked(text: str) -> list[Word]:
    """The words of a text that is plain already and holds marks."""
    return list(islice(_words(text), MOST_WORDS))


def phrase(text: str) -> list[str]:
    """The folded words of a phrase in plain lower case, without its glue: what words() gives, sooner."""
    if " and " in text or "&" in text:
        text = _ABBREVIATION.sub(r"\1and\2", text)
    return [fold(word) for word in _PLAIN_WORD.findall(text) if word not in GLUE]


def plain(text: str) -> str:
    """Lower case without accents; `IT` is spelled out, since `it` is another word; "F & B" is one word."""
    text = text[:LONGEST_TEXT]
    if not text.isupper() or text.strip() == "IT":
        text = _INFORMATION_TECHNOLOGY.sub("information technology", text)
    folded = unicodedata.normalize("NFKD", text).casefold()
    if not folded.isascii():
        folded = "".join(letter for letter in folded if not unicodedata.combining(letter))
    folded = _LINES.sub("\n", _SPACE.sub(" ", folded[:LONGEST_TEXT]))
    return _ABBREVIATION.sub(r"\1and\2", folded)


@lru_cache(maxsize=8192)
def fold(word: str) -> str:
    """The one form of a word."""
    forms = vocabulary.spellings()
    bare = word.replace("'", "").replace("\N{RIGHT SINGLE QUOTATION MARK}", "")
    if bare in forms:
        return forms[bare]
    single = singular(bare)
    return forms.get(single, _british(single))


def singular(word: str) -> str:
    """By rule; it need not be a word, only the same for both numbers."""
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
    for token in _TOKEN.findall(text):
        mark = _SIGNS.get(token, token)
        if (len(mark) == 1 and not mark.isalnum()) or mark in GLUE:
            before.append(mark)
        else:
            form = fold(mark)
            yield Word(form, tuple(before), is_plural=form != mark and mark.endswith("s"))
            before = []
