"""Facts that the simulated model finds in a text, by kind, each with the sentence that states it, verbatim.

Simple rules in the order of the text; the same text gives the same facts.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

_SENTENCE = re.compile(r"[^\n.!?]+(?:[.!?](?![\s\"')]|$)[^\n.!?]*)*[.!?]?")
_AND = re.compile(r"\s*,\s*(?:and\s+)?|\s+and\s+")
_SAYS_WHAT = re.compile(r"\b(?:is an?|we are)\b")
_MOST_SENTENCES = 4000

#: Kinds of facts, what has to stand in a sentence for it to be worth a look (in lower case), and how a sentence says
#: them: the first group is the value.
_PATTERNS = r"""
products | we : \bwe (?:have )?(?:offer(?:ed)?|sell|make|supply|provide) (.{3,200}?)(?= (?:to|for|since) |[.!?]|$)
products | products are;products include;services are;services include: \bour \w+ (?:are|include) (.{3,200}?)(?=[.!?]|$)
products | part of our range: \bpart of our range of (.{3,100}?)(?=[.!?]|$)
customers | customers ;clients : \b(?:customers|clients) (?:include|are|such as) (.{3,200}?)(?=[.!?]|$)
customers | trusted by;used by: \b(?:trusted|used) by (.{3,200}?)(?=[.!?]|$)
markets | to customers in : \bto customers in (.{3,80}?)(?=[.!?]|$)
employees | team of ;staff of ;workforce of : \b(?:team|staff|workforce) of (?:about |over |more than )?(\d[\d,]*)
employees |  employees; people; staff; engineers: \b(\d[\d,]*) (?:employees|people|staff|engineers)\b
founded | since ; in : \b(?:since|founded in|established in|incorporated in) ((?:19|20)\d\d)\b
certifications | iso ;bizsafe: \b(ISO \d{4,5}(?::\d{4})?|bizSAFE Level \d)
industry | company in : \bis a (?:singapore )?company in (.{3,80}?)(?=[.!?]|$)
industry | we are in : \bwe are in (.{3,80}?)(?=[.!?]|$)
hiring | hiring;join our team;send your cv;no openings: \b(we are hiring|join our team|send your cv|no openings)\b
pricing | s$;sgd;price;quotation: ((?:S\$|SGD) ?\d[\d,.]*|\bask (?:us )?for a (?:price|quotation)|\bprice list)\b
people | ask for : (?-i:\bask for ((?:[A-Z][\w'-]+ ?){2,4}))
phones | +65;(65): (\+65[ -]?\d{4}[ -]?\d{4}|\(65\) \d{4}-\d{4})
emails | @: ([\w.+-]+@[\w-]+(?:\.[\w-]+)+)
address | singapore : (\b\d+[A-Z]? [^\n]{5,80}Singapore \d{6})
"""


def _rules(line: str) -> Iterator[tuple[str, str, re.Pattern[str]]]:
    """Parses one rule per hint: the hint, the kind and the pattern."""
    kind, _, rest = line.partition(" | ")
    hints, _, pattern = rest.partition(": ")
    for hint in hints.split(";"):
        yield hint, kind, re.compile(pattern, re.I)


_RULES = tuple(rule for line in _PATTERNS.strip().splitlines() for rule in _rules(line))
_LISTS = frozenset({"products", "customers", "markets"})
_ITEM = re.compile(r"^- (?!\[)(.{3,60})$", re.M)
_INJECTED = re.compile(
    r"(?:ignore|disregard|forget)\b[^\n.!?]{0,60}\binstructions?\b[^\n]*?"
    r"\b(?:answer|say|reply|respond|output|write)(?: with)? (.{1,200}?)(?=[.!?\n]|$)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Fact:
    """One value with its quote."""

    value: str
    quote: str


Facts = Mapping[str, list[Fact]]


def facts_in(text: str) -> Facts:
    """Finds all facts of a text, by kind, without repeats."""
    facts: dict[str, dict[str, Fact]] = {}

    def note(kind: str, value: str, quote: str) -> None:
        facts.setdefault(kind, {}).setdefault(value, Fact(value, quote))

    lowered = text.lower()
    rules = [rule for rule in _RULES if rule[0] in lowered]
    for quote in _sentences(text):
        if "summary" not in facts and len(quote) > 30 and _SAYS_WHAT.search(quote):
            note("summary", quote, quote)
        lowered = quote.lower()
        for hint, kind, rule in rules:
            if hint not in lowered:
                continue
            for found in rule.finditer(quote):
                values = _AND.split(found[1]) if kind in _LISTS else [found[1]]
                for value in values:
                    if value.strip():
                        note(kind, value.strip(), quote)
    if "products" not in facts:
        for found in _ITEM.finditer(text):
            note("products", found[1], found[1])
    return {kind: list(values.values()) for kind, values in facts.items()}


def _sentences(text: str) -> Iterator[str]:
    for number, found in enumerate(_SENTENCE.finditer(text)):
        if number == _MOST_SENTENCES:
            return
        if sentence := found[0].strip():
            yield sentence


def injected(text: str) -> Fact | None:
    """Finds the text's first instruction to a language model: the demanded answer, and the instruction."""
    found = _INJECTED.search(text)
    return Fact(found[1].strip(), found[0].strip()) if found is not None else None
