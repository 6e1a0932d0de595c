"""What was found about a criterion: the finding's name in the model, the words that show it, and where they stand."""

import re
from typing import NamedTuple

#: The source of what the register says.
REGISTER = "register"


class Finding(NamedTuple):
    """`evidence` says it in words, `source` is a URL, or REGISTER; `clause` is its part of the rationale, if any."""

    name: str
    evidence: str
    source: str | None
    clause: str = ""


#: The rest of a number, and what joins it to the rest of that, at the end of a text.
_NUMBER_CUT = re.compile(r"[\d.,]+$")
_MARKUP = re.compile(r"<[/!?a-zA-Z][^<>]{0,200}>")


def plain(text: str, longest: int) -> str:
    """One line of text without markup, nothing unprintable, not too long: sites and registers hold anything.

    What is cut off is never a part of a number: the rest would be another one.
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
    """Such as "acme.sg" for https://www.acme.sg/about; nothing for what is no address of a site."""
    scheme, found, rest = (url or "").partition("://")
    if not found or scheme not in ("http", "https"):
        return ""
    host = rest.partition("/")[0].partition("?")[0].partition("#")[0]
    return plain(host.rpartition("@")[2].removeprefix("www."), 48)
