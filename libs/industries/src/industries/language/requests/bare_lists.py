"""Bare lists of industries: "hotels, law firms in Tuas", with no word of a clause."""

import re
from collections.abc import Sequence

from industries.language.requests.skeletons import (
    AFTER_NAME,
    BEFORE_NAME,
    CODED,
    COMPANY,
    DETERMINERS,
    FOREIGN,
    MANY,
    NAMED,
    ONE,
    ONE_COMPANY,
    PAST,
    TIME,
    UNKNOWN,
    WEAK,
    WORDS,
)

#: A sentence of so many words has no room for a technical term with an everyday word in it.
SHORT = 5

#: Maximum number of words between a name and the word that decides about it.
NEAR = 6

#: Maximum number of everyday nouns that describe a name.
MOST_NOUNS = 2
_NOUNS = WORDS["affair"] | WORDS["noun"]
_PART_OF_NAME = WORDS["noun"] | WORDS["relative"]
#: A single name that is meant otherwise: "fishing for leads", "fish for more ideas".
IS_VERB = re.compile(
    r"for (?:(?:more|new|some|any|fresh|good|better|extra) )?(?:leads?|prospects?|contacts?|names|targets?|customers?"
    r"|clients?|gifts|compliments|ideas|info|information|details|answers?|clues?|insights?|fun"
    r"|breakfast|brunch|lunch|tea|dinner|supper)\b"
)
#: "Dentist at 3", "lawyer after lunch".
_IS_OTHERWISE = re.compile(
    r"(?:(?:after|before|during|until|till) \w+|at (?:\d+|noon|lunch|dinner|breakfast|night|home|work)"
    r"|on (?:luck|it|you|that|this|me|him|us))$"
)
#: Of a calendar: "9am plumber, 2pm internal".
_HOUR = re.compile(r"\d{1,2}(?:\d\d)?(?:am|pm|hrs?)")
#: "Hotels you know", "a list of hotels would be good".
_IS_RELATIVE = re.compile(r"(?:you|we|i) (?:can|could|have|know|find|should|might|may|need|want)$|would be$")
#: "Contractors that need software": what follows is about the companies.
_CLAUSE_ABOUT_THEM = frozenset(
    {"that", "which", "who", "whose", "where", "lacking", "likely", "prone", "willing", "ready", "able"}
)
_NO_NAME = WORDS["clause"] | WORDS["possessive"] | TIME
_NO_START = WORDS["away"] | WORDS["order"] | WORDS["find"] | WORDS["fetch"] | {"who", "which", "what", "whose"}
_ORDER = WORDS["order"]
#: After an everyday word at the start of a sentence they begin what it is about: "sick of", "draft a", "luck with".
_SAID_BEFORE = DETERMINERS | {"of", "in", "for", "from", "with", "by", "on", "to", "at", "up", "about", "into", "out"}
_NO_COMPANY = WORDS["affair"] | WORDS["particular"] | WORDS["particle"]
#: Words for companies alone: a list or a contact is none.
_FIRMS = frozenset(
    {
        "firms",
        "companies",
        "businesses",
        "providers",
        "contractors",
        "specialists",
        "agencies",
        "operators",
        "suppliers",
    }
    | {"vendors", "startups", "outfits", "players", "smes"}
)
#: "Golf with the client".
_A_PERSON = frozenset({"client", "customer", "owner", "prospect", "contact", "vendor", "supplier"})
#: A list that is complained about: "bad data for hotels".
_BAD = frozenset({"bad", "terrible", "horrible", "awful", "useless", "wrong", "boring", "ugly"})
#: Purposes of a list: "caterers for my campaign".
_PURPOSE = frozenset(
    {"campaign", "list", "pitch", "client", "boss", "team", "calls", "outreach", "product", "territory"}
)
#: "Bus operators, the school bus kind".
_KIND = frozenset({"kind", "type", "sort", "variety", "ones", "kinds", "types"})
_SHAPING = frozenset(word for name, words in WORDS.items() if name != "order" for word in words)


def is_bare(words: Sequence[str]) -> bool:
    """Returns whether a sentence consists of industries and their descriptions only: it has no word of a clause."""
    rest = _without_greeting(words)
    if rest[0] in _NO_START or (rest[0] in (UNKNOWN, PAST) and rest[1:2] and rest[1] in DETERMINERS):
        return False
    if rest[0] in _BAD and NAMED.isdisjoint(rest[1:2]):
        return False
    if rest[0] in WORDS["preposition"] and rest[1:2] and rest[1] in DETERMINERS:
        return False
    if any(_HOUR.fullmatch(word) for word in rest) or _is_to_do(rest) or "hmm" in words:
        return False
    is_companies = is_named = False
    for at, word in enumerate(rest):
        if word in WORDS["affair"] and (_is_matter(rest[at - 1]) if is_named else not _is_kind(rest, at)):
            return False
        if word in WORDS["possessive"] and is_companies and rest[at - 1] == "for" and rest[-1] in _PURPOSE:
            return True
        is_named = is_named or word in NAMED
        if word in ("me", "us") and at and rest[at - 1] in ("near", "around", "for", "to"):
            continue
        if is_companies and word in WORDS["particular"] and rest[at - 1] == "," and rest[-1] in _KIND:
            return True
        if word in WORDS["particular"] and rest[at + 1 : at + 3] in ([ONE], [ONE, ","]) and not is_companies:
            return False
        if word in WORDS["particular"] and at and rest[at - 1] in WORDS["preposition"]:
            if (rest[at - 1] == "with" and rest[at + 1 : at + 2] in ([ONE], [MANY])) or not _is_of_register(
                rest[at + 1 :]
            ):
                return False
        elif (
            word in WORDS["quantity"]
            and at > 1
            and rest[at - 1] in (UNKNOWN, PAST)
            and rest[at - 2] not in _PART_OF_NAME
        ):
            return False
        if _is_one_of_them(rest, at) or _is_happening(rest, at):
            return False
        if is_companies and rest[at : at + 3] == ["in", "need", "of"]:
            return True
        if is_companies and (word in _CLAUSE_ABOUT_THEM or _IS_RELATIVE.match(" ".join(rest[at : at + 2]))):
            return True
        if (word in _NO_NAME and not _is_newly(rest, at)) or word == FOREIGN or _is_clause(rest, at):
            return False
        if word == "to" and not is_companies and _is_everyday(" ".join(rest[at + 1 : at + 2])):
            return False
        if (_is_everyday(word) and _is_said(rest, at)) or _is_headline(rest, at):
            return False
        if word in WORDS["particular"] and rest[at + 2 : at + 3] == [","] and _is_everyday(rest[at + 1]):
            return False
        if word in (MANY, CODED) or word in COMPANY:
            is_companies = True
        elif (word == ONE and not _is_industry(rest, at) and not _is_for(rest, at, is_companies)) or (
            word == UNKNOWN and rest[at + 1 : at + 2] == ["up"]
        ):
            return False
    return is_companies or not any(word in WORDS["praise"] for word in rest)


def _is_to_do(words: Sequence[str]) -> bool:
    """Returns whether a list is of errands: "todo: laundry", "laundry, drop off keys", "bank first, then lunch"."""
    if words[0] in WORDS["errands"] and words[1:2] in ([","], [ONE]):
        return True
    for at, word in enumerate(words):
        begins = not at or words[at - 1] == ","
        behind = words[at + 1] if at + 1 < len(words) else ""
        if begins and behind in WORDS["particle"] and word not in NAMED:
            return True
        if (
            word == ONE
            and [each for each in words[at + 1 : at + 4] if each != ","][:2] == ["first", "then"]
            and NAMED.isdisjoint(words[at + 3 : at + 5])
        ):
            return True
    return False


def _is_for(words: Sequence[str], at: int, is_companies: bool) -> bool:
    """Returns whether a name states a purpose of companies: "clinics for skin problems"."""
    return is_companies and words[at - 1] == "for" and words[-1] != words[at]


def _is_matter(before: str) -> bool:
    """Returns whether an affair after this word stands for itself: "within 30 days", "a law firm invoice"."""
    return before in WORDS["preposition"] or before in ONE_COMPANY or before.isdigit()


def _is_one_of_them(words: Sequence[str], at: int) -> bool:
    """Returns whether a "the" points to known companies: "two of the hotels", "Lim, the auditors"."""
    if words[at] not in WORDS["particular"] or not at:
        return False
    is_some = words[at - 1] == "of" and at > 1 and words[at - 2] in WORDS["quantity"] - {"all", "every", "most"}
    return is_some or (words[at - 1] == "," and words[at + 1 :] == [MANY])


def _is_happening(words: Sequence[str], at: int) -> bool:
    """Returns whether a word tells an event: "three hotels bounced", "closed a bank", not "hotels built by"."""
    behind = words[at + 1] if at + 1 < len(words) else ""
    is_past = words[at] == PAST or (_is_everyday(words[at]) and words[at].endswith("ed"))
    if not at:
        return is_past and (behind in WORDS["quantity"] or behind in WORDS["particle"] or behind in DETERMINERS)
    if words[at - 1] == ONE and is_past:
        return True
    return is_past and words[at - 1] == MANY and behind not in WORDS["preposition"]


def _is_headline(words: Sequence[str], at: int) -> bool:
    """Returns whether a word is a verb of a headline: "developers bid for a site", "court fines contractor"."""
    before, behind = words[at - 1] if at else "", words[at + 1] if at + 1 < len(words) else ""
    if words[at] == UNKNOWN and before == MANY:
        return behind in ("for", "over", "with", "as")
    return _is_everyday(words[at]) and words[at].endswith("s") and before == ONE and behind in (ONE, WEAK)


def _is_kind(words: Sequence[str], at: int) -> bool:
    """Returns whether an affair at the start is a kind of companies: "budget hotels"; not "meeting lawyers"."""
    return at == 0 and words[1:2] == [MANY] and not words[at].endswith("ing")


def _is_newly(words: Sequence[str], at: int) -> bool:
    """Returns whether a verb is a participle: "newly opened cafes", "shops selling used bags"."""
    if words[at] == "used":
        before = words[at - 1] if at else ","
        behind = words[at + 1] if at + 1 < len(words) else ""
        return (before in WORDS["relative"] or before in (",", "of", "and")) and behind not in ("to", "by", "as", "")
    return at > 0 and words[at].endswith("ed") and words[at - 1] in ("newly", "recently", "freshly")


def _is_everyday(word: str) -> bool:
    return word.isalpha() and word.islower() and word not in _SHAPING


def is_describing(words: Sequence[str], at: int, name: int) -> bool:
    """Returns whether only one or two everyday nouns stand from this place to the name: "void deck" childcare."""
    between = words[at:name]
    return len(between) <= MOST_NOUNS and all(_is_everyday(word) or word in _NOUNS for word in between)


def _is_said(words: Sequence[str], at: int) -> bool:
    """Returns whether an everyday word makes a clause: "tired of hotels", "hotels cost a lot", "hotels never reply"."""
    if CODED in words[at:]:
        return False
    before = words[at - 1] if at else ""
    if not before:
        return words[at + 1 : at + 2] != [] and words[at + 1] in _SAID_BEFORE
    if before == MANY or before in COMPANY or (words[at].endswith("s") and words[at + 1 :] == [ONE]):
        return True
    return before == "," and words[at] in _ORDER and NAMED.isdisjoint(words[at:])


def _is_of_register(words: Sequence[str]) -> bool:
    """Returns whether a "the" is followed by an industry or an area: "in the hotel trade"; not "in the news"."""
    return not (words and words[0] in _A_PERSON) and (
        not words
        or words[0] in ("ssic", "code", "codes")
        or words[0] in BEFORE_NAME
        or words[0] in COMPANY
        or words[0] in NAMED
    )


def _is_clause(words: Sequence[str], at: int) -> bool:
    """Returns whether a word is the verb of a name: "restaurants struggle with rent", "movie night"."""
    if not at or words[at] in AFTER_NAME or words[at] in _PART_OF_NAME or words[at].isdigit():
        return False
    if words[at - 1] == MANY:
        return not NAMED.isdisjoint(words[:at]) and words[at:] != [words[at]]
    if words[at + 1 : at + 2] and words[at + 1] in _FIRMS:
        return False  # "waste disposal firms"
    return words[at - 1] == ONE and len(words) <= SHORT and NAMED.isdisjoint(words[at:]) and WEAK not in words[at:]


def _without_greeting(words: Sequence[str]) -> Sequence[str]:
    start = 0
    while start < len(words) - 1 and (
        words[start] in WORDS["greeting"]
        or words[start] == ","
        or (words[start] in WORDS["praise"] and words[start + 1] == ",")
    ):
        start += 1
    return words[start:]


def _is_industry(words: Sequence[str], at: int) -> bool:
    """Returns whether a single name means its industry: not "the hotel", "hotel booking", "fishing for leads"."""
    behind = next((word for word in words[at + 1 : at + 1 + NEAR] if word not in (ONE, UNKNOWN)), "")
    if behind in ONE_COMPANY and words[0] == "the":
        return False
    if behind in COMPANY or behind in (MANY, CODED, WEAK):
        return True
    nearby = reversed(words[max(0, at - NEAR) : at])
    before = next((word for word in nearby if word not in (UNKNOWN, ONE) and word not in WORDS["modifier"]), "")
    is_particular = before in WORDS["particular"] or (before in ("a", "an") and before == words[0])
    after = words[at + 1 : at + 4]
    is_otherwise = IS_VERB.match(" ".join(after)) or _IS_OTHERWISE.match(" ".join(after[:2]))
    return not (is_particular or behind in _NO_COMPANY or is_otherwise)
