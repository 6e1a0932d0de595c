"""Decides by the shape of a message whether it asks for companies.

A message is read sentence by sentence. A sentence asks if it is a bare list of industries ("hotels, law firms"), a
request ("show me hotels", "who sells furniture", "we sell software to hotels") or what follows up on one ("what about
hotels?"). Any other sentence that names an industry is talk: "met him at a restaurant", "the software is slow".

The rules see a sentence with a symbol in place of each name, so that no rule is about a single trade.
"""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import islice, takewhile
from typing import NamedTuple

from industries.language.names.phrases import Kind, Phrase
from industries.language.requests.bare_lists import IS_VERB, NEAR, is_bare, is_describing
from industries.language.requests.heads import TALK, Strength, heads, without_preface
from industries.language.requests.skeletons import (
    AFTER_NAME,
    BEFORE_NAME,
    CODED,
    COMPANY,
    DETERMINERS,
    MANY,
    NAMED,
    ONE,
    TIME,
    WORDS,
    skeleton,
)
from industries.language.text.words import AGAIN, BACK, NOT

#: Maximum number of phrases that a sentence is judged by, and of clauses that are judged by themselves.
LONGEST_SENTENCE, MOST_CLAUSES = 60, 4

#: Maximum number of words in which the start of a request is looked for.
LONGEST_HEAD = 24

#: "Find a plumber", "our ideal customer is a plumber".
_MAY_BE_ONE = re.compile(
    r"\b(?:find|finding|recommend|suggest|look|looking|search|searching|identify|locate|customer is|client is"
    r"|customer would be|target is|icp is|buyer is) "
)
#: "Would hotels be possible": between these two.
_IS_IT = re.compile(r"(?:is|are|would|could|can) ")
_POSSIBLE = re.compile(r"(?:be )?(?:possible|available|doable|an option|covered|included)$")
#: "There must be hotels in Yishun, show them".
_THEM = re.compile(
    rf"(?:, |please |kindly |and |can you |could you )*(?:{'|'.join(sorted(WORDS['find']))}|get|give|send|fetch)"
    r" (?:(?:me|us|up|out|all|of|with) )*(?:them|those|some|a few|names|the names|their names)(?: \S+){0,2}$"
)
#: "Hotels would be our targets".
_OUR_TARGETS = re.compile(
    r" (?:are|would be|could be|should be|will be|might be|is) (?:(?:my|our|the|a|an|good|great|ideal|best|main) )+"
    r"(?:targets?|prospects?|customers?|clients?|leads?|buyers?|fits?|market)$"
)
#: At the end of a request they add nothing: "hotels got or not".
_TAIL = re.compile(
    r"(?: (?:can|got|(?<!you )(?<!we )have|boleh|too|too please|i meant?|as well|instead"
    r"|anot|lah|la|leh|lor|ah|eh|hor|sia|meh|bo|liao|or not"
    r"|(?:got|have) (?:many|some|any|lists?|contacts?|lobang|names?)|any lobang"
    r"|to (?:call|contact|approach|target|visit|meet)|can intro|can help|and thank you|i guess|i think"
    r"|i suppose|sounds? good|worth (?:calling|visiting|a call|a look|a visit)"
    r"|is fine|are fine|preferably|(?:are|is) there"
    r"|do (?:you|we) have|do you know|exist|have you got"
    r"|anyone|anybody|can you add them|one|(?<=[PN] )are)"
    r"| , (?:i mean|that is|meaning|as in|basically|you know)(?: (?![PNC] )[^ ,]+){1,6})+$"
)
#: "How many hotels are there in Bedok".
_THERE = re.compile(r" (?:are|is) there\b")
#: These begin a clause without a comma: "my patch is Tuas so find me hotels".
_THEREFORE = frozenset({"so", "hence", "therefore", "please", "pls", "kindly"})
#: After "we are a packaging company" these begin what is asked for.
_SEEKING = frozenset(
    {"looking", "searching", "seeking", "hunting", "prospecting", "trying", "hoping", "find", "targeting"}
)
_OURSELVES = re.compile(
    r"(?:hi |hello |hey )?(?:(?:(?:i|we) (?:am|are) |i'm |im |we're )?"
    r"(?:selling|offering|supplying|marketing|pitching|promoting) "
    r"|(?:we|i|we're|i'm|im|our company|my company) ?(?:am |are |is )?an? "
    r"|(?:we|i|my (?:company|firm|team)|our (?:company|firm|team)) "
    r"(?:sell|make|do|supply|distribute|provide|offer|import|run|build|manufacture|produce|install|design|rent)s? "
    r"|(?:my|our) (?:product|service|app|software|platform|solution|offering|tool)s? (?:is|are) )"
)
_ASKING = frozenset({"who", "whom", "which", "what", "where", "looking", "need", "target", "targeting", "prospects"})
_LISTS = frozenset({"list", "lists", "leads", "contacts", "data"})
#: "The hotel", "that hotel"; "those childcare" is of many.
_ONE_OF_US = WORDS["particular"] - {"those", "these"}
#: A clause that begins so is judged as a whole sentence.
_AGAIN = frozenset({"now", "next", "then", "instead", "maybe", "perhaps", "ok", "okay"})


class _Object(NamedTuple):
    """The industry that a sentence names: whether by its companies, and the words after it."""

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
    before: Sequence[Phrase] = ()
    for place in sentences(phrases):
        sentence = phrases[place]
        found = _asked(sentence, ordinary)
        if not found and before and _asks_for_them(skeleton(sentence[:LONGEST_SENTENCE], ordinary)):
            found = before if _has_companies(skeleton(before[:LONGEST_SENTENCE], ordinary)) else ()
        before = () if found else sentence
        asked += found
    return asked


def _asked(sentence: Sequence[Phrase], ordinary: Container[str]) -> Sequence[Phrase]:
    """Returns the sentence if it asks for companies, else its last clauses if they do: "thanks, now hotels please"."""
    if _is_joke(sentence):
        return ()
    if _is_asked(skeleton(_without_exclusions(sentence[:LONGEST_SENTENCE]), ordinary), is_whole=True):
        return sentence
    is_ours = _OURSELVES.match(" ".join(phrase.written for phrase in sentence[:4])) is not None
    starts = _THEREFORE | _SEEKING if is_ours else _THEREFORE
    clauses = (
        at
        for at, phrase in enumerate(sentence)
        if at and ({",", AGAIN} & set(phrase.word.before) or phrase.word.written in starts)
    )
    for at in islice(clauses, MOST_CLAUSES):
        clause = skeleton(_without_exclusions(sentence[at : at + LONGEST_SENTENCE]), ordinary)
        listed = clause[1:] if clause[0] in ("on", "to", "at", "for") else clause
        listed = _OUR_TARGETS.sub("", " ".join(listed)).split()
        is_bare_list = is_ours and _has_companies(listed) and is_bare(listed)
        is_introduced = clause[0] == "so" or len(listed) < len(clause) or _is_answer(sentence[:at])
        if _is_asked(clause, is_whole=False) or (is_bare_list and is_introduced):
            return sentence[at:]
    return ()


def _is_answer(before: Sequence[Phrase]) -> bool:
    """Returns whether the preceding clause asks for the rest: "we sell lamps, whom to call: hotels"."""
    starts = [at for at, phrase in enumerate(before) if "," in phrase.word.before]
    clause = [phrase.word.written for phrase in before[starts[-1] :]] if starts else [""]
    return clause[clause[0] in ("so", "and", "now") and len(clause) > 1] in _ASKING


def _without_exclusions(sentence: Sequence[Phrase]) -> Sequence[Phrase]:
    """Returns a sentence without exclusions after a comma: "electronics makers, skip the chip ones"."""
    if not any(NOT in phrase.word.before for phrase in sentence):
        return sentence
    kept: list[Phrase] = []
    is_left_out = is_named = False
    for at, phrase in enumerate(sentence):
        before = phrase.word.before
        if is_left_out and not {AGAIN, BACK, "."}.isdisjoint(before):
            is_left_out = False
        elif is_named and NOT in before and "," in before[: before.index(NOT)]:
            is_left_out = any(map(_names, sentence[at : at + NEAR]))
        if not is_left_out:
            kept.append(phrase)
            is_named = is_named or _names(phrase)
    return kept


def _names(phrase: Phrase) -> bool:
    return phrase.kind in (Kind.NAME, Kind.ACTIVITY, Kind.CODE)


def _is_joke(sentence: Sequence[Phrase]) -> bool:
    """Returns whether a sentence repeats one thing three times, or its first word twice: "knock knock".

    "Please please" is polite, and "gyms gyms gyms" asks for gyms.
    """
    if len(sentence) > 2 and len({phrase.written for phrase in sentence}) == 1 and not sentence[0].is_plural:
        return True
    first, second = (*sentence[:2], None, None)[:2]
    return (
        first is not None
        and second is not None
        and first.kind is Kind.OTHER
        and first.written == second.written
        and first.written not in WORDS["greeting"]
    )


def _is_asked(words: list[str], *, is_whole: bool) -> bool:
    words = _TAIL.sub("", _THERE.sub("", " ".join(words))).split() or words
    text = " ".join(words[:LONGEST_HEAD]) + " "
    if TALK.match(text):
        return False
    for head, strength in heads(text):
        may_be_one, is_sure = _MAY_BE_ONE.search(head) is not None, strength is Strength.STRONG
        named = _object(words[head.count(" ") :], may_be_one=may_be_one, is_sure=is_sure)
        if named and _accepts(strength, named):
            return True
    if _IS_IT.match(text) and (named := _object(words[1:], may_be_one=False)):
        return named.is_companies and _POSSIBLE.match(" ".join(named.behind)) is not None
    if _has_companies(words) and _asks_for_them(words):
        return True
    rest = without_preface(text).split()
    if (
        rest
        and len(rest) < len(words)
        and words[0] != "hmm"
        and (is_whole or words[0] in _AGAIN)
        and _has_companies(rest)
        and is_bare(rest)
    ):
        return True
    return (is_whole or words[-1] in ("please", "pls")) and is_bare(words)


def _asks_for_them(words: Sequence[str]) -> bool:
    """Returns whether the last clause of a sentence is "list them"."""
    last = max((at for at, word in enumerate(words) if word == ","), default=0)
    return _THEM.match(" ".join(words[last:])) is not None


def _has_companies(words: Sequence[str]) -> bool:
    return MANY in words or (ONE in words and not COMPANY.isdisjoint(words))


def _accepts(strength: Strength, named: _Object) -> bool:
    if strength is Strength.CLOSED:
        behind = list(takewhile(lambda word: word != ",", named.behind))
        purpose = next((at for at in range(len(behind)) if _is_purpose(behind, at)), len(behind))
        return named.is_companies and _ends(behind[:purpose])
    return named.is_companies or (strength is Strength.STRONG and _ends(named.behind))


def _is_purpose(words: Sequence[str], at: int) -> bool:
    """Returns whether the user's purpose for the companies begins here: "freight forwarders for our app"."""
    return words[at] == "for" and words[at + 1 : at + 2] in (["my"], ["our"])


def _ends(words: Sequence[str]) -> bool:
    return all(
        word in AFTER_NAME
        or word in WORDS["particular"]
        or word in TIME
        or word in ("time", "me", "us")
        or word.isdigit()
        for word in words
    )


def _object(words: Sequence[str], *, may_be_one: bool, is_sure: bool = False) -> _Object | None:
    """Finds the industry at the start of these words; none for a particular thing ("the hotel", "my bank").

    `may_be_one`: "a plumber" is an industry too. `is_sure`: everyday words may describe it ("void deck childcare").
    """
    end = next((at for at, word in enumerate(words) if word in NAMED), len(words))
    if end == len(words):
        return None
    if words[end] == ONE and IS_VERB.match(" ".join(words[end + 1 : end + 4])):
        return None
    is_list = words[end] == ONE and words[end + 1 : end + 2] and words[end + 1] in _LISTS
    if is_list and not is_sure and not _ONE_OF_US.isdisjoint(words[:end]):
        return None  # "export the hotel list"
    is_one = is_companies = is_described = False
    for at, word in enumerate(words[:end]):
        if word in COMPANY:
            is_companies, is_one, is_described = True, False, True
        elif word in WORDS["particular"] and at and words[at - 1] in WORDS["preposition"] and not is_companies:
            return None
        elif word in DETERMINERS:
            is_praised = words[at + 1] in WORDS["praise"]
            is_one = word in _ONE_OF_US or not may_be_one or is_praised
        elif word in WORDS["quantity"] or word.isdigit():
            is_one = False
            is_companies = is_companies or word in ("any", "every", "all")
        elif word in WORDS["possessive"] or not (
            is_described
            or word in BEFORE_NAME
            or word in WORDS["greeting"]
            or (is_sure and is_describing(words, at, end))
        ):
            return None
    last = max(at for at, word in enumerate(words) if word in NAMED)
    while end < len(words) and (words[end] in NAMED or words[end] in COMPANY or words[end] in BEFORE_NAME):
        if end > last and (words[end] == "," or _is_purpose(words, end)):
            break
        is_companies = is_companies or words[end] in (MANY, CODED) or words[end] in COMPANY
        end += 1
    if is_one and not is_companies:
        return None
    return _Object(is_companies, words[end:])
