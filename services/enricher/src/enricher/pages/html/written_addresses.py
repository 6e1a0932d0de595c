"""Finds e-mail addresses that a page's scripts build in the browser, to hide them from collectors."""

import codecs
import re
from collections.abc import Iterator
from html import unescape
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

_MAX_SCRIPTS = 100
_MAX_LENGTH = 20_000  # of one script
_MAX_FOUND = 20
#: Two literals that are joined, and a variable that continues another one.
_JOINT = re.compile(r"['\"]\s{0,4}\+\s{0,4}['\"]")
_GOES_ON = re.compile(r"['\"]\s?;?\s{0,4}(?:(\w{1,40}) = \1 ?\+|\w{1,40} ?\+=)\s{0,4}['\"]")
_ADDRESS = re.compile(r"(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,4}(?![\w-])")
_SIGNS = ("@", "&#64;", "&#x40;", "\\x40", "\\u0040", "%40")
#: "mailto:" with each letter thirteen further on.
_SHIFTED_MAILTO = "znvygb:"
_ESCAPED = re.compile(r"\\x40|\\u0040|%40")
#: The parts of an address in attributes, for a script to join.
_PARTS = (("data-user", "data-domain"), ("data-name", "data-domain"), ("data-local", "data-domain"))
_WHOLE = ("data-email", "data-mail", "data-mailto")


def written_addresses(tree: LexborHTMLParser, tags: str) -> tuple[str, ...]:
    """Returns the addresses, without repeats. `tags` is the page in lower case."""
    found = dict.fromkeys(_in_scripts(tree)) if "<script" in tags else {}
    found |= dict.fromkeys(_in_attributes(tree, tags))
    return tuple(found)[:_MAX_FOUND]


def _in_scripts(tree: LexborHTMLParser) -> Iterator[str]:
    """Finds only addresses that are joined or written as links: others are settings of the script's maker."""
    for node in islice(tree.css("script:not([src])"), _MAX_SCRIPTS):
        if "json" in (node.attributes.get("type") or "").lower():
            continue
        script = node.text()[:_MAX_LENGTH]
        if not any(sign in script for sign in _SIGNS) or not ("+" in script or "mailto:" in script):
            continue
        if _SHIFTED_MAILTO in script:
            script = codecs.decode(script, "rot13")
        plain = _ESCAPED.sub("@", unescape(script))
        joined = _GOES_ON.sub("", _JOINT.sub("", plain))
        for match in islice(_ADDRESS.finditer(joined), _MAX_FOUND):
            if match[0] not in plain or joined[: match.start()].endswith("mailto:"):
                yield match[0]


def _in_attributes(tree: LexborHTMLParser, tags: str) -> Iterator[str]:
    for name in _WHOLE:
        for node in islice(tree.css(f"[{name}]"), _MAX_FOUND) if name in tags else ():
            value = (node.attributes.get(name) or "").removeprefix("mailto:")
            if _ADDRESS.fullmatch(value):
                yield value
    for user, domain in _PARTS:
        for node in islice(tree.css(f"[{user}][{domain}]"), _MAX_FOUND) if domain in tags and user in tags else ():
            value = f"{node.attributes.get(user)}@{node.attributes.get(domain)}"
            if _ADDRESS.fullmatch(value):
                yield value
