"""Finds a company's postal address outside Singapore, by the form of its country's postal codes.

The text before the code counts from its street; lines above belong to it while they look like parts of an address.
"""

import re

_LONGEST = 200
_LINES_ABOVE = 5
_LONGEST_LINE = 90
_STATES = (
    "AL|AK|AZ|AR|CA|CO|CT|DE|FL|GA|HI|ID|IL|IN|IA|KS|KY|LA|ME|MD|MA|MI|MN|MS|MO|MT|NE|NV|NH|NJ|NM|NY|NC|ND|OH|OK|OR|PA"
    "|RI|SC|SD|TN|TX|UT|VT|VA|WA|WV|WI|WY|DC"
)
_REST = r"(?:,? [A-Z][\w'’.-]{1,20}){0,4}"
#: The end of an address by country: its code, with the town where that follows.
_ENDS: dict[str, re.Pattern[str]] = {
    "GB": re.compile(r"\b[A-Z]{1,2}\d[A-Z\d]? \d[A-Z]{2}\b(?:, (?:UK|United Kingdom|England|Scotland|Wales))?"),
    "US": re.compile(rf"\b(?:{_STATES}),? \d{{5}}(?:-\d{{4}})?(?!\d)(?:, (?:USA|United States))?"),
    "AU": re.compile(r"\b(?:NSW|VIC|QLD|TAS|ACT|SA|WA|NT),? \d{4}(?!\d)(?:, Australia)?"),
    "MY": re.compile(rf"(?<![\d-])\d{{5}},? [A-Z][\w'’-]{{2,20}}{_REST}"),
    "DE": re.compile(r"(?<![\d-])(?:D-)?\d{5} [A-ZÄÖÜ][\wäöüß]{2,20}(?:[- ][A-ZÄÖÜ][\wäöüß]{2,20}){0,2}"),
    "JP": re.compile(r"\d{3}-\d{4}(?!\d)(?:, Japan)?"),
    "HK": re.compile(r"\b(?:Hong Kong|Kowloon|New Territories)\b(?:, (?:Hong Kong|H\.K\.))?"),
}
_JAPANESE = re.compile(r"〒\s?\d{3}-\d{4}\s{0,2}[\u3000-\u9fff][^\n]{5,60}")
#: A street, a house or a unit.
_STREET = re.compile(
    r"\d|\b(?:Street|St|Road|Rd|Avenue|Ave|Lane|Drive|Dr|Close|Way|Walk|Place|Terrace|Hill|Quay|Boulevard|Blvd|Square|Park|Row"
    r"|Court|Highway|Parade|Jalan|Jln|Lorong|Lebuh|Persiaran|Kampung|Kg|Batu)\b|stra(?:ße|sse)|weg\b|platz\b|allee\b|gasse\b",
    re.IGNORECASE,
)
_UNIT = re.compile(
    r"(?:unit|level|suite|ste|floor|block|blk|lot|no\.?|shop|flat|room|#|studio|building|the|c/o|\d{1,3}(?:st|nd"
    r"|rd|th) floor)\b",
    re.IGNORECASE,
)
_LABEL = re.compile(
    r"^.{0,40}?\b(?:address|alamat|anschrift|office|offices|headquarters|hq|showroom|factory|workshop|visit us"
    r"|find us|located at"
    r"|based at|where|post|mail|shop|yard|rooms)\s?[:：]\s{0,2}",
    re.IGNORECASE,
)
_OWNER = re.compile(r"^.{0,80}\b(?:Ltd|Limited|LLP|LLC|Inc|GmbH|Sdn\.? Bhd|Pty|AG|KG)\b\.?\)?[ ,:;–-]{1,3}(?=[#\dA-Z])")
_NO_PART = re.compile(
    r"[@?!]|https?:|\+\d|\b(?:tel|phone|fax|ph|email|mon|opening|hours|copyright|registered|company no|vat)\b|©", re.I
)
_PROSE = re.compile(
    r"\b(?:we|our|was|were|has|have|had|which|that|this|project|client|customer|registered office|c/o|postfach"
    r"|po box)\b",
    re.I,
)
_SENTENCE = re.compile(r"(?<=[a-z]{4})[.!?]\s|(?<=\d)[.!?]\s(?=[A-Z])|\s[|•·]\s")


def find_address_abroad(text: str, country: str) -> str | None:
    """The first address of a country in a text, on one line; `None` for countries whose codes are not known."""
    if country == "JP" and (found := _JAPANESE.search(text)):
        return found[0].strip()
    end = _ENDS.get(country)
    lines = text.split("\n") if end else []
    for nth, line in enumerate(lines):
        for found in end.finditer(line) if end else ():
            if address := _whole(lines, nth, found):
                return address
    return None


def _whole(lines: list[str], nth: int, end: re.Match[str]) -> str | None:
    """The address that ends in this line, if it has a street and is in no sentence about something else."""
    said = _SENTENCE.split(end.string[: end.end()])[-1]
    before = said[: len(said) - len(end[0])]
    if len(said) < len(end[0]) or _PROSE.search(before):
        return None
    parts = [_OWNER.sub("", _LABEL.sub("", said)).strip(" ,–-")]
    for line in reversed(lines[max(0, nth - _LINES_ABOVE) : nth]):
        head = ", ".join(parts)[: -len(end[0])]
        has_street = _STREET.search(head) is not None
        goes_on = line.endswith(",") or _UNIT.match(line)
        if (has_street and not goes_on) or len(line) > _LONGEST_LINE or _NO_PART.search(line) or _PROSE.search(line):
            break
        if not goes_on and not _STREET.search(line):
            break
        parts.insert(0, _OWNER.sub("", _LABEL.sub("", line)).strip(" ,"))
    whole = ", ".join(part for part in parts if part)
    head = whole[: -len(end[0])].strip(" ,")
    return whole.rstrip(" .,") if head and _STREET.search(head) and len(whole) <= _LONGEST and "," in whole else None
