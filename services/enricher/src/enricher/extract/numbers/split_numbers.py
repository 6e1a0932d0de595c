"""Joins numbers whose parts are in separate elements, and so on separate lines of a page's text."""

import re

#: A country's code on a line, then the rest: "+65", "6123", "4567".
_CODED = re.compile(
    r"^(?:[^\d\n]{0,20}[:.] ?)?(?:\+ ?\d{1,3}|\(\+?\d{2,3}\))(?:\n(?:\(0?\d{0,4}\)[\d -]{0,10}|\d[\d -]{0,11})){1,4}$",
    re.MULTILINE,
)
#: Two halves below their label.
_LABELLED = re.compile(
    r"(?:tel|phone|telephone|call|mobile|whatsapp|电话|電話)\.?:?\n\d{3,4}\n\d{4}$", re.IGNORECASE | re.MULTILINE
)
_HALF = re.compile(r"\n\d{3,4}\n\d{4}(?:\n|\Z)")
_CODE = re.compile(r"\d\)?\n[\d(]")
_LONGEST = 15  # digits of a number
_DIGIT = re.compile(r"\d")


def joined(text: str) -> str:
    """Returns the text with such numbers on one line each. Every other character keeps its place."""
    if ("+" in text or ")" in text) and _CODE.search(text):
        text = _CODED.sub(_on_one_line, text)
    if _HALF.search(text):
        text = _LABELLED.sub(lambda found: _halves(found[0]), text)
    return text


def _on_one_line(found: re.Match[str]) -> str:
    """Returns the parts up to the longest number, without the rest."""
    lines = found[0].split("\n")
    count, last = 0, 0
    for nth, line in enumerate(lines):
        count += len(_DIGIT.findall(line))
        if count > _LONGEST:
            break
        last = nth
    return "\n".join((" ".join(lines[: last + 1]), *lines[last + 1 :]))


def _halves(text: str) -> str:
    label, first, second = text.split("\n")
    return f"{label}\n{first} {second}"
