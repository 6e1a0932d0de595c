"""Codes written as codes: "SSIC 2511", "62", "division 62 and 63", "section C", "not 10"; never counts of things."""

import re
from collections.abc import Container, Iterable, Iterator

from industries.language.text.words import CODE
from industries.ssic import versions as ssic_versions
from industries.ssic.hierarchy import Hierarchy, VersionedCode

_CALLED = (
    r"(?:ssic|codes?|divisions?|groups?|class(?:es)?|sub-?class(?:es)?|sections?|sectors?"
    r"|industry (?:codes?|no\.?|number)|(?:everything|anything) (?:that is )?(?:under|beneath|below|within|in)"
    r"|(?:all|everyone|those|companies|firms) (?:that are )?(?:under|beneath|below)"
    r"|(?:starting|beginning|starts|begins) with)"
)
_VERSION = re.compile(
    r"\bssic\s*(?:version\s*)?(2\d{3})\b(?=.*\w)|\b(2\d{3})\s+(?:version|edition)\b|\bversion\s+(2\d{3})\b"
)
_LIST = r"(?:\s*(?:,|/|;|\band\b|\bor\b|&)\s*|\s+)"
_NO = re.compile(rf"\b({_CALLED}|industry)\s*(?:codes?\s*)?\bno\b\.?\s*(?=\d)")
_NAMED = re.compile(rf"\b{_CALLED}(?:\s*(?:codes?|numbers?|is|are|:|=|#)){{0,3}}\s*((?:\d{{2,5}}\b(?!\s*%){_LIST}?)+)")
#: "2020:63901", as an ICP has it, and a code with the letter of its section: "C25".
_VERSIONED = re.compile(r"\b(2\d{3}):([a-v]|\d{2,5})\b")
_LETTERED = re.compile(r"(?<![\w.,$-])([a-v])[ -]?(\d{2,5})(?![\w%]|[.,]\d)")
_SECTION = re.compile(r"\bsections?\s+([a-v])\b")
_FIVE = re.compile(
    r"(?<![\w.,$-])\d{5}(?![\w%]|[.,]\d)(?!\s*(?:employees|people|staff|workers|companies|sgd|usd|dollars))"
)
_BARE = re.compile(rf"\s*(?:\d{{2,5}}\b(?:{_LIST}(?:(?:but not|except|excluding|not|without)\s)?)?)+\s*")
_NUMBER = re.compile(r"\d{2,5}")
_YEAR = re.compile(r"\s*20[0-3]\d\s*")
_TO = r"\s*(?:-|to|until|through)\s*"
_RANGE = re.compile(rf"\b{_CALLED}\s*(\d\d){_TO}(\d\d)\b")

#: Numbers after an excluding word are codes too, unless a word follows that they could count.
_LEFT_OUT = re.compile(
    r"\b(?:except(?:ing)?(?: for)?|exclud(?:e|es|ed|ing)|excl\.?|not|no|nor|without|minus|(?:other|rather) than"
    r"|(?:apart|aside) from|besides|omit(?:ting)?|skip(?:ping)?|drop(?:ping)?|remov(?:e|ing)"
    r"|(?:don'?t|do not) (?:want|need|include))\s+(?:(?:any|the|in)\s+)?"
    rf"((?:\d\d{_TO}\d\d|\d{{2,5}})\b(?:{_LIST}(?:\d\d{_TO}\d\d|\d{{2,5}})\b)*+)"
    r"(?=\s*(?:$|\n|[,;!?()]|\.(?!\d)|(?:and|or|but|yet|please|pls|thanks|in|near|around|from|with|for|since|founded"
    r"|not|no|nor|except|excluding|only|include|including)\b))"
)
_LEFT_OUT_ONE = re.compile(rf"(\d\d){_TO}(\d\d)|\d{{2,5}}")


class CodeNumbers:
    """Extracts codes from a text."""

    def __init__(self, hierarchy: Hierarchy) -> None:
        self._hierarchy = hierarchy

    def extract(self, text: str) -> tuple[list[list[VersionedCode]], str]:
        """Returns the codes in a text, and the text with a numbered mark in place of each."""
        text = _NO.sub(r"\1 code ", text)
        versions = {year for found in _VERSION.findall(text) for year in found if year in self._hierarchy.versions}
        if versions:
            text = _VERSION.sub(" ssic ", text)
        spans = dict(self._complete(text))
        text = blank_out(text, spans)
        is_bare = not spans and _BARE.fullmatch(text) is not None
        for start, end, code in _spans(text, is_bare=is_bare):
            if codes := self._known(code, versions):
                spans.setdefault((start, end), []).extend(codes)
            elif is_bare:  # a telephone number, not a list of codes
                return [], text
        marked: list[str] = []
        rest = 0
        for number, (start, end) in enumerate(sorted(spans)):
            marked += [text[rest:start], f" {CODE}{number} "]
            rest = end
        return [spans[span] for span in sorted(spans)], "".join(marked) + text[rest:]

    def _complete(self, text: str) -> Iterator[tuple[tuple[int, int], list[VersionedCode]]]:
        """Yields the codes that are written with their version or their section, which have to be right."""
        for found in _VERSIONED.finditer(text):
            key = VersionedCode(found[1], found[2].upper())
            if key in self._hierarchy:
                yield found.span(), [key]
        for found in _LETTERED.finditer(text):
            of_section = [
                key
                for key in self._known(found[2], ())
                if list(self._hierarchy.upwards(key))[-1].code == found[1].upper()
            ]
            if of_section:
                yield found.span(), of_section

    def _known(self, code: str, versions: Container[str]) -> list[VersionedCode]:
        """Looks a code up; accepts one without its leading zero, or with one zero too many at the end."""
        padded = f"0{code}" if len(code) == 4 else code
        shorter = code[:-1] if len(code) == 5 and code.endswith("0") else code
        for meant in (code, padded, shorter):
            if codes := ssic_versions.read_code(meant, self._hierarchy, versions):
                return codes
        return []


def _spans(text: str, *, is_bare: bool) -> Iterator[tuple[int, int, str]]:
    """Yields start, end and text of each possible code, each place once."""
    if is_bare:
        if not _YEAR.fullmatch(text):
            yield from ((each.start(), each.end(), each.group()) for each in _NUMBER.finditer(text))
        return
    for each in _RANGE.finditer(text):
        yield from ((each.start(1), each.end(2), division) for division in _divisions(each))
    for left_out in _LEFT_OUT.finditer(text):
        yield from _left_out(left_out)
    text = _RANGE.sub(_blank, _LEFT_OUT.sub(_blank, text))
    places = {(each.start(), each.end()) for each in _FIVE.finditer(text)}
    for named in _NAMED.finditer(text):
        at = named.start(1)
        places |= {(at + each.start(), at + each.end()) for each in _NUMBER.finditer(named.group(1))}
    yield from ((start, end, text[start:end]) for start, end in places)
    yield from ((each.start(1), each.end(1), each.group(1).upper()) for each in _SECTION.finditer(text))


def _left_out(found: re.Match[str]) -> Iterator[tuple[int, int, str]]:
    at = found.start(1)
    for each in _LEFT_OUT_ONE.finditer(found.group(1)):
        if not _YEAR.fullmatch(each.group()):
            codes = _divisions(each) if each.group(1) else [each.group()]
            yield from ((at + each.start(), at + each.end(), code) for code in codes)


def _divisions(found: re.Match[str]) -> Iterator[str]:
    first, last = sorted((int(found.group(1)), int(found.group(2))))
    return (f"{division:02}" for division in range(first, last + 1))


def blank_out(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """Replaces the places by spaces, so that all other places stay."""
    for start, end in spans:
        text = f"{text[:start]}{' ' * (end - start)}{text[end:]}"
    return text


def _blank(found: re.Match[str]) -> str:
    return " " * len(found.group())
