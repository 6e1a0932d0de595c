"""Decides by the shape of a message whether it asks for companies.

A message is read sentence by sentence. A sentence asks if it is a bare list of industries ("hotels, law firms"), a
request ("show me hotels", "who sells furniture", "we sell software to hotels") or what follows up on one ("what about
hotels?"). Any other sentence that names an industry is talk: "met him at a restaurant", "the software is slow".

The rules see a sentence with a symbol in place of each name, so that no rule is about a single trade.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from industries import vocabulary
from industries.language.phrases import Kind, Phrase
from industries.language.request_heads import TALK, heads
from industries.language.scripts import is_foreign
from industries.language.words import AGAIN, MARKS

#: Symbols for companies ("hotels"), for a thing or a mass ("a hotel", "logistics"), a code, a phrase that names no
#: industry, an activity that is none by itself, an unknown word, and one of another script.
MANY, ONE, CODED, NEITHER, WEAK, UNKNOWN, FOREIGN = "PNCTAUF"
NAMED = frozenset({MANY, ONE, CODED})

#: Maximum number of phrases that a sentence is judged by, and of clauses that are judged by themselves.
LONGEST_SENTENCE, MOST_CLAUSES = 60, 4

#: Maximum number of words in which the start of a request is looked for.
LONGEST_HEAD = 24

#: A sentence of so many words has no room for a technical term with an everyday word in it.
SHORT = 5

#: Maximum number of words between a name and the word that decides about it.
NEAR = 6

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
    "wanna": "want to",
    "let's": "let us",
}

_WORDS = vocabulary.shapes()
_COMPANY, _PARTICULAR, _TIME = _WORDS["company"], _WORDS["particular"], _WORDS["time"]
_BEFORE_NAME = (
    _WORDS["modifier"] | _WORDS["quantity"] | _WORDS["preposition"] | {",", NEITHER, WEAK, UNKNOWN, "to", "on"}
)
_AFTER_NAME = (
    _BEFORE_NAME | _COMPANY | {"here", "locally", "nearby", "around", "near"} | _WORDS["greeting"] | NAMED | {"a", "an"}
)


_PART_OF_NAME = _WORDS["noun"] | _WORDS["relative"]
_DETERMINERS = _PARTICULAR | {"a", "an"}
#: A single name that is meant otherwise: "fishing for leads", "dentist at 3".
_IS_OTHERWISE = re.compile(
    r"(?:for (?:leads?|prospects?|contacts?|names|targets?|customers?|clients?|gifts|compliments)"
    r"|(?:after|before|during|until) \w+|at \d+|on (?:luck|it|you|that|this|me|him|us))$"
)
_FINDS = re.compile(r"\b(?:find|finding|recommend|suggest|look|looking|search|searching|identify|locate) ")
#: "Hotels you know", "a list of hotels would be good".
_IS_RELATIVE = re.compile(r"(?:you|we|i) (?:can|could|have|know|find|should|might|may|need|want)$|would be$")
#: "Contractors that need software": what follows is about the companies.
_CLAUSE_ABOUT_THEM = frozenset({"that", "which", "who", "whose", "where"})
_NO_NAME = _WORDS["clause"] | _WORDS["possessive"] | _TIME
_NO_START = _WORDS["away"] | _WORDS["order"] | _WORDS["find"] | _WORDS["fetch"] | {"who", "which", "what", "whose"}
_ONE_COMPANY = frozenset({"company", "firm", "provider", "supplier", "operator"})
_NO_COMPANY = _WORDS["affair"] | _WORDS["particular"] | _WORDS["particle"]


class _Object(NamedTuple):
    """The industry that a sentence names: whether by its companies, and the words behind it."""

    is_companies: bool
    behind: Sequence[str]


def sentences(phrases: Sequence[Phrase]) -> Iterator[slice]:
    """Yields the places of each sentence's phrases."""
    start = 0
    for at, phrase in enumerate(phrases):
        if at and "." in phrase.word.before:
            yield slice(start, at)
            start = at
    if phrases:
        yield slice(start, len(phrases))


def asked_for(phrases: Sequence[Phrase], ordinary: Container[str]) -> list[Phrase]:
    """Returns the phrases of the sentences that ask for companies."""
    asked: list[Phrase] = []
    for place in sentences(phrases):
        asked += _asked(phrases[place], ordinary)
    return asked


def _asked(sentence: Sequence[Phrase], ordinary: Container[str]) -> Sequence[Phrase]:
    """Returns the sentence if it asks for companies, else its last clauses if they do: "thanks, now hotels please"."""
    if _is_asked(_skeleton(sentence[:LONGEST_SENTENCE], ordinary), is_whole=True):
        return sentence
    clauses = (at for at, phrase in enumerate(sentence) if at and {",", AGAIN} & set(phrase.word.before))
    for at in islice(clauses, MOST_CLAUSES):
        if _is_asked(_skeleton(sentence[at : at + LONGEST_SENTENCE], ordinary), is_whole=False):
            return sentence[at:]
    return ()


def _is_asked(words: list[str], *, is_whole: bool) -> bool:
    text = " ".join(words[:LONGEST_HEAD]) + " "
    if TALK.match(text):
        return False
    for head, is_strong in heads(text):
        named = _object(words[head.count(" ") :], may_be_one=_FINDS.search(head) is not None)
        if named and (named.is_companies or (is_strong and _ends(named.behind))):
            return True
    return (is_whole or words[-1] in ("please", "pls")) and _is_bare(words)


def _is_bare(words: Sequence[str]) -> bool:
    """Returns whether a sentence is nothing but industries and what describes them: it has no word of a clause."""
    rest = _without_greeting(words)
    if len(rest) > 1 and rest[-1] in ("anyone", "anybody"):
        rest = rest[:-1]
    if rest[0] in _NO_START or (rest[0] in _WORDS["preposition"] and rest[1:2] and rest[1] in _DETERMINERS):
        return False
    is_companies = is_named = False
    for at, word in enumerate(rest):
        if word in _WORDS["affair"] and not is_named:
            return False
        is_named = is_named or word in NAMED
        if word in ("me", "us") and at and rest[at - 1] in ("near", "around", "for", "to"):
            continue
        if word in _PARTICULAR and at and rest[at - 1] in _WORDS["preposition"] and not _is_of_register(rest[at + 1 :]):
            return False
        if is_companies and (word in _CLAUSE_ABOUT_THEM or _IS_RELATIVE.match(" ".join(rest[at : at + 2]))):
            return True
        if word in _NO_NAME or word == FOREIGN or _is_clause(rest, at):
            return False
        if word in (MANY, CODED) or word in _COMPANY:
            is_companies = True
        elif (word == ONE and not _is_industry(rest, at)) or (word == UNKNOWN and rest[at + 1 : at + 2] == ["up"]):
            return False
    return is_companies or not any(word in _WORDS["praise"] for word in rest)


def _is_of_register(words: Sequence[str]) -> bool:
    """Returns whether a "the" is before an industry or an area: "in the hotel trade"; not "in the news"."""
    return (
        not words
        or words[0] in ("ssic", "code", "codes")
        or words[0] in _BEFORE_NAME
        or words[0] in _COMPANY
        or words[0] in NAMED
    )


def _is_clause(words: Sequence[str], at: int) -> bool:
    """Returns whether a word is what a name does, not what it is: "restaurants struggle with rent", "movie night"."""
    if not at or words[at] in _AFTER_NAME or words[at] in _PART_OF_NAME or words[at].isdigit():
        return False
    if words[at - 1] == MANY:
        return not NAMED.isdisjoint(words[:at]) and words[at:] != [words[at]]
    return words[at - 1] == ONE and len(words) <= SHORT and NAMED.isdisjoint(words[at:]) and WEAK not in words[at:]


def _without_greeting(words: Sequence[str]) -> Sequence[str]:
    start = 0
    while start < len(words) - 1 and (
        words[start] in _WORDS["greeting"]
        or words[start] == ","
        or (words[start] in _WORDS["praise"] and words[start + 1] == ",")
    ):
        start += 1
    return words[start:]


def _is_industry(words: Sequence[str], at: int) -> bool:
    """Returns whether a single name means its industry: not "the hotel", "hotel booking", "fishing for leads"."""
    behind = next((word for word in words[at + 1 : at + 1 + NEAR] if word not in (ONE, UNKNOWN)), "")
    if behind in _ONE_COMPANY and words[0] == "the":
        return False
    if behind in _COMPANY or behind in (MANY, CODED, WEAK):
        return True
    nearby = reversed(words[max(0, at - NEAR) : at])
    before = next((word for word in nearby if word not in (UNKNOWN, ONE) and word not in _WORDS["modifier"]), "")
    is_particular = before in _PARTICULAR or (before in ("a", "an") and before == words[0])
    after = " ".join(words[at + 1 : at + 3])
    return not (is_particular or behind in _NO_COMPANY or _IS_OTHERWISE.match(after))


def _ends(words: Sequence[str]) -> bool:
    return all(word in _AFTER_NAME or word in _PARTICULAR or word.isdigit() for word in words)


def _object(words: Sequence[str], *, may_be_one: bool) -> _Object | None:
    """Finds the industry at the start of these words; none for a particular thing ("the hotel", "my bank").

    `may_be_one`: "a plumber" is an industry too.
    """
    end = next((at for at, word in enumerate(words) if word in NAMED), len(words))
    if end == len(words):
        return None
    is_one = is_companies = False
    for at, word in enumerate(words[:end]):
        if word in _COMPANY:
            is_companies, is_one = True, False
        elif word in _PARTICULAR and at and words[at - 1] in _WORDS["preposition"] and not is_companies:
            return None
        elif word in _DETERMINERS:
            is_one = word in _PARTICULAR or not may_be_one
        elif word in _WORDS["quantity"] or word.isdigit():
            is_one = False
            is_companies = is_companies or word in ("any", "every", "all")
        elif word in _WORDS["possessive"] or not (is_companies or word in _BEFORE_NAME or word in _WORDS["greeting"]):
            return None
    while end < len(words) and (words[end] in NAMED or words[end] in _COMPANY or words[end] in _BEFORE_NAME):
        is_companies = is_companies or words[end] in (MANY, CODED) or words[end] in _COMPANY
        end += 1
    if is_one and not is_companies:
        return None
    return _Object(is_companies, words[end:])


#: After these an AGAIN mark stands for "find", "show" or "give".
_AFTER_FIND = frozenset({"me", "us", "some", "any", "more"})


def _skeleton(sentence: Sequence[Phrase], ordinary: Container[str]) -> list[str]:
    """Returns the words of a sentence as they are written, with a symbol in place of each name."""
    words: list[str] = []
    for at, phrase in enumerate(sentence):
        for mark in phrase.word.before:
            if mark == AGAIN and phrase.word.text in _AFTER_FIND:
                words += [",", "find"]
            elif mark in MARKS or (mark == "," and at):
                words.append(",")
            elif mark not in ",.":
                words.append(mark)
        words += _symbol(phrase, ordinary)
    return words


def _symbol(phrase: Phrase, ordinary: Container[str]) -> Sequence[str]:
    if phrase.kind is Kind.CODE:
        return CODED
    if phrase.kind is Kind.TALK and len(phrase.words) > 1:
        return NEITHER
    if phrase.kind is Kind.NAME or (phrase.kind is Kind.ACTIVITY and not phrase.is_weak):
        return MANY if phrase.is_plural or (len(phrase.words) > 1 and phrase.words[-1].written in _COMPANY) else ONE
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
    return [word] if phrase.word.text in ordinary or word in _KNOWN or word.isdigit() else UNKNOWN


_KNOWN = frozenset(word for words in _WORDS.values() for word in words)
