"""Tells telephone numbers from fax numbers and from other numbers by the words beside them."""

import re
from functools import lru_cache
from typing import Literal, TypeAlias

from enricher.extract.numbers.other_labels import OTHER, USED_UP

Kind: TypeAlias = Literal["tel", "fax", "both", "other"]

_FAX = (
    r"🖷|📠|℻|t[eé]l[eé]-?fa(?:x|ks)|t[eé]l[eé]copi(?:e|eurs?|ers?)|t[eé]l[eé]c|fax-?(?:n(?:umme)?r|lijn)|faksimil[ei]"
    r"|e-?fax|fax(?:es|imile)?|facs(?:imile)?|fak(?:s|si)|[传傳]\s?真|ファッ?クス|ファクシミリ|팩스|தொலைநகல்|โทรสาร"
    r"|local_printshop|(?<![A-Za-z])print(?=\s{0,2}$)"  # the name of a drawing
    r"|(?<![A-Za-z])f(?:x)?(?=\s{0,2}[:：.)\]|]|\s{1,2}[+(\d]|\s{0,2}$)"
)
_TEL = (
    r"☎|☏|✆|📞|📱|tele?(?:phones?)?|phones?|ph|call|hotlines?|hand-?phones?|hp|mobiles?|mob|cell|whats-?app|direct"
    r"|did|main ?line"
    r"|[电電]\s?[话話]|热线|熱線|手机|手機|热綫|telefon|talian|hubungi|தொலைபேசி|โทรศัพท์|โทร|전화|ring|sms"
    r"|(?:contact|office|general) (?:no|number|line)s?"
    r"|(?<![A-Za-z])(?!p/n\b)[tpmhod](?=\s{0,2}[/:：.)\]]|\s{1,2}[+(\d]|\s{0,2}$)"
)
_LABEL = re.compile(
    rf"(?<![A-Za-z@])(?:(?P<fax>{_FAX})|(?P<tel>{_TEL})|(?P<other>{OTHER}))(?![A-Za-z@])", re.IGNORECASE
)
#: Between the two words of one label: "Tel/Fax", "Tel & Fax", "Phone and fax".
_JOINED = re.compile(r"\s{0,2}(?:no\.?s?\s{0,2})?(?:[/&+,|(]|and|or|dan|及|与|und|、)\s{0,2}", re.IGNORECASE)
#: A label behind its number: "6123 4567 (Fax)", "6123 4567 [F]".
_AFTER = re.compile(rf"\s{{0,2}}[(\[]\s?(?:(?P<fax>{_FAX}|f)|(?P<tel>{_TEL}|[tpm]))\s?[)\]]", re.IGNORECASE)
#: At the end of its line: "6123 4567 fax".
_AT_END = re.compile(rf" {{0,2}}[-–,]? {{0,2}}(?:(?P<fax>{_FAX})|(?P<tel>{_TEL})) ?(?:\n|\Z)", re.IGNORECASE)
_NUMBER_FOLLOWS = re.compile(r"\s{0,3}[:：.]?\s{0,3}[+(]?\d")
_LETTER = re.compile(r"[^\W\d_]")
_LONGEST_LABEL = 60
_LONGEST_LINE = 40
_SOME_DIGITS = re.compile(r"\d\D{0,3}\d\D{0,3}\d\D{0,3}\d")
_WHOLE_NUMBER = re.compile(r"\d(?:\D{0,3}\d){5}")
#: Heads of columns without numbers.
_NEUTRAL = re.compile(r"(?:e-?mail|address|web(?:site)?|邮箱|电邮|地址|网址)\s{0,2}[:：]?", re.IGNORECASE)


def label_of(words: str) -> Kind | None:
    """Returns the nearest label in the words before a number: the last one; if two are joined, both."""
    return _label_of(words[-_LONGEST_LABEL:])


@lru_cache(1_000)  # a page is read as a whole and in parts
def _label_of(words: str) -> Kind | None:
    found = list(_LABEL.finditer(words))
    if not found:
        return None
    last = found[-1]
    kind = _kind(last)
    if kind == "other" and USED_UP.search(words, last.end()):
        return None
    if len(found) > 1 and kind != "other":
        before = found[-2]
        between = words[before.end() : last.start()]
        if _kind(before) not in (kind, "other") and _JOINED.fullmatch(between):
            return "both"
    return kind


def label_after(text: str, *, is_last: bool) -> Kind | None:
    """Returns the label in brackets with which the words after a number begin.

    `is_last`: the number may have a label before it, so one that stands before another number is that one's.
    """
    found = _AFTER.match(text[:30]) or (None if is_last else _AT_END.match(text[:30]))
    if found is None or (is_last and _NUMBER_FOLLOWS.match(text, found.end())):
        return None
    return "fax" if found["fax"] else "tel"


def labels_by_line(lines: list[str]) -> dict[int, Kind]:
    """Returns the labels of lines that begin with a number, from the cell before or the column's head above.

    The heads of several columns hold for every row below that has as many numbers, until other labels come.
    """
    found: dict[int, Kind] = {}
    labels: list[Kind] = []
    columns: list[Kind] = []
    values: list[int] = []
    for nth, line in enumerate([*lines, "end"]):
        is_value = _begins_with_number(line)
        kind = None if is_value else _label_alone(line)
        if is_value and (labels or columns):
            values += [nth] if _SOME_DIGITS.search(line) else []
            continue
        if values:
            found.update(_in_columns(values, labels, columns))
            labels, values = [], []
        if kind is not None:
            labels.append(kind)
            columns = list(labels) if len(labels) > 1 else columns
            columns = [] if len(labels) == 1 else columns
        elif not _NEUTRAL.fullmatch(line):
            labels = []
    return found


def _in_columns(values: list[int], labels: list[Kind], columns: list[Kind]) -> list[tuple[int, Kind]]:
    """Returns the labels of neighbouring lines with numbers, from the lines just above, else from the column heads."""
    heads = labels or columns
    if len(heads) == 2 and len(values) == 3:  # two telephones in one cell, and a fax
        return list(zip(values, (heads[0], *heads), strict=True))
    if len(labels) == len(values) > 1:
        return list(zip(values, labels, strict=True))
    if labels:
        return [(values[0], labels[-1])]
    return list(zip(values, columns, strict=True)) if len(columns) == len(values) else []


def _label_alone(line: str) -> Kind | None:
    """Returns the label in a short line without a number."""
    return label_of(line) if len(line) <= _LONGEST_LINE and "@" not in line and not _SOME_DIGITS.search(line) else None


def _begins_with_number(line: str) -> bool:
    """True for a number, also with words after it: "(65) 6533 4199 (not for documents)"."""
    letter = _LETTER.search(line)
    return letter is None or bool(_WHOLE_NUMBER.search(line, 0, letter.start()))


def _kind(found: re.Match[str]) -> Kind:
    return "fax" if found["fax"] else "tel" if found["tel"] else "other"
