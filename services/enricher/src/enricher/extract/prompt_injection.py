"""Detects prompt injection: text on a page that instructs a language model. No model sees it, and no quote contains it.

The patterns cannot be complete and need not be: every answer of a model must also be grounded in a quote (`grounding`).
"""

import re
import unicodedata
from functools import lru_cache

from enricher.extract.injection_patterns import is_injection_line, may_be_injection, unspelled

_GAP = r"[\s\W]{1,5}"
_ALL = rf"(?:(?:all|any|of|the|your|my|our|these|those){_GAP}){{0,4}}"
_BEFORE = r"(?:previous|prior|preceding|above|earlier|former|foregoing|existing|original|system|initial)"
_WHAT = r"(?:instructions?|prompts?|directions?|rules|guidelines|messages?|context|orders|text|input|constraints)"
#: Matches plain text in lower case. One \b precedes all alternatives that begin with a word: trying them at every
#: letter, ignoring case, took five times as long.
_INJECTIONS = re.compile(
    r"^\s{0,3}[#*>\[(<]{0,4}\s?(?:system|assistant|user|developer|human|ai)\s?[\])>*]{0,3}\s?:"
    rf"|\b(?:(?:ignore|disregard|forget|override|bypass|overrule|skip){_GAP}{_ALL}(?:{_BEFORE}{_GAP}){{1,2}}{_WHAT}\b"
    rf"|(?:ignore|disregard|forget|override){_GAP}{_ALL}{_WHAT}\b"
    rf"|(?:ignore|disregard|forget){_GAP}(?:everything|all|anything){_GAP}(?:above|before|previous|you)\b"
    rf"|(?:new|updated|real|actual|following|secret|hidden){_GAP}(?:system{_GAP})?(?:instructions?|prompts?)\b\s?[:.]"
    rf"|(?:system|developer|assistant){_GAP}(?:prompt|message|instruction|note|override)s?\b"
    rf"|you{_GAP}are{_GAP}(?:now{_GAP})?(?:an?{_GAP})?(?:ai|assistant|language{_GAP}model|chatbot|gpt|llm|in{_GAP}developer{_GAP}mode)\b"
    rf"|(?:as{_GAP}an?|dear|attention|note{_GAP}to){_GAP}(?:ai|llms?|language{_GAP}models?|chatbots?|assistants?|crawlers?|bots)\b"
    rf"|(?:answer|respond|reply|output|return|print|say){_GAP}(?:only{_GAP}|exactly{_GAP}|always{_GAP})?"
    r"(?:with\b|json\b|the following\b|as follows\b|\W{0,3}\{)"
    rf"|(?:reveal|print|repeat|output|leak){_GAP}(?:the{_GAP}|your{_GAP})?(?:system|prompt|instructions|api{_GAP}keys?|secrets?)\b"
    rf"|(?:the{_GAP})?task{_GAP}has{_GAP}changed\b|do{_GAP}not{_GAP}(?:extract|summari[sz]e|tell{_GAP}the{_GAP}user)\b"
    rf"|(?:jailbreak|prompt{_GAP}injection)\b|end{_GAP}of{_GAP}(?:the{_GAP})?(?:page|document|data|context|corpus)\b)"
    r"|<\|?\s?/?(?:im_start|im_end|system|assistant|user|endoftext|end_of_text)\b|\[/?inst\]|<</?sys>>"
    r"|\[{1,2}\s?(?:system|admin|developer|prompt|instructions?)\s?\]{1,2}"
    r"|###\s?(?:instruction|system|response)|_quote\b",
    re.MULTILINE,
)
_WORD = re.compile(r"[^\W\d_]{2,}")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
#: Letters that pass for Latin ones: Cyrillic and some Greek; alpha, beta, mu, pi and omega occur in normal words.
_LOOK_LIKE = re.compile(r"[\u0400-\u052fοντρικυχεηΑΒΕΖΗΙΚΜΝΟΡΤΥΧ\u0531-\u0587\u13a0-\u13ff]")
#: Maps letters that look Latin to Latin ones, so that the patterns match.
_PLAIN = str.maketrans(
    "аеорсухіјѕԁһӏԛԝгвнкмтАВЕКМНОРСТУХІЈЅοντρικυχεηΑΒΕΖΗΙΚΜΝΟΡΤΥΧıİ",
    "aeopcyxijsdhlqwrbhkmtABEKMHOPCTYXIJSovtpikuxenABEZHIKMNOPTYXiI",
)


@lru_cache(2_000)  # facts of many pages have the same values and quotes
def is_injection(text: str) -> bool:
    """True if a text instructs a model."""
    plain = _plain(text)
    return _INJECTIONS.search(plain) is not None or any(
        may_be_injection(line) and _is_injection(line) for line in plain.split("\n")
    )


def is_disguised(text: str) -> bool:
    """True if a word mixes two alphabets that look alike."""
    if text.isascii():
        return False
    return any(_LATIN.search(word) and _LOOK_LIKE.search(word) for word in _WORD.findall(text))


def is_tainted(text: str) -> bool:
    """True if a text instructs a model, openly or in disguise."""
    return bool(text) and (is_injection(text) or is_disguised(text))


def without_injections(text: str) -> tuple[str, int]:
    """Removes lines with disguised words or injections, also across lines. Returns the text and the number removed."""
    lines = text.split("\n")
    if text.isascii():
        whole, bad = text.lower(), set[int]()
        plain = whole.split("\n")
    else:
        plain = [_plain(line).replace("\n", " ") for line in lines]
        whole, bad = "\n".join(plain), {nth for nth, line in enumerate(lines) if is_disguised(line)}
    bad |= {nth for nth, line in enumerate(plain) if may_be_injection(line) and _is_injection(line)}
    for match in _INJECTIONS.finditer(whole):
        first = whole.count("\n", 0, match.start())
        bad |= set(range(first, first + match[0].count("\n") + 1))
    if not bad:
        return text, 0
    return "\n".join(line for nth, line in enumerate(lines) if nth not in bad), len(bad)


@lru_cache(4_000)  # the pages of a site repeat their heads and feet
def _is_injection(plain: str) -> bool:
    """True for a planted line, also for an instruction with digits in place of letters."""
    if is_injection_line(plain):
        return True
    spelled = unspelled(plain)
    return bool(spelled) and _INJECTIONS.search(spelled) is not None


def _plain(text: str) -> str:
    """Normalises text for the patterns. Lower case keeps every character's position, since _PLAIN maps İ."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text).translate(_PLAIN)).lower()
