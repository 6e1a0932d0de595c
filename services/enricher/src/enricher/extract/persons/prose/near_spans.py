"""Finds the titles and the names among the words of a sentence, for `near` to pair."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from enricher.extract.persons.names import is_common, person_name
from enricher.extract.persons.prose.wording import LINKS, OF_PARTNERS, STRANGERS
from enricher.extract.persons.title_words import SURNAMES
from enricher.extract.persons.titles import is_head, is_job_title, is_known

_ADDRESS_WORDS = """
    mr mrs ms miss mdm madam dr prof professor er ir ar encik puan cik ibu bapak ustaz ustazah mme smt datuk dato' dato’
    datin rev capt captain sir
"""
_ADDRESSES = frozenset(_ADDRESS_WORDS.split())
#: Words before a name: "Daughter Mei Tan".
_KIN_WORDS = "daughter son brother sister husband wife cousin mother father uncle aunt nephew niece siblings"
_KIN = frozenset(_KIN_WORDS.split())
_CONNECTORS = frozenset(
    ["bin", "binte", "binti", "bte", "s/o", "d/o", "a/l", "a/p", "de", "van", "von", "der", "den", "al", "del", "la"]
)
_JOINING = frozenset({"of", "and", "&", "for"})
_OPENING = frozenset({"our", "as", "its"})
_ACTIVITY = re.compile(r"[A-Z][a-z]+(?:tion|sion|ment|ing|ance|ence|ity|ship|ogy|ics|ture|sis|ery|ial|ions|ments)")


@dataclass(frozen=True, slots=True)
class Span:
    """A title or a name in a sentence, with the places of its words."""

    start: int
    end: int
    words: str
    is_title: bool


def titles_in(tokens: list[str]) -> Iterator[Span]:
    """Finds the longest runs of words of titles with a head in them."""
    start = 0
    while start < len(tokens):
        if (
            not is_known(plain(tokens[start]))
            or tokens[start].lower() in _JOINING
            or (tokens[start].isupper() and len(tokens[start]) > 5)
        ):
            start += 1
            continue
        end = start + 1
        while end < len(tokens):
            word = plain(tokens[end])
            is_more = _is_word(tokens[end]) and word not in ("the", "it", "part")
            joins = word in _JOINING and end + 1 < len(tokens) and _is_word(tokens[end + 1])
            is_of = word == "of" and end + 1 < len(tokens) and _ACTIVITY.fullmatch(tokens[end + 1]) is not None
            is_inside = tokens[end].isalpha() and end + 1 < len(tokens) and is_head(plain(tokens[end + 1]))
            is_inside = is_inside and tokens[end].islower() == tokens[start].islower() and not is_common(word)
            if not (is_more or joins or is_of or (is_inside and word not in LINKS)):
                break
            if is_of and not joins:
                end += 2
                while end < len(tokens) and tokens[end][:1].isupper() and is_known(plain(tokens[end])):
                    end += 1
                break
            end += 1
        for last in range(end, start, -1):
            said = " ".join(tokens[start:last]).rstrip(".")
            if plain(tokens[last - 1]) in _JOINING:
                continue  # of whom or what, the words behind say
            if last - start == 1 and tokens[start][:1].isupper() and plain(tokens[start]) in SURNAMES:
                continue  # "Dean McAllister"
            may_end = is_head(plain(tokens[last - 1])) or " of " in said or " for " in said
            first = _begin(tokens, start)
            if first < start and is_head(plain(tokens[last - 1])):
                said = " ".join(tokens[first:last]).rstrip(".")
            if may_end and said != "MD" and not OF_PARTNERS.search(said) and is_job_title(said[:1].upper() + said[1:]):
                yield Span(first, last, said, is_title=True)
                end = last
                break
        start = end


def _begin(tokens: list[str], start: int) -> int:
    """Returns the beginning of a title with unknown words after "our" or "as": "our kiln master"."""
    for back in (1, 2):
        words = tokens[start - back : start] if start > back else []
        is_plain = bool(words) and all(it.isalpha() and not is_common(it.lower()) for it in words)
        if is_plain and tokens[start - back - 1].lower() in _OPENING:
            return start - back
        if back == 1 and is_plain and words[0].islower() and words[0] not in LINKS and tokens[start - 2] == ",":
            return start - 1  # ", interior designer"
    return start


def _is_word(token: str) -> bool:
    """True for a word of titles, except in "of customer Omega"."""
    word = plain(token)
    return is_known(word) and not (word in STRANGERS and token[:1].islower())


def people_between(tokens: list[str], taken: set[int], text: str) -> Iterator[Span]:
    """Finds the names between the titles; a lone first name stands for the full name earlier on the page."""
    start = 0
    while start < len(tokens):
        if start in taken or not tokens[start][:1].isupper():
            start += 1
            continue
        end = start + 1
        while (
            end < len(tokens)
            and end not in taken
            and (tokens[end][:1].isupper() or tokens[end].lower() in _CONNECTORS)
            and end - start < 7
        ):
            end += 1
        while end - 1 > start and not tokens[end - 1][:1].isupper():
            end -= 1
        for first in range(start, end):
            said = " ".join(tokens[first:end])
            if plain(tokens[first]) in _KIN:
                continue
            is_addressed = plain(tokens[first]) in _ADDRESSES
            if name := person_name(said) if is_addressed or end - first > 1 else None:
                yield Span(first, end, name, is_title=False)
                break
        else:
            is_alone = all(is_common(plain(it)) for it in tokens[start : end - 1])  # "Today Ana"
            if is_alone and (full := _full_name(tokens[end - 1], text)):
                yield Span(end - 1, end, full, is_title=False)
        start = end


def plain(word: str) -> str:
    return word.lower().strip(".,'’")


@lru_cache(64)  # of one page: each holds its text
def _full_name(first: str, text: str) -> str | None:
    """Returns the page's only full name that begins with a first name."""
    if len(first) < 3 or not first.isalpha() or is_known(first.lower()):
        return None
    runs = re.findall(rf"(?<![\w’'-]){first}((?: [A-Z][a-zà-ÿ’'-]{{1,20}}){{1,2}})(?![\w’'-])", text)
    found = {name for run in runs if (name := person_name(f"{first}{run}"))}
    return found.pop() if len(found) == 1 else None
