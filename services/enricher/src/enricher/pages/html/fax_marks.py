"""Writes the word fax into the text where only the markup says it: an icon, a class, a property or a link."""

import re

#: An element that shows a picture of a fax machine; the number follows.
_ICON = re.compile(
    r"<(?:i|em|span|img)\s[^<>]{0,300}?(?:class|aria-label|title|alt|src|href)\s?=\s?[\"']?[^\"'<>]{0,100}?"
    r"(?<![a-z])fax(?![a-z])[^<>]{0,200}>",
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![a-z])fax(?![a-z])", re.IGNORECASE)
#: Nothing but markup and signs before the next digits.
_NUMBER_NEXT = r"(?=(?:\s|&nbsp;|</?[a-z][^<>]{0,200}>|[:+(]){0,12}\d)"
#: An element for a fax number. One for a telephone, too, says nothing.
_ELEMENT = re.compile(
    r"<(?:a|address|dd|div|h\d|li|p|span|td)\s(?![^<>]{0,300}phone)[^<>]{0,200}?(?:class|id|itemprop|href)\s?=\s?[\"']?"
    r"(?:[^\"'<>]{0,60}[\s_-])?fax(?:[_-]?(?:no|num|number|line|text|value|link))?(?:[\s:\"'][^<>]{0,200})?>"
    + _NUMBER_NEXT,
    re.IGNORECASE,
)
#: Pictures of a printer stand for a fax machine where a number follows.
_PRINTER = re.compile(
    r"<(?:i|em|span|img)\s[^<>]{0,200}?(?:\bfa-print\b|printer|\bicon-print\b)[^<>]{0,200}>" + _NUMBER_NEXT,
    re.IGNORECASE,
)


def with_fax_words(html: str) -> str:
    """Returns the page with "Fax: " after each such mark."""
    if "fax" in html or "Fax" in html:
        html = _ELEMENT.sub(r"\g<0> Fax: ", _ICON.sub(r"\g<0> Fax: ", _drawn_in_words(html)))
    if "fa-print" in html or "printer" in html or "icon-print" in html:
        html = _PRINTER.sub(r"\g<0> Fax: ", html)
    return html


def _drawn_in_words(html: str) -> str:
    """Writes "Fax: " after each drawing of a fax machine, however it is named."""
    parts: list[str] = []
    done = 0
    while (start := html.find("<svg", done)) >= 0 and (end := html.find("</svg>", start)) >= 0:
        end += len("</svg>")
        is_fax = _WORD.search(html, start, end)
        parts += [html[done:end], " Fax: " if is_fax else ""]
        done = end
    return "".join((*parts, html[done:]))
