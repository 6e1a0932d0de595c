"""Findings: evidence for or against a criterion; and plain text from texts of sites and registers."""

import re
from typing import NamedTuple

#: The source of findings from the register.
REGISTER = "register"


class Finding(NamedTuple):
    """Evidence about one criterion.

    `name` is the finding's name in the model, `evidence` the words that show it, `source` a URL or REGISTER, and
    `clause` its part of the rationale, if any.
    """

    name: str
    evidence: str
    source: str | None
    clause: str = ""


#: The digits of a cut number and the separators in it, at the end of a text.
_NUMBER_CUT = re.compile(r"[\d.,]+$")
_MARKUP = re.compile(r"<[/!?a-zA-Z][^<>]{0,200}>")


def plain(text: str, longest: int) -> str:
    """Returns one line of printable text without markup, cut to `longest` characters.

    Never cuts a number in two: the rest would be another number.
    """
    if (
        len(text) <= longest
        and text.isprintable()
        and not ("<" in text or "  " in text or text.startswith(" ") or text.endswith(" "))
    ):
        return text
    text = text[: 8 * longest]
    if not text.isprintable():
        text = "".join(letter if letter.isprintable() else " " for letter in text)
    if "<" in text:
        text = _MARKUP.sub(" ", text)
    text = " ".join(text.split())
    if len(text) <= longest:
        return text
    kept = text[: longest - 1]
    if text[longest - 1].isdecimal() or text[longest - 1] in ".,":
        kept = _NUMBER_CUT.sub("", kept)
    return f"{kept.rstrip()}…"


def host_of(url: str | None) -> str:
    """Returns the host of a web address without `www.`; "" for other texts."""
    scheme, found, rest = (url or "").partition("://")
    if not found or scheme not in ("http", "https"):
        return ""
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return plain(host.rpartition("@")[2].removeprefix("www."), 48)
