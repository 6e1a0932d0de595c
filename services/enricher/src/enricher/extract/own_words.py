"""Tells statements about the company itself from those about others: affiliates, people, customers.

A statement counts if its sentence has the company as its subject ("we", its name), or no subject at all
("Established in 1998"). A sentence that names anybody else is ignored: a missing fact is better than a wrong one.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from enricher.pages.documents import Document, Link
from enricher.pages.kinds import kind_of
from enricher.pages.schema_org.json_ld import own_organisations, texts_of
from enricher.pages.urls import host_of, name_and_suffix

_SELF = re.compile(
    r"\b(?:we|we've|we're|us|ourselves|our (?:\d+-strong )?(?:own )?(?:company|firm|business|group|story|journey"
    r"|team|staff|workforce|family|organi[sz]ation"
    r"|history|roots|humble beginnings)|(?:the|this|a) (?:company|firm|business|group)|company|syarikat|kami)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:he|she|his|her|mr|mrs|ms|mdm|dr|prof|director|manager|president|chairman|chairwoman|ceo|cto|cfo|coo"
    r"|officer|engineer|consultant|lecturer"
    r"|graduat\w{1,5}|joined|career|clients?|customers?|affiliat\w{1,4}|subsidiar\w{1,4}|sister|parent|mother|holding|principals?"
    r"|supplier|vendor|competitor|tenant"
    r"|associat(?:e|es|ion)|society|federation|council|committee|board|member|memberships?|certified|certification"
    r"|accredited|accreditation|iso|listed|licensed"
    r"|awarded|award|appointed|acquired|authori[sz]ed|distributors?|dealers?|agents?|resellers?|franchis\w{1,4}"
    r"|branch|branches|factory|plant|warehouse|showroom"
    r"|outlet|office|division|department|foundation|scholarship|fund|programme|program|course|school|university"
    r"|institute|museum|temple|church|hospital"
    r"|building|brand|product|model|version|website|standard|act|law|regulation|partnership|joint|venture"
    r"|collaborat\w{1,5})\b",
    re.IGNORECASE,
)
_END = re.compile(r"[.!?;](?=\s|$)|\n|\|")
_WORD = re.compile(r"[^\W_]+")
#: Words with which a sentence about the company may begin, besides its name.
_OPENER_WORDS = """
    a about after all also an and as at based before being beginning by currently during established ever family first
    for formed founded from headquartered here how however in incorporated initially it its just located long more
    now of on once only originally our over proudly serving set since singapore so starting started that the then there
    these they this through to today together trusted under until us we what when where while with within
    kami pasukan syarikat
"""
_OPENERS = frozenset(_OPENER_WORDS.split())
_AFTER_COMMA = re.compile(r"[^,.]{0,60},\s{1,2}([A-Z][\w'’&-]{1,40})")
_COMPACT = re.compile(r"[^a-z0-9]+")
_LONGEST = 300
_PARTS = re.compile(r"\s[|–—•·:-]\s|[|–—•·:]")
_MOST_NAME_WORDS = 6
_BEFORE_NAME = re.compile(
    r"^(?:about|contact|welcome to|visit|join|the home of|home of|om|über|tentang|kontakt)\s", re.IGNORECASE
)
_ALIKE = 4  # letters of a domain that a title's part has, too
_NOWHERE = "http://a/"
_NO_NAMES = frozenset(
    {"home", "homepage", "about", "about us", "contact", "contact us", "welcome", "our company", "company", "team"}
)
_SHORTEST_NAME = 4
#: First words of many companies' names.
_COMMON = frozenset({"singapore", "asia", "global", "united", "international", "first", "great", "pacific", "national"})
#: Capitalised words that name no other company.
_PLACES = frozenset(
    {
        "singapore",
        "malaysia",
        "asia",
        "january",
        "february",
        "march",
        "april",
        "may",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    }
)


def sentence_around(text: str, match: re.Match[str]) -> tuple[str, str]:
    """Returns the words of a match's sentence before and after it."""
    before = text[max(0, match.start() - _LONGEST) : match.start()]
    ends = [end.end() for end in _END.finditer(before)]
    after = text[match.end() : match.end() + _LONGEST]
    end = _END.search(after)
    return before[ends[-1] if ends else 0 :].strip(), after[: end.start() if end else len(after)].strip()


def names_of(page: Document) -> frozenset[str]:
    """Returns the names of the page's company, in letters and digits only: from its domain, its data, its title.

    Of a title the parts that are like the domain, else those that are no page's heading.
    """
    return _names(page.url, page.title, page.data)


@lru_cache(64)  # asked for by every finder of a page
def _names(url: str, title: str, data: tuple[str, ...]) -> frozenset[str]:
    declared = texts_of(own_organisations(Document(url, data=data)), "name") if data else []
    domain = compacted(name_and_suffix(host_of(url))[0])
    parts = [_BEFORE_NAME.sub("", part.strip()) for part in _PARTS.split(title)]
    parts = [part for part in parts if part.lower() not in _NO_NAMES and len(part.split()) <= _MOST_NAME_WORDS]
    alike = [part for part in parts if domain[:_ALIKE] in compacted(part)]
    titled = alike or [part for part in parts if kind_of(Link(_NOWHERE, part)) is None]
    return frozenset(compact for name in (domain, *declared, *titled) if len(compact := compacted(name)) >= 3)


def initials_of(page: Document) -> frozenset[str]:
    """Returns the initials of the names in a page's title: "acos" of "Association of Crane Operators (Singapore)"."""
    found = (
        "".join(word[0] for word in _WORD.findall(part) if word[0].isupper()).lower()
        for part in _PARTS.split(page.title)
    )
    return frozenset(it for it in found if len(it) >= _ALIKE)


def is_about_company(before: str, after: str, names: Iterable[str]) -> bool:
    """True if the subject of the statement between these words is the company, or not named."""
    if _OTHERS.search(before) or _OTHERS.search(after[:80]):
        return False
    names = list(names)
    subject = _AFTER_COMMA.match(after)
    if subject and subject[1].lower() not in _OPENERS and not _is_part(subject[1], names):
        return False  # "Founded in 2001, Omega is ..."
    return is_own_subject(before, names) or (len(before.split()) <= 6 and not _names_somebody(before, names))


def is_own_subject(words: str, names: Iterable[str]) -> bool:
    """True if the words name the company ("we", "the company", or its own name) and begin with no other name."""
    names = list(names)
    first = _WORD.search(words)
    if first and first[0][0].isupper() and first[0].lower() not in _OPENERS and not _is_part(first[0], names):
        return False
    if _SELF.search(words):
        return True
    compact = compacted(words)
    return any(name in compact for name in names)


def _is_part(word: str, names: Iterable[str]) -> bool:
    return any(name.startswith(compacted(word)) for name in names)


def begins_with_nobody(words: str) -> bool:
    """True for words that begin with no name: "A team of", "Our", "Today"; also for none."""
    first = _WORD.search(words)
    return first is None or not first[0][0].isupper() or first[0].lower() in _OPENERS


def has_others(words: str) -> bool:
    """True if the words name others than the company."""
    return _OTHERS.search(words) is not None


def _names_somebody(words: str, names: Iterable[str]) -> bool:
    """True if a capitalised word belongs to no name of the company: to another company's, or a person's."""
    capital = [found[0] for found in re.finditer(r"\b[A-Z][\w'’&-]{1,40}", words)]
    others = [
        word
        for nth, word in enumerate(capital)
        if word.lower() not in _PLACES and not any(compacted(word) in name for name in names)
    ]
    return len(others) > (1 if words[:1].isupper() and capital and words.startswith(capital[0]) else 0)


def compacted(text: str) -> str:
    """Returns a name in letters and digits only."""
    return _COMPACT.sub("", text.lower())


def is_own_name(name: str, names: Iterable[str]) -> bool:
    """True for a name that continues one of the company's, or begins with its first word: "Brandt Asia" of "brandt".

    `names` are compacted.
    """
    compact, words = compacted(name), name.split()
    first = compacted(words[0]) if words else ""
    is_telling = len(first) >= _SHORTEST_NAME + 1 and first not in _COMMON
    return any(_is_same(compact, it) or (is_telling and it.startswith(first)) for it in names)


def _is_same(one: str, other: str) -> bool:
    """True if one of the two begins with the other: "limhenghuat" and its domain."""
    return len(min(one, other, key=len)) >= _SHORTEST_NAME and (one.startswith(other) or other.startswith(one))
