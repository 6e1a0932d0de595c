"""Removes text in front of an address on its line: labels, sentences, other items, the company's own name."""

import re
from collections.abc import Iterable

from enricher.extract.own_words import compacted, is_own_name

#: The main one of several offices.
_MAIN = re.compile(
    r"\b(?:head ?(?:office|quarters?)|headquarter\w{0,3}|hq|main office|ibu pejabat|kantor pusat"
    r"|hauptsitz|zentrale|siège(?: social)?|hoofdkantoor|huvudkontor|hovedkontor|sede (?:legale|central|principal))\b"
    r"|总部|總部|总公司|總公司|本社",
    re.IGNORECASE,
)
_REGISTERED = re.compile(r"\bregistered (?:office|address)\b", re.IGNORECASE)
#: Authorities to complain to or to register with, by their initials: the last word of a label, or before "at".
_INITIALS = re.compile(
    r"(?<![\w&-])(?<!\bby )(?<!\bby the )(?<!\bwith )(?<!\bwith the )"
    r"(?:PDPC|ACRA|IRAS|MAS|MOM|MOH|CEA|ECDA|SCDF|NEA|CPF|LTA|ICO|CNIL)"
    r"\)?(?: (?:Singapore|HQ|Headquarters|UK))?(?=\W*$| at\b)"
)
#: Authorities by their names, which may be a place's, too: "Ministry of Trade Building".
_AUTHORITY = re.compile(
    r"\b(?:Personal Data Protection Commission|Small Claims|Consumers Association|Ombudsman|Amtsgericht|Finanzamt"
    r"|Commissioner(?! for Oaths)(?:['’]s Office)?|Ministry of "
    r"(?:the |Public |National |Social |Foreign |Home )?(?:Affairs|Agriculture"
    r"|Commerce|Communications|Corporate Affairs|Culture|Defence|Development|Digital|Economy|Education|Environment"
    r"|Family|Finance|Health|Human Resources|Industry|Information|Interior|Justice|Labour|Law|Manpower|Science"
    r"|Sustainability|Tourism|Trade|Transport))\b"
    r"(?! (?:House|Building|Tower|Centre|Center|Plaza|Court|Road|Street|Avenue|Lane))"
    r"|Landesbeauftragte|Datenschutzbeh|kammer\b"
)
#: Between the labels in front of an address.
_LABELS = re.compile(r"[,;:|·•\n]\s|\s[–—-]\s")
#: Sentences that say where the company is.
_LOCATED = re.compile(
    r"\b(?:we are|we're|office|showroom|factory|warehouse|headquarter\w{0,4}|premises|company|visit us|find us"
    r"|drop by|come to|walk in)\b.{0,60}"
    r"\b(?:at|in|is|are)\b|\bour \w{3,20} (?:is|are) (?:at|in|on)\b|\b(?:find|visit|reach|see|meet) (?:us|our)\b"
    r"|\bwe (?:are|work|operate|have been|sit|live|bake|cook)\b.{0,40}\b(?:at|from|in)\b"
    r"|\bour [^.!?]{0,30}\b(?:shop|office|store|studio|clinic|kitchen|showroom|workshop|outlet|home|base):"
    r"|\b(?:located|situated|based) (?:at|in)\b",
    re.IGNORECASE,
)
_LONGEST_LABEL = 60
_SEPARATOR = re.compile(r"\s[|•·●▪‧]\s|\s[–—]\s|\t")
#: A sentence's end, or a bracket that holds the address; no end of "Blk." or "Industriestr.".
_SENTENCE_END = re.compile(
    r"(?:(?<=[a-z]{4})|(?<=[\d)”\"’])|(?<=\b[a-z]{2})|(?<=\b[a-z]{3}))(?<!str)(?<!\bno)(?<!\bul)(?<!\bal)(?<!\bnr)"
    r"(?<!\bav)(?<!\bbd)[.!?]\s(?=\S)|\s\((?=[^()]*$)"
)
#: A label and its colon.
_LABEL = re.compile(
    r"^[^\d:：]{0,60}(?:\d{1,2}\s?)?[:：]\s{0,3}(?=\S)|^.{0,30}\b(?:地址|Adresse|Alamat)\s?[:：]?\s{0,2}(?=\S)"
)
_LEGAL = re.compile(
    r"^(?!\d).{0,100}\b(?:Ltd|Limited|LLP|LLC|Inc|Incorporated|Pte|GmbH|AG|KG|Sdn\.? Bhd|Bhd|Pty|B\.?V|N\.?V|AB|A/S|ApS"
    r"|AS|Oy|S\.?A\.?S|SARL|S\.?r\.?l|PT)\b\.?\)?"
    r"(?: (?:Co\. KG|Ltd|Limited|Bhd)\b\.?)?(?: ?\([^()]{3,30}\))?[ ,:;–—-]{1,3}(?=[#\dA-ZÀ-Þ])(?!Ltd|Limited|Bhd)"
)
#: Words just before a house that are no part of its address: "or visit 14 Ubi Crescent", "Location 14 Ubi Crescent".
_LEADS_TO = re.compile(
    r"\b(?:at|to|from|visit|location|address|office|headquarters|hq|clinic|shop|store|studio|showroom|outlet|branch|kitchen"
    r"|gallery|workshop|factory|warehouse|unter|(?<=\w )in der?)\W{0,3}$",
    re.IGNORECASE,
)
_YEARS = re.compile(
    r"^.{0,20}?(?:©|\bcopyright\b)\s?(?:©\s?)?(?:(?:19|20)\d\d(?:\s?[-–]\s?(?:19|20)?\d\d)?)?[ ,.]{0,3}", re.IGNORECASE
)
_MOST_NAME_WORDS = 6
_RIGHTS = re.compile(r"©|\bcopyright\b|all rights reserved", re.IGNORECASE)
_NO_ADDRESS = re.compile(
    r"@|\+\d{2}|(?<![#\w-])\d{3,5}[ -]\d{3,4}(?:[ -]\d{2,4})?(?![-\d])|©|copyright"
    r"|rights reserved|\b\d{1,2}(?:[.:]\d\d)?\s?[ap]m\b"
    r"|\b(?:tel|phone|fax|mobile|hp|whatsapp|email|e-mail|uen|reg|registration|licence|license|hours|mon|daily)\b",
    re.I,
)
#: Characters of what `_NO_ADDRESS` finds, at most.
_LONGEST_NO_ADDRESS = 30


def is_main(label: str) -> bool:
    """True for a label of the head office, also in other languages."""
    return _MAIN.search(label) is not None


def is_registered(label: str) -> bool:
    """True for a label of the registered office, which may be an accountant's."""
    return _REGISTERED.search(label) is not None


def is_authority(lead: str, names: Iterable[str] = ()) -> bool:
    """True if a label in front of an address is an authority's; `names` are the company's, compacted.

    A building or a road by the name of an authority is a place: "MAS Building".
    """
    return any(_names_authority(label.strip(), names) for label in _LABELS.split(lead))


def _names_authority(label: str, names: Iterable[str]) -> bool:
    return bool(_INITIALS.search(label) or _AUTHORITY.search(label)) and not is_own_name(label, names)


def says_where(lead: str) -> bool:
    """True for the beginning of a sentence that says where the company is: "Our office is at"."""
    return _LOCATED.search(lead) is not None


def label_above(line: str) -> str:
    """Returns the line above an address if it may be its label, else an empty text."""
    return "" if len(line) > _LONGEST_LABEL or any(map(str.isdigit, line)) else line


def without_lead(text: str, street: re.Pattern[str], names: Iterable[str] = ()) -> str:
    """Returns the text from the address on, which contains a `street`; `names` are the company's, compacted."""
    names = list(names)
    text = _without_name(_YEARS.sub("", text), names)
    text = _last_with_street(text, _SEPARATOR, street)
    text = without_sentences(text, street)
    for _ in range(2):
        if (label := _LABEL.match(text)) and street.search(text, label.end()):
            text = text[label.end() :]
    if (owner := _LEGAL.match(text)) and street.search(text, owner.end()):
        text = text[owner.end() :]
    text = _without_name(text, names)
    start = seen = 0
    for nth, house in enumerate(street.finditer(text)):
        between = max(start, seen - _LONGEST_NO_ADDRESS)
        seen = house.start()
        if _NO_ADDRESS.search(text, between, seen) or (nth == 0 and _LEADS_TO.search(text[: house.start()])):
            start = house.start()
    text = text[start:]
    parts = text.split(", ")
    while len(parts) > 1 and _is_no_part(parts[0], names) and street.search(", ".join(parts[1:])):
        parts = parts[1:]
    return ", ".join(parts).lstrip(" ,;:–—-·|")


def without_sentences(text: str, street: re.Pattern[str]) -> str:
    """Returns the text after the sentences in front of an address."""
    return _last_with_street(text, _SENTENCE_END, street)


def _last_with_street(text: str, separator: re.Pattern[str], street: re.Pattern[str]) -> str:
    """Returns the text after separators, as long as no street stands before them and one after them."""
    start = 0
    for found in separator.finditer(text):
        before = text[start : found.start()]
        if street.search(text, found.end()) and (_NO_ADDRESS.search(before) or not street.search(before)):
            start = found.end()
    return text[start:]


def _without_name(text: str, names: list[str]) -> str:
    """Returns the text after the company's own name, if a number follows."""
    words = text.split(" ")
    for count in range(min(len(words) - 1, _MOST_NAME_WORDS), 0, -1):
        if words[count][:1].isdigit() and compacted(" ".join(words[:count])) in names:
            return " ".join(words[count:])
    return text


def _is_no_part(part: str, names: list[str]) -> bool:
    if any(map(str.isdigit, part)):
        return _NO_ADDRESS.search(part) is not None
    return _RIGHTS.search(part) is not None or _NO_ADDRESS.search(part) is not None or is_own_name(part, names)
