"""Parses a web page into the parts that extraction needs. Each part has a maximum size, whatever HTML a site sends."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from enricher.pages.html.hops import frames_of, refresh_of
from enricher.pages.html.markup import prepare
from enricher.pages.html.person_marks import marked_persons
from enricher.pages.html.quotations import quotations
from enricher.pages.html.scripts import loaders_of, marks_of
from enricher.pages.html.structured_data import structured_data
from enricher.pages.html.written_addresses import written_addresses
from enricher.pages.urls import resolve

MAX_TEXT = 50_000
#: Characters of a longer text that are kept of its end.
_FOOT = 15_000
MAX_LINKS = 500
_MAX_ALT = 200
_EMPTY = 50  # characters of text
_MAX_DATED = 30
_MAX_ENTRY = 200  # elements of an article before its heading
_MAX_HEADING = 150
_MAX_CLIMB = 8
_MAX_BESIDE = 60
_MAX_NEIGHBOURS = 6
#: Elements of no page: a model's turns, planted for it.
_TURNS = ("assistant", "system", "instructions", "prompt")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINK = 50  # characters

_META = frozenset({"description", "og:description", "generator"})
_BETWEEN = "\x1e"
#: The link by which Cloudflare hides an e-mail address; its code follows the #.
_PROTECTED = "/cdn-cgi/l/email-protection#"
_MAIL = "mailto:"
#: Links to numbers. A WhatsApp link is a page of its site with the number in it.
_CALLS = ("tel:", "callto:", "sms:", "whatsapp:", "viber:")
_REACHES = (_MAIL, *_CALLS)
_WHATSAPP = re.compile(r"(?:https?:)?//(?:www\.)?(?:wa\.me/[+(]?\d|(?:api|web)\.whatsapp\.com/send)", re.IGNORECASE)
#: Characters that nobody sees, and that stand for no blank.
_UNSEEN = re.compile("[\u200b-\u200f\u2060\ufeff\xad]+")
_NOT_TEXT = re.compile("[\\s\x00-\x1f\x7f-\xa0\u2028-\u202f\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its absolute URL and its words."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page.

    `addresses` are the targets of links to e-mail addresses and telephones, `beside` the words before and in each of
    them, `protected` the codes of e-mail addresses that Cloudflare hides, `sources` the URLs of scripts, styles,
    frames and forms, `loaders` traces of software in inline scripts, `data` JSON-LD (also made of microdata and RDFa),
    `dated` the times and headings of articles and list entries. `refresh` is where the page itself leads on to,
    `frames` are the pages of its frameset. `quoted` are the lines of testimonials and reviews,
    `named` and `titled` those that its classes call a person's name or job title.
    """

    url: str
    title: str = ""
    description: str = ""
    generator: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    addresses: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    loaders: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    dated: tuple[tuple[str, str], ...] = ()
    language: str = ""
    refresh: str | None = None
    frames: tuple[str, ...] = ()
    quoted: frozenset[str] = frozenset()
    named: frozenset[str] = frozenset()
    titled: frozenset[str] = frozenset()

    @property
    def size(self) -> int:
        """Estimate of the number of characters to search."""
        return len(self.text) + sum(map(len, self.data)) + _LINK * len(self.links)


def clean(text: str, limit: int) -> str:
    """Normalises text to one line without control characters, cut at the end of a word: safe for any database."""
    is_clean = text.isascii() and text.isprintable() and "  " not in text
    line = (text if is_clean else _NOT_TEXT.sub(" ", _UNSEEN.sub("", text))).strip()
    if len(line) <= limit:
        return line
    return line[:limit].rpartition(" ")[0] or line[:limit]


def parse_html(url: str, html: str) -> Document:
    """Parses a page. Never raises. Uses CPU time, so large pages belong in a thread."""
    sent, html = html, prepare(html)
    tree, tags = LexborHTMLParser(html), html.lower()  # a text search saves look-ups of absent tags in the tree
    base = resolve(url, next(_attributes(tree, "base[href]", "href"), "")) or url if "<base" in tags else url
    links, addresses, protected = _links(tree, base)
    said = _meta(tree) if "<meta" in tags else {}
    for address in written_addresses(tree, tags):
        addresses.setdefault(f"{_MAIL}{address}", "")
    found = Document(
        url=url,
        title=_title(tree),
        description=said.get("description") or said.get("og:description", ""),
        generator=said.get("generator", ""),
        links=links,
        addresses=tuple(addresses),
        beside=tuple(addresses.values()),
        protected=tuple(dict.fromkeys((*_hidden(tree, tags), *protected))),
        sources=tuple(
            source
            for kind, name in (("script", "src"), ("link", "href"), ("iframe", "src"), ("form", "action"))
            if f"<{kind}" in tags
            for source in _attributes(tree, f"{kind}[{name}]", name)
        ),
        loaders=(*(loaders_of(tree) if "<script" in tags else ()), *marks_of(tags, sent)),
        data=structured_data(tree, tags),
        language=next(_attributes(tree, "html[lang]", "lang"), "")[:20] if "lang=" in tags else "",
        refresh=refresh_of(tree, tags, base),
        frames=frames_of(tree, base) if "<frame" in tags else (),
    )
    pictures = tree.css("img[alt]") if "<im" in tags else ()  # also matches <image>
    for picture in islice(pictures, MAX_LINKS):  # logos name customers only in their alt texts
        picture.replace_with((picture.attributes.get("alt") or "")[:_MAX_ALT])
    tree.strip_tags(
        ["script", "style", "template", "textarea", "svg", "title", *(tag for tag in _TURNS if f"<{tag}" in tags)]
    )
    text = _lines(tree.body.text(separator=_BETWEEN)) if tree.body else ""
    named, titled = marked_persons(tree, tags)
    quoted = frozenset(line for said in quotations(tree, tags, _BETWEEN) for line in _lines(said).split(_NEW_LINE))
    if "<iframe" in tags and len(text) < _EMPTY:  # a page that is all frame
        found = replace(found, frames=frames_of(tree, base, "iframe[src]"))
    dated = tuple(_dated(tree)) if "<time" in tags else ()
    return replace(found, text=text, quoted=quoted, named=named, titled=titled, dated=dated)


def parse_text(url: str, text: str) -> Document:
    """Builds a page from plain text, one line per text block."""
    return Document(url=url, text=_lines(text[: 2 * MAX_TEXT].replace("\n", _BETWEEN)))


def _title(tree: LexborHTMLParser) -> str:
    """Returns the page's title, not that of a drawing in it."""
    for node in islice(tree.css("title"), 5):
        if node.parent is not None and node.parent.tag not in ("svg", "symbol", "g"):
            return clean(node.text(), 200)
    return ""


def _links(tree: LexborHTMLParser, base: str) -> tuple[tuple[Link, ...], dict[str, str], tuple[str, ...]]:
    """Collects links to pages, targets of links to addresses with the words beside them, codes of hidden addresses."""
    urls: dict[str, str | None] = {}
    pages: dict[Link, None] = {}
    addresses: dict[str, str] = {}
    protected: dict[str, None] = {}
    found = tree.css("a[href], area[href]")
    if len(found) > MAX_LINKS:  # menus are at both ends of a page
        found = found[: MAX_LINKS // 2] + found[-MAX_LINKS // 2 :]
    for node in found:
        target = (node.attributes.get("href") or "").strip()[:1000]
        lower = target[:40].lower()
        if lower.startswith(_REACHES) or _WHATSAPP.match(lower):
            if target not in addresses:
                addresses[target] = _beside(node)
            continue
        if _PROTECTED in target:
            protected[target.partition("#")[2]] = None
            continue
        if "@" in target and "/" not in target:  # an address without its scheme
            addresses[f"{_MAIL}{target}"] = ""
        if target not in urls:
            urls[target] = resolve(base, target)
        if url := urls[target]:
            pages[Link(url, _words(node))] = None
    return tuple(pages), addresses, tuple(protected)


def _beside(node: LexborNode) -> str:
    """Returns the last words before a link, and its own, on two lines."""
    words = _words(node)
    before = ""
    place: LexborNode | None = node
    for _ in range(_MAX_NEIGHBOURS):
        if place is None or place.tag in ("body", "td", "tr") or len(before) >= _MAX_BESIDE:
            break
        if place.prev is None:
            place = place.parent
            continue
        place = place.prev
        before = clean(f"{(place.text_content or '') if place.tag == '-text' else _words(place)} {before}", 200)
    return f"{before[-_MAX_BESIDE:]}\n{words}"


def _hidden(tree: LexborHTMLParser, tags: str) -> Iterator[str]:
    return _attributes(tree, "[data-cfemail]", "data-cfemail") if "data-cfemail" in tags else iter(())


def _dated(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """Yields time and heading of the first articles and list entries that have a time."""
    for time in islice(tree.css("time[datetime]"), _MAX_DATED):
        entry: LexborNode | None = time
        for _ in range(_MAX_CLIMB):
            if entry is None or entry.tag in ("article", "li"):
                break
            entry = entry.parent
        if entry is not None and entry.tag in ("article", "li"):
            heading = next((node for node in islice(entry.traverse(), _MAX_ENTRY) if node.tag in _HEADINGS), None)
            if heading is not None and (words := _words(heading, _MAX_HEADING)):
                yield (time.attributes.get("datetime") or "")[:50], words


def _lines(text: str) -> str:
    """Puts each text block on a line of its own, so that neighbouring numbers do not merge. Keeps head and foot."""
    lines = (clean(line, MAX_TEXT) for line in text.split(_BETWEEN))
    whole = "\n".join(line for line in lines if line)
    if len(whole) <= MAX_TEXT:
        return whole
    head = whole[: MAX_TEXT - _FOOT - 1]
    return f"{head.rpartition(_NEW_LINE)[0] or head}\n{whole[-_FOOT:].partition(_NEW_LINE)[2] or whole[-_FOOT:]}"


_NEW_LINE = "\n"


def _words(element: LexborNode, limit: int = 80) -> str:
    """Returns the first words of a link or heading."""
    nodes = islice(element.traverse(include_text=True), 20)
    return clean(" ".join((node.text_content or "")[:200] for node in nodes if node.tag == "-text"), limit)


def _attributes(tree: LexborHTMLParser, selector: str, name: str) -> Iterator[str]:
    for node in islice(tree.css(selector), MAX_LINKS):
        if value := node.attributes.get(name):
            yield value[:500]


def _meta(tree: LexborHTMLParser) -> dict[str, str]:
    """Returns the first words of each relevant meta element; all of generators, since plug-ins name themselves too."""
    found: dict[str, str] = {}
    for node in islice(tree.css("meta[content]"), MAX_LINKS):
        attributes = node.attributes
        value = clean((attributes.get("content") or "")[:500], 1000)
        for key in ("name", "property") if value else ():
            name = (attributes.get(key) or "").lower()
            if name in _META:
                if name == "generator" and name in found:
                    found[name] = clean(f"{found[name]} | {value}", 1000)
                found.setdefault(name, value)
    return found
