"""Grounding: checks a model's value against its quote, and drops values that the quote does not support.

A page may be written to make a model say things, so the model's word alone counts for nothing. A value must consist of
the quote's words, with the quote's numbers and names, and the quote must be about the field.
"""

import re
from typing import Final

from enricher.extract.facts import LISTS, Field, join_values, split_values
from enricher.extract.own_words import has_others
from enricher.extract.prompt_injection import is_disguised, is_injection
from enricher.llm.corpus import Corpus, folded
from enricher.pages.documents import clean
from enricher.pages.urls import has_known_suffix

MAX_QUOTE: Final = 500
_LONGEST: dict[Field, int] = {"summary": 400, "address": 200}
_LONGEST_VALUE = 120
_MOST_ITEMS = 12
_LONGEST_ITEM = 80

#: Stems of which one must be in the quote, for fields where a bare number or name could mean anything.
_TOPICS: dict[Field, str] = {
    "employees": r"employ|staff|people|team|strong|workforce|headcount|professional|engineer|worker|member|specialist",
    "founded_year": r"found|establish|since|incorporat|start|began|begun|histor|est|set|opened|incept|born|year",
    "hiring": r"hir|job|career|vacanc|opening|role|position|recruit|join|appl",
    "pricing": r"pric|cost|fee|rate|from|per|plan|free|quot|\$|sgd|usd|month|subscri|charg",
    "customers": r"custom|client|serv|trust|work|partner|suppl|suppli|project|brand|deliver|includ|help",
    "certifications": r"certif|accredit|iso|licen|bizsafe|regist|approv|award|compl|halal|haccp|level|standard",
}
_NEEDED = {name: re.compile(rf"(?:^| )(?:{stems})") for name, stems in _TOPICS.items()}
#: Negations: "We are not hiring" supports no hiring. In prices and addresses, "no" is no negation.
_DENIAL = re.compile(r" (?:not|no|never|nor|neither|cannot|without|' t) ")
_MAY_DENY: Final[frozenset[Field]] = frozenset({"pricing", "address"})
#: Fields whose value must be said of the company itself.
_OWN: Final[frozenset[Field]] = frozenset({"founded_year", "employees"})
_YEAR = re.compile(r"(?:18|19|20)\d\d")
_NUMBER = re.compile(r"\d(?:\d|[.,](?=\d))*")
_WORD = re.compile(r"\w+")
_SENTENCE = re.compile(r"(?:^|[.!?:]\s{1,3})[\"'(]{0,2}$")
#: URLs and addresses, also bare domains.
_PLACE = re.compile(r"https?:|www\.|\w@\w|(?<![\w.])(?:[a-z0-9-]{1,63}\.){1,4}[a-z]{2,24}(?![\w])", re.IGNORECASE)
_STEM = 4  # letters of a word that its other forms share: make, making; precise, precision
_OWN_WORDS = 0.7  # share of a summary's longer words that have to be the quote's


def grounded(field: Field, value: str, quote: str, corpus: Corpus) -> tuple[str, int]:
    """Returns the part of the value that the quote supports, and the number of dropped items.

    Only list fields are kept in part; a dropped value is empty.
    """
    is_fit = 0 < len(quote) <= MAX_QUOTE and corpus.holds(quote) is not None
    needed = _NEEDED.get(field)
    words = f" {folded(quote)} "
    if not is_fit or is_injection(quote) or is_disguised(quote) or (needed and not needed.search(words)):
        return "", 1
    if field not in _MAY_DENY and _DENIAL.search(words) and not _DENIAL.search(f" {folded(value)} "):
        return "", 1
    if field not in _MAY_DENY and any(_DENIAL.search(before) for before in corpus.before(quote)):
        return "", 1  # the quote begins after its denial: "never ISO 9001 certified"
    if field in _OWN and any(
        has_others(before + words.partition(f" {folded(value)} ")[0]) for before in corpus.before(quote)
    ):
        return "", 1
    if field not in LISTS:
        text = value.strip()
        is_kept = _is_clean(text, _LONGEST.get(field, _LONGEST_VALUE), corpus) and _follows(field, text, quote, words)
        return (clean(text, len(text)), 0) if is_kept else ("", 1)
    items = [item.strip() for item in split_values(value.replace("\n", ";").replace(";", "; "))][: 2 * _MOST_ITEMS]
    items = [item for item in items if item]
    kept = [item for item in items if _is_clean(item, _LONGEST_ITEM, corpus) and _stands_in(item, words)][:_MOST_ITEMS]
    return join_values(clean(item, _LONGEST_ITEM) for item in kept), max(len(items) - len(kept), 0 if kept else 1)


def _is_clean(text: str, longest: int, corpus: Corpus) -> bool:
    """True if the text is short and has no injection, and the corpus contains its URLs and addresses."""
    if not text or len(text) > longest or is_injection(text) or is_disguised(text):
        return False
    return all(
        corpus.holds(part.strip(".,;()<>\"'"))
        for part in text.split()
        if (place := _PLACE.search(part)) and ("@" in part or "/" in part or has_known_suffix(place[0].lower()))
    )


def _follows(field: Field, value: str, quote: str, words: str) -> bool:
    """True if the quote supports a single value."""
    if field == "summary":
        return _retells(value, quote, words)
    if field == "founded_year":
        return _YEAR.fullmatch(value) is not None and _stands_in(value, words)
    if field == "employees":
        return len(value.split()) <= 5 and _consists_of(value, words)
    return _consists_of(value, words)


def _stands_in(item: str, words: str) -> bool:
    """True if the quote contains the item word by word."""
    wanted = folded(item)
    return bool(_WORD.search(wanted)) and f" {wanted} " in words


def _consists_of(value: str, words: str) -> bool:
    """True if every word of the value is in the quote; punctuation may differ."""
    wanted = [word for word in folded(value).split() if _WORD.match(word)]
    return bool(wanted) and all(f" {word} " in words for word in wanted)


def _retells(value: str, quote: str, words: str) -> bool:
    """True if the value paraphrases the quote: same numbers and names, most longer words by their stems."""
    if not set(_NUMBER.findall(folded(value))) <= set(_NUMBER.findall(words)):
        return False
    for match in _WORD.finditer(value):
        is_name = match[0][0].isupper() and not _SENTENCE.search(value[max(0, match.start() - 5) : match.start()])
        if (is_name or (len(match[0]) > 1 and match[0].isupper())) and not _stands_in(match[0], words):
            return False
    stems = {word[:_STEM] for word in words.split()}
    longer = [word for word in folded(value).split() if len(word) >= _STEM]
    return bool(longer) and sum(word[:_STEM] in stems for word in longer) >= _OWN_WORDS * len(longer)
