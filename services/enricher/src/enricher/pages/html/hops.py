"""Finds the pages that a page forwards to, as a browser does: meta refresh, a script that only redirects, frames."""

import re
from itertools import islice

from selectolax.lexbor import LexborHTMLParser

from enricher.pages.urls import resolve

#: A page that refreshes later than this is a page by itself.
_SOON_S = 30
_REFRESH = re.compile(
    r"\s{0,9}(\d{0,6})(?:\.\d{0,9})?\s{0,9}[;,]?\s{0,9}(?:url\s{0,9}=\s{0,9})?['\"]?\s{0,9}([^'\"\s][^'\"]{0,999})?",
    re.IGNORECASE,
)
#: A script of one statement. Longer ones decide where to go, and a browser would have to run them. No part gives back
#: what it took: 600 blanks in a script would otherwise cost seconds.
_SCRIPT = re.compile(
    r"\s*+(?:<!--)?+\s*+(?:(?:window|self|top|document|parent)\.){0,2}+location(?:\.href)?+\s*+"
    r"(?:=\s*+|\.(?:replace|assign)\s*+\(\s*+)[\"']([^\"'\s]{1,500}+)[\"']\s*+\)?+\s*+;?+\s*+(?:(?://)?+\s*+-->)?+\s*+"
)
_MAX_FRAMES = 6
#: Frames that hold a menu or a heading.
_ASIDE = re.compile(r"(?:top|head|header|menu|nav|navi|left|right|banner|bottom|foot|footer|title|logo)(?![a-z])", re.I)


def refresh_target(said: str, base: str) -> str | None:
    """Returns the URL of a refresh such as "0; url=/en/", from a header or a meta element; `None` if later or none."""
    found = _REFRESH.match(said[:1500])
    if not found or not found[2] or int(found[1] or 0) > _SOON_S:
        return None
    target = resolve(base, found[2].strip())
    return target if target != base else None


def refresh_of(tree: LexborHTMLParser, tags: str, base: str) -> str | None:
    """Returns the URL that this page redirects to by itself."""
    if "http-equiv" in tags and "refresh" in tags:
        for node in islice(tree.css('meta[http-equiv="refresh" i]'), 3):
            if target := refresh_target(node.attributes.get("content") or "", base):
                return target
    if "location" in tags:
        for node in islice(tree.css("script:not([src])"), 10):
            found = _SCRIPT.fullmatch(node.text()[:2000])
            target = resolve(base, found[1]) if found else None
            if target and target != base:
                return target
    return None


def frames_of(tree: LexborHTMLParser, base: str, selector: str = "frameset frame[src]") -> tuple[str, ...]:
    """Returns the pages in frames, those with more than a menu or a heading first."""
    named: list[tuple[bool, int, str]] = []
    for nth, node in enumerate(islice(tree.css(selector), _MAX_FRAMES)):
        target = resolve(base, node.attributes.get("src") or "")
        name = f"{node.attributes.get('name') or ''} {(target or '').rpartition('/')[2]}"
        if target and target != base:
            named.append((any(_ASIDE.match(word) for word in re.split(r"[^A-Za-z]+", name)), nth, target))
    return tuple(dict.fromkeys(target for _, _, target in sorted(named)))
