"""Rules for a name and a title near each other: the links between them, and signs of a title elsewhere, for `near`."""

from enricher.extract.numbers.countries import is_place
from enricher.extract.own_words import compacted
from enricher.extract.persons.names import person_name
from enricher.extract.persons.prose.near_spans import Span, plain
from enricher.extract.persons.prose.wording import LINKS, STRANGERS
from enricher.extract.persons.titles import is_field, is_known

#: A clause between a name and its title ends with them.
_ENDS = frozenset({"as", "als", "sebagai", "selaku"})
_ARTICLES = frozenset({"our", "the", "its", "a", "an"})
_LONGEST_CLAUSE = 10
_MOST_LINKS = 6
#: Words between or before that tell of the past, or of somebody else.
_PAST_WORDS = """
    resigned presented
    former formerly previously began started trained worked left retired late ex then once previous past succeeded
    succeeds replaces replaced spent studied graduated stepped served
"""
PAST = frozenset(_PAST_WORDS.split())
_OF = frozenset({",", "of", "at", "from", "with", "bei", "@"})
_OURS = frozenset({"our", "its", "company's", "company’s", "firm's", "firm’s"})
_THEIRS = frozenset({"whose", "their", "his", "her", "your"})
_COMPANY = frozenset({"company", "firm", "group", "school", "practice", "clinic", "business", "society", "trust"})
#: Forms of address that are titles, too.
_ADDRESSING = frozenset({"Captain", "Coach", "Chef", "Teacher", "Doctor", "Sister", "Pastor"})
_BY = frozenset({"by", "said", "says", "added", "adds"})
_LED = frozenset({"led", "run", "headed", "managed", "helmed", "owned", "steered"})


def field_behind(behind: list[str]) -> str:
    """Returns the field of a title after it: " (Curriculum)", ", Contract Logistics"."""
    if behind[:1] == ["("] and ")" in behind[2:4] and behind[1][:1].isupper():
        return f" ({' '.join(behind[1 : behind.index(')')])})"
    if behind[:1] == [","]:
        end = next((nth for nth, it in enumerate(behind) if nth and not (it[:1].isupper() or it == "&")), len(behind))
        words = behind[1:end]
        if words and behind[end : end + 1] in ([], [","]) and all(it == "&" or is_field(it) for it in words):
            return f", {' '.join(words)}"
    return ""


def has_other_title(behind: list[str], own: list[str]) -> bool:
    """True for a title elsewhere after a name: "our adviser Ana Cruz, Partner of Omega"."""
    if behind[:1] != [","]:
        return False
    end = next((nth for nth, it in enumerate(behind[1:7], 1) if it in ("of", "at")), 0)
    return end > 1 and all(is_known(plain(it)) for it in behind[1:end]) and is_elsewhere(behind[end:], own)


def is_of_company(title: Span, before: list[str], own: list[str], *, is_news: bool) -> bool:
    """True for a title before a name that begins a sentence, is capitalised, or has "our"; not for "a surgeon"."""
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


def links(written: list[str], *, is_title_first: bool, own: list[str]) -> bool:
    """True if the words between a name and a title link them."""
    between = [it.lower() for it in written]
    if not PAST.isdisjoint(between):
        return False
    if is_title_first:
        return between in ([], [","], ["is"], [":"], [",", "is"])
    if not between or between[-1] == "and" or between in ([",", "a"], [",", "an"]):
        return False  # "Ana Cruz, a plant manager, uses them": anybody
    if len(between) <= _MOST_LINKS and LINKS.issuperset(between):
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


def is_elsewhere(behind: list[str], own: list[str]) -> bool:
    """True for a title at another company, by the words after it: "at Omega", ", Omega Foods", "of the council"."""
    if len(behind) < 2 or behind[0].lower() not in _OF:
        return False
    words = behind[1:4]
    if words[0].lower() in _OURS or words[0].lower() == "this":
        return False
    if words[0].lower() in ("the", "a", "an"):
        return len(words) > 1 and words[1].lower() not in _COMPANY and not _is_own(words[1], own)
    if not words[0][:1].isupper():
        return behind[0].lower() in ("at", "from") or words[0].lower() in STRANGERS
    if _is_own(words[0], own) or is_field(words[0]) or is_place(words[0]):
        return False
    return behind[0] != "," or (len(words) > 1 and words[1][:1].isupper() and not person_name(" ".join(words[:2])))


def is_possessed(before: list[str], own: list[str]) -> bool:
    """True for another's title: "Omega's director", "whose finance director"."""
    if not _THEIRS.isdisjoint(it.lower() for it in before):
        return True
    ends = [it for it in before[-1:] if it.endswith(("'s", "’s")) and it.lower() not in _OURS]
    return any(not _is_own(it[:-2], own) for it in ends)
