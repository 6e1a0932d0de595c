"""The skeleton of a sentence: its words as they are written, with a symbol in place of each name.

The rules that tell requests from talk see skeletons only, so that no rule is about a single trade.
"""

import re
from collections.abc import Container, Sequence

from industries import vocabulary
from industries.language.names.phrases import Kind, Phrase
from industries.language.text.scripts import is_foreign
from industries.language.text.words import MARKS, Word, fold

#: Symbols for companies ("hotels"), for a thing or a mass ("a hotel", "logistics"), a code, a phrase that names no
#: industry, an activity that is none by itself, an unknown word, one of another script, and a word like "bounced".
MANY, ONE, CODED, NEITHER, WEAK, UNKNOWN, FOREIGN, PAST = "PNCTAUFD"
NAMED = frozenset({MANY, ONE, CODED})

_SHORT = re.compile(r"(?<=[a-z])['\N{RIGHT SINGLE QUOTATION MARK}](m|re|ve|ll|d|s)$")
_LONG = {"m": "am", "re": "are", "ve": "have", "ll": "will", "d": "would"}
#: After other words `'s` is the mark of a possessor: "children's wear".
_IS = frozenset(["he", "she", "it", "that", "this", "what", "who", "where", "here", "there", "how"])
_RUN_TOGETHER = {
    "im": "i am",
    "id": "i would",
    "ive": "i have",
    "lets": "let us",
    "whats": "what is",
    "u": "you",
    "gimme": "give me",
    "lemme": "let me",
    "wanna": "want to",
    "let's": "let us",
}

#: Words by their class, see vocabulary/shapes.txt.
WORDS = vocabulary.shapes()
COMPANY, TIME = WORDS["company"], WORDS["time"]
DETERMINERS = WORDS["particular"] | {"a", "an"}
ONE_COMPANY = frozenset({"company", "firm", "provider", "supplier", "operator"})
BEFORE_NAME = (
    WORDS["modifier"] | WORDS["quantity"] | WORDS["preposition"] | {",", NEITHER, WEAK, UNKNOWN, PAST, "to", "on"}
)
AFTER_NAME = (
    BEFORE_NAME | COMPANY | {"here", "locally", "nearby", "around", "near"} | WORDS["greeting"] | NAMED | {"a", "an"}
)
_KNOWN = frozenset(word for words in WORDS.values() for word in words)
#: The words of the shapes, folded.
SHAPES = frozenset(map(fold, _KNOWN))


def skeleton(sentence: Sequence[Phrase], ordinary: Container[str]) -> list[str]:
    """Returns the words of a sentence as they are written, with a symbol in place of each name."""
    words: list[str] = []
    for at, phrase in enumerate(sentence):
        for mark in phrase.word.before:
            if mark in MARKS or (mark == "," and at):
                words.append(",")
            elif mark not in ",.":
                words.append(mark)
        symbols = _symbol(phrase, ordinary)
        words += ONE if symbols[0] in ONE_COMPANY and _is_one(words) else symbols
    return words


def _is_one(words: Sequence[str]) -> bool:
    """Returns whether "firm" after these words is one firm: after "a law", "our new law"."""
    at = len(words) - 1
    while at >= 0 and (words[at] in (ONE, UNKNOWN, WEAK, NEITHER) or words[at] in WORDS["modifier"]):
        at -= 1
    return 0 <= at < len(words) - 1 and (words[at] in DETERMINERS or words[at] in WORDS["possessive"])


def _symbol(phrase: Phrase, ordinary: Container[str]) -> Sequence[str]:
    if phrase.kind is Kind.CODE:
        return CODED
    if phrase.kind is Kind.TALK and len(phrase.words) > 1:
        return NEITHER
    if phrase.kind is Kind.NAME or (phrase.kind is Kind.ACTIVITY and not phrase.is_weak):
        return MANY if phrase.is_plural or (len(phrase.words) > 1 and phrase.words[-1].written in COMPANY) else ONE
    if phrase.kind is Kind.ACTIVITY:
        return MANY if phrase.is_plural else WEAK
    word = phrase.word.written or phrase.word.text
    if together := _RUN_TOGETHER.get(word):
        return together.split()
    if short := _SHORT.search(word):
        word = word[: short.start()]
        if short[1] != "s" or word in _IS:
            return [word, _LONG.get(short[1], "is")]
    if is_foreign(word):
        return FOREIGN
    if phrase.word.text in ("company", "firm", "business") and word not in _KNOWN:  # misspelt
        return ["companies" if phrase.word.is_plural else "company"]
    if word in _KNOWN or is_known(phrase.word, ordinary):
        return [word]
    return PAST if word.endswith("ed") else UNKNOWN


def is_known(word: Word, ordinary: Container[str]) -> bool:
    """Returns whether a word is an everyday one, one of the shapes or a number."""
    return word.text in ordinary or word.written in _KNOWN or word.text.isdigit()
