"""Reads names and titles that stand near each other in a sentence, whatever links them: "Ana, who runs the shop as
Managing Director", "Chief brewer Ben Low joined in 2018".

A sentence is cut into names, titles and the words between. A pair counts if these are a comma or a bracket, link words
("is", "our", "joined as"), or a clause that ends with one; not if a name stands between, if a title is of another
company, or if it is a past one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from enricher.extract.line_memo import MOST_LINES
from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import compacted
from enricher.extract.persons.names import is_common, person_name
from enricher.extract.persons.past import has_left
from enricher.extract.persons.prose.wording import OF_PARTNERS
from enricher.extract.persons.title_words import SURNAMES
from enricher.extract.persons.titles import is_field, is_head, is_job_title, is_known

_TOKEN = re.compile(r"[^\W_](?:[\w’'&/-]|\.(?=\w))*\.?|[,;:()|–—.!?“”„\"&]")
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
#: Between a name and its title.
_LINK_WORDS = """
    , ( is was as who has been became becomes our the its their a an new first now today currently also and serves acts
    works joined joins appointed named elected promoted to company's firm's one remains
"""
_LINKS = frozenset(_LINK_WORDS.split())
#: A clause between a name and its title ends with them.
_ENDS = frozenset({"as", "als", "sebagai", "selaku"})
_ARTICLES = frozenset({"our", "the", "its", "a", "an"})
_OPENING = frozenset({"our", "as", "its"})
_LONGEST_CLAUSE = 10
_MOST_LINKS = 6
#: Words between or before that tell of the past, or of somebody else.
_PAST_WORDS = """
    resigned presented
    former formerly previously began started trained worked left retired late ex then once previous past succeeded
    succeeds replaces replaced spent studied graduated stepped served
"""
_PAST = frozenset(_PAST_WORDS.split())
_OF = frozenset({",", "of", "at", "from", "with", "bei", "@"})
_OURS = frozenset({"our", "its", "company's", "company’s", "firm's", "firm’s"})
_THEIRS = frozenset({"whose", "their", "his", "her", "your"})
_COMPANY = frozenset({"company", "firm", "group", "school", "practice", "clinic", "business", "society", "trust"})
#: Forms of address that are titles, too.
_ADDRESSING = frozenset({"Captain", "Coach", "Chef", "Teacher", "Doctor", "Sister", "Pastor"})
#: Those of whom a sentence speaks that are outside, and signs that somebody is quoted.
_STRANGER_WORDS = """
    client clients customer customers patient patients tenant tenants judge minister mayor mp senator guest author
    journalist reporter representing investor investors donor donors supplier partner's
"""
_STRANGERS = frozenset(_STRANGER_WORDS.split())
_OUTSIDERS = _STRANGERS | {"said", "says", "according", "“", "„", '"'}
#: The end of a sentence, and of no "Dr.".
_ENDED = re.compile(
    r"(?!(?:mrs|mdm|prof|capt|rev|mohd|muhd|abd|pte|ltd|inc|bhd|dept|hon|assoc|jln|ext)\.)[^\W\d_]{3,}\.", re.IGNORECASE
)
_ACTIVITY = re.compile(r"[A-Z][a-z]+(?:tion|sion|ment|ing|ance|ence|ity|ship|ogy|ics|ture|sis|ery|ial|ions|ments)")
_BY = frozenset({"by", "said", "says", "added", "adds"})
_LED = frozenset({"led", "run", "headed", "managed", "helmed", "owned", "steered"})
_BEFORE = 3
_BEHIND = 9  # tokens
_ENDINGS = frozenset(".!?;|")
#: A nickname or another short quotation: Ana "Annie" Cruz.
_ASIDE = re.compile(r"\s?[\"“'‘][A-Z][\w’'-]{1,15}(?: [A-Z][\w-]{1,15})?[\"”'’](?=[\s,.])")
#: A first name alone at the beginning of a sentence.
_ALONE = re.compile(r"(?:^|[.;,] (?:and )?|[Tt]oday |and )[A-Z][a-z]{2,15}(?:,| [a-z]{2,12}\b)")
_FEWEST = 3  # tokens
_MOST_TOKENS = 400


@dataclass(frozen=True, slots=True)
class _Span:
    start: int
    end: int
    words: str
    is_title: bool


def near_pairs(line: str, names: Iterable[str], text: str, *, is_news: bool = False) -> tuple[tuple[str, str], ...]:
    """The names with their titles in a line's sentences. `names` are the company's, compacted.

    A first name alone stands for the full name that the page's `text` has before or after it. In its own news, the
    company's people are quoted.
    """
    if _ALONE.search(line):  # it depends on the page, whose text is not to be remembered with the line
        return _near(line, frozenset(names), text, is_news)
    return _near_without_text(line, frozenset(names), is_news)


@lru_cache(MOST_LINES)
def _near_without_text(line: str, names: frozenset[str], is_news: bool) -> tuple[tuple[str, str], ...]:
    return _near(line, names, "", is_news)


def _near(line: str, names: frozenset[str], text: str, is_news: bool) -> tuple[tuple[str, str], ...]:
    line = _ASIDE.sub("", line)
    own, outside = list(names), _STRANGERS if is_news else _OUTSIDERS
    found: list[tuple[str, str]] = []
    sentence: list[str] = []
    for token in [*_TOKEN.findall(line)[:_MOST_TOKENS], "."]:
        is_end = token in _ENDINGS or _ENDED.fullmatch(token) is not None
        if not is_end:
            sentence.append(token)
            continue
        if len(token) > 1:
            sentence.append(token[:-1])
        if len(sentence) >= _FEWEST:
            found += _pairs(sentence, own, text, outside)
        sentence = []
    return tuple(found)


def _pairs(tokens: list[str], own: list[str], text: str, outside: frozenset[str]) -> Iterator[tuple[str, str]]:
    titles = list(_titles(tokens))
    taken = {nth for it in titles for nth in range(it.start, it.end)}
    spans = sorted((*titles, *(_people(tokens, taken, text) if titles else ())), key=lambda it: it.start)
    used: set[int] = set()
    for nth, (one, other) in enumerate(pairwise(spans)):
        if one.is_title == other.is_title or nth in used:
            continue
        title, person = (one, other) if one.is_title else (other, one)
        before = tokens[max(0, one.start - _BEFORE) : one.start]
        if (
            _fits(tokens[one.end : other.start], is_title_first=one.is_title, own=own)
            and not (
                one.is_title
                and not _is_of_company(title, before, own, is_news=outside is _STRANGERS)
                and not (before[-1:] == ["and"] and nth - 1 in used)  # "Manager Ana Cruz and director Ben Low"
            )
            and not _is_elsewhere(tokens[title.end :], own)
            and not (one.is_title and _has_other_title(tokens[other.end :], own))
            and not has_left(" ".join(tokens[other.end :][:_BEHIND]))
            and _PAST.isdisjoint(it.lower() for it in (before[:-2] if before[-2:] == ["succeeded", "by"] else before))
            and outside.isdisjoint(it.lower() for it in tokens[: one.start])
            and not _is_possessed(tokens[max(0, title.start - _BEFORE) : title.start], own)
        ):
            used.add(nth + 1)
            yield person.words, title.words + _field_behind(tokens[title.end :])


def _field_behind(behind: list[str]) -> str:
    """The field of a title behind it: " (Curriculum)", ", Contract Logistics"."""
    if behind[:1] == ["("] and ")" in behind[2:4] and behind[1][:1].isupper():
        return f" ({' '.join(behind[1 : behind.index(')')])})"
    if behind[:1] == [","]:
        end = next((nth for nth, it in enumerate(behind) if nth and not (it[:1].isupper() or it == "&")), len(behind))
        words = behind[1:end]
        if words and behind[end : end + 1] in ([], [","]) and all(it == "&" or is_field(it) for it in words):
            return f", {' '.join(words)}"
    return ""


def _has_other_title(behind: list[str], own: list[str]) -> bool:
    """True for a title elsewhere behind a name: "our adviser Ana Cruz, Partner of Omega"."""
    if behind[:1] != [","]:
        return False
    end = next((nth for nth, it in enumerate(behind[1:7], 1) if it in ("of", "at")), 0)
    return end > 1 and all(is_known(_plain(it)) for it in behind[1:end]) and _is_elsewhere(behind[end:], own)


def _is_of_company(title: _Span, before: list[str], own: list[str], *, is_news: bool) -> bool:
    """True for a title before a name that begins a sentence, is written large, or is "our"; "a surgeon" is not."""
    if title.words in _ADDRESSING:
        return False
    last = before[-1] if before else ""
    if _is_own(last, own) or (is_news and last.lower() in _BY):
        return True
    if title.words[:1].isupper():
        return not title.start or len(title.words.split()) > 1 or bool(before and before[-1].lower() in _OURS)
    if "by" in before and not _LED.isdisjoint(before):
        return True  # "led by second-generation owner Ana Cruz"
    return any(it.lower() in _OURS or (it.endswith(("’s", "'s")) and _is_own(it[:-2], own)) for it in before)


def _fits(written: list[str], *, is_title_first: bool, own: list[str]) -> bool:
    """True where the words between a name and a title link them."""
    between = [it.lower() for it in written]
    if not _PAST.isdisjoint(between):
        return False
    if is_title_first:
        return between in ([], [","], ["is"], [":"], [",", "is"])
    if not between or between[-1] == "and" or between in ([",", "a"], [",", "an"]):
        return False  # "Ana Cruz, a plant manager, uses them": anybody
    if len(between) <= _MOST_LINKS and _LINKS.issuperset(between):
        return True
    if between[:2] in ([",", "who"], [",", "which"], [",", "she"], [",", "he"]):
        between, written = between[2:], written[2:]  # "Ana Cruz, who runs the shop as Manager"
        if not between:
            return False
    if between[0] == "," and len(between) > 2 and "," not in between[1:]:
        between, written = between[1:], written[1:]  # "Ana Cruz, still tasting each pot as Head Chef"
    is_end = between[-1] in _ENDS or (between[-1] in _ARTICLES and between[-2:-1] == ["as"])
    is_clause = len(between) <= _LONGEST_CLAUSE and is_end and not {",", "(", "|"} & set(between)
    return is_clause and all(any(compacted(it) in name for name in own) for it in written if it[:1].isupper())


def _is_own(words: str, own: list[str]) -> bool:
    compact = compacted(words)
    return len(compact) > 2 and any(it.startswith(compact) or (len(it) > 3 and it in compact) for it in own)


def _is_elsewhere(behind: list[str], own: list[str]) -> bool:
    """True for a title at another company, by the words behind it: "at Omega", ", Omega Foods", "of the council"."""
    if len(behind) < 2 or behind[0].lower() not in _OF:
        return False
    words = behind[1:4]
    if words[0].lower() in _OURS or words[0].lower() == "this":
        return False
    if words[0].lower() in ("the", "a", "an"):
        return len(words) > 1 and words[1].lower() not in _COMPANY and not _is_own(words[1], own)
    if not words[0][:1].isupper():
        return behind[0].lower() in ("at", "from") or words[0].lower() in _STRANGERS
    if _is_own(words[0], own) or is_field(words[0]) or is_place(words[0]):
        return False
    return behind[0] != "," or (len(words) > 1 and words[1][:1].isupper() and not person_name(" ".join(words[:2])))


def _is_possessed(before: list[str], own: list[str]) -> bool:
    """True for a title that is somebody else's: "Omega's director", "whose finance director"."""
    if not _THEIRS.isdisjoint(it.lower() for it in before):
        return True
    ends = [it for it in before[-1:] if it.endswith(("'s", "’s")) and it.lower() not in _OURS]
    return any(not _is_own(it[:-2], own) for it in ends)


def _titles(tokens: list[str]) -> Iterator[_Span]:
    """The longest runs of words of titles with a head in them."""
    start = 0
    while start < len(tokens):
        if (
            not is_known(_plain(tokens[start]))
            or tokens[start].lower() in _JOINING
            or (tokens[start].isupper() and len(tokens[start]) > 5)
        ):
            start += 1
            continue
        end = start + 1
        while end < len(tokens):
            word = _plain(tokens[end])
            is_more = _is_word(tokens[end]) and word not in ("the", "it", "part")
            joins = word in _JOINING and end + 1 < len(tokens) and _is_word(tokens[end + 1])
            is_of = word == "of" and end + 1 < len(tokens) and _ACTIVITY.fullmatch(tokens[end + 1]) is not None
            is_inside = tokens[end].isalpha() and end + 1 < len(tokens) and is_head(_plain(tokens[end + 1]))
            is_inside = is_inside and tokens[end].islower() == tokens[start].islower() and not is_common(word)
            if not (is_more or joins or is_of or (is_inside and word not in _LINKS)):
                break
            if is_of and not joins:
                end += 2
                while end < len(tokens) and tokens[end][:1].isupper() and is_known(_plain(tokens[end])):
                    end += 1
                break
            end += 1
        for last in range(end, start, -1):
            said = " ".join(tokens[start:last]).rstrip(".")
            if _plain(tokens[last - 1]) in _JOINING:
                continue  # of whom or what, the words behind say
            if last - start == 1 and tokens[start][:1].isupper() and _plain(tokens[start]) in SURNAMES:
                continue  # "Dean McAllister"
            may_end = is_head(_plain(tokens[last - 1])) or " of " in said or " for " in said
            first = _begin(tokens, start)
            if first < start and is_head(_plain(tokens[last - 1])):
                said = " ".join(tokens[first:last]).rstrip(".")
            if may_end and said != "MD" and not OF_PARTNERS.search(said) and is_job_title(said[:1].upper() + said[1:]):
                yield _Span(first, last, said, is_title=True)
                end = last
                break
        start = end


def _begin(tokens: list[str], start: int) -> int:
    """The beginning of a title with unknown words behind "our" or "as": "our kiln master", "as Curriculum Director"."""
    for back in (1, 2):
        words = tokens[start - back : start] if start > back else []
        is_plain = bool(words) and all(it.isalpha() and not is_common(it.lower()) for it in words)
        if is_plain and tokens[start - back - 1].lower() in _OPENING:
            return start - back
        if back == 1 and is_plain and words[0].islower() and words[0] not in _LINKS and tokens[start - 2] == ",":
            return start - 1  # ", interior designer"
    return start


def _is_word(token: str) -> bool:
    """True for a word of titles, but "of customer Omega"."""
    word = _plain(token)
    return is_known(word) and not (word in _STRANGERS and token[:1].islower())


def _people(tokens: list[str], taken: set[int], text: str) -> Iterator[_Span]:
    """The names between the titles; a first name alone stands for the full name before it on the page."""
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
            if _plain(tokens[first]) in _KIN:
                continue
            is_addressed = _plain(tokens[first]) in _ADDRESSES
            if name := person_name(said) if is_addressed or end - first > 1 else None:
                yield _Span(first, end, name, is_title=False)
                break
        else:
            is_alone = all(is_common(_plain(it)) for it in tokens[start : end - 1])  # "Today Ana"
            if is_alone and (full := _full_name(tokens[end - 1], text)):
                yield _Span(end - 1, end, full, is_title=False)
        start = end


def _plain(word: str) -> str:
    return word.lower().strip(".,'’")


@lru_cache(64)  # of one page: each holds its text
def _full_name(first: str, text: str) -> str | None:
    """The only full name of a page that begins with a first name."""
    if len(first) < 3 or not first.isalpha() or is_known(first.lower()):
        return None
    runs = re.findall(rf"(?<![\w’'-]){first}((?: [A-Z][a-zà-ÿ’'-]{{1,20}}){{1,2}})(?![\w’'-])", text)
    found = {name for run in runs if (name := person_name(f"{first}{run}"))}
    return found.pop() if len(found) == 1 else None
