"""The vendors' crawler of the town: pages as text, including text that a plain crawler cannot read.

It copes with wrong types, charsets and cut bodies, and of thin and failing sites it sees every second as it was meant
(a page built by scripts, or a server that refuses only robots). What goes round in circles it gives up.
"""

import re
from functools import lru_cache
from html import unescape
from urllib.parse import urlsplit

from simulator.town.layouts import CAREERS_PATHS, PAGES
from simulator.town.sites import Behaviour, Site
from simulator.town.town import Town

_UNSEEN = re.compile(r"<(script|style|head|form)\b.*?</\1>|<!.*?>", re.S | re.I)
_LINK = re.compile(r"""<a\b[^>]*?href=["']([^"']*)["'][^>]*>(.*?)</a>""", re.S | re.I)
_HEADING = re.compile(r"<h([1-6])[^>]*>", re.I)
_ITEM = re.compile(r"<li\b[^>]*>", re.I)
_BREAK = re.compile(
    r"</?(?:p|div|section|main|header|footer|nav|article|aside|tr|ul|ol|table|h[1-6]|li|br|small)\b[^>]*>", re.I
)
_TAG = re.compile(r"<[^>]*>")
_SPACES = re.compile(r"[^\S\n]+")
_LINES = re.compile(r"\s*\n\s*")


class Reader:
    """Reads one town."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self._text = lru_cache(maxsize=4096)(self._read)

    def site_at(self, url: str) -> tuple[Site, str] | None:
        """Returns the site and the path of a URL or a bare host name, whatever the scheme; `None` if there is none."""
        parts = urlsplit(url if "//" in url else f"//{url}")
        site = self.town.site((parts.hostname or "").lower())
        return (site, parts.path or "/") if site is not None else None

    def text(self, site: Site, path: str, *, markdown: bool = True) -> str | None:
        """Returns the page as text, or `None` if it is unreadable."""
        return self._text(site, path, markdown)

    def paths(self, site: Site) -> list[str]:
        """Returns the site's pages, the homepage first."""
        return [path for path in PAGES[site.layout] if path not in CAREERS_PATHS or site.openings is not None]

    def _read(self, site: Site, path: str, markdown: bool) -> str | None:
        sees = bool(site.taste & 1)
        if site.manner is Behaviour.LOOP or (site.manner is Behaviour.FAILING and not sees):
            return None
        if site.manner is Behaviour.THIN and not sees:
            return "Coming soon." if path == "/" else None
        if path == "/home" and site.manner is Behaviour.TO_HOME:
            path = "/"
        write = PAGES[site.layout].get(path)
        if write is None or path not in self.paths(site):
            return None
        return as_text(write(site), markdown=markdown)


def as_text(html: str, *, markdown: bool) -> str:
    """Returns a page's visible text, one line per block; as markdown with headings, lists and links."""
    html = _UNSEEN.sub("", html)
    if markdown:
        html = _LINK.sub(r"[\2](\1)", html)
        html = _HEADING.sub(lambda found: "\n" + "#" * int(found[1]) + " ", html)
        html = _ITEM.sub("\n- ", html)
    html = _TAG.sub(" ", _BREAK.sub("\n", html))
    return _LINES.sub("\n", _SPACES.sub(" ", unescape(html))).strip()
