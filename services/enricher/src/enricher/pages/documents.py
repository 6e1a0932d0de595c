"""Parses a web page into the parts that extraction needs. Each part is bounded, whatever HTML a site sends.

The HTML standard makes some trees costly to build (formatting elements reopen in every block, nesting is searched at
every tag, attributes are compared with each other). So formatting tags are removed first, and depth, attributes and
elements are limited: one megabyte of elements makes a tree of a hundred megabytes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice

from selectolax.lexbor import LexborHTMLParser, LexborNode

from enricher.pages.urls import resolve

MAX_HTML = 1_000_000
MAX_TEXT = 50_000
MAX_LINKS = 500
_MAX_DEPTH = 512
_MAX_ATTRIBUTES = 2000
_MAX_PARTS = 100_000  # elements and attributes per page
_MAX_DATA_BLOCKS = 20
_MAX_DATA = 200_000
_MAX_ALT = 200
_MAX_DATED = 30
_MAX_ENTRY = 200  # elements of an article before its heading
_MAX_HEADING = 150
_MAX_CLIMB = 8
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LINK = 50  # characters

_FORMATTING = re.compile(
    r"</?(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>?", re.IGNORECASE
)
#: Shorter tags cannot have too many attributes.
_LONG_TAG = re.compile(rf"<[^<>]{{{_MAX_ATTRIBUTES}}}")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)")
_VOID_OR_SELF_ENDING = """
    a area base br col embed hr img input link meta param source track wbr html head body p li dt dd option optgroup
    tr td th tbody thead tfoot colgroup rt rp
"""
#: Elements that do not count as depth.
_SHALLOW = frozenset(_VOID_OR_SELF_ENDING.split())
_BLOCK_NAMES = """
    address article aside blockquote button center details dialog dir div dl fieldset figcaption figure footer form h1
    h2 h3 h4 h5 h6 header hgroup listing main menu nav ol pre search section select summary svg table template ul
"""
_BLOCKS = frozenset(_BLOCK_NAMES.split())
#: SVG elements that a closing slash ends.
_STROKES = frozenset({"path", "circle", "ellipse", "line", "polygon", "polyline", "rect", "use", "stop", "image", "g"})
_BETWEEN = "\x1e"
#: The link by which Cloudflare hides an e-mail address; its code follows the #.
_PROTECTED = "/cdn-cgi/l/email-protection#"
_GAP = re.compile(r"[\s/]+")
_NOT_TEXT = re.compile("[\\s\x00-\x1f\x7f-\xa0\u200b-\u200f\u2028-\u202f\u2060\ufeff\ud800-\udfff]+")


@dataclass(frozen=True, slots=True)
class Link:
    """A link: its absolute URL and its words."""

    url: str
    words: str


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed page.

    `addresses` are the targets of mailto: and tel: links, `protected` the codes of e-mail addresses that Cloudflare
    hides, `sources` the URLs of scripts, styles and frames, `data` the raw JSON-LD blocks, `dated` the times and
    headings of articles and list entries.
    """

    url: str
    title: str = ""
    description: str = ""
    generator: str = ""
    text: str = ""
    links: tuple[Link, ...] = ()
    addresses: tuple[str, ...] = ()
    protected: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    data: tuple[str, ...] = ()
    dated: tuple[tuple[str, str], ...] = ()

    @property
    def size(self) -> int:
        """An estimate of the characters to search."""
        return len(self.text) + sum(map(len, self.data)) + _LINK * len(self.links)


def clean(text: str, limit: int) -> str:
    """Normalises text to one line without control characters, cut at a word's end: safe for any database."""
    is_clean = text.isascii() and text.isprintable() and "  " not in text
    line = (text if is_clean else _NOT_TEXT.sub(" ", text)).strip()
    if len(line) <= limit:
        return line
    return line[:limit].rpartition(" ")[0] or line[:limit]


def parse_html(url: str, html: str) -> Document:
    """Parses a page. Never raises. Uses CPU time, so large pages belong in a thread."""
    html = shallow(html[:MAX_HTML])
    tree, tags = LexborHTMLParser(html), html.lower()  # a text search saves look-ups of absent tags in the tree
    base = resolve(url, next(_attributes(tree, "base[href]", "href"), "")) or url if "<base" in tags else url
    links, addresses, protected = _links(tree, base)
    title = tree.css_first("title")
    found = Document(
        url=url,
        title=clean(title.text(), 200) if title else "",
        description=_meta(tree, "description") or _meta(tree, "og:description"),
        generator=_meta(tree, "generator"),
        links=links,
        addresses=addresses,
        protected=tuple(dict.fromkeys((*_hidden(tree, tags), *protected))),
        sources=tuple(
            source
            for kind, name in (("script", "src"), ("link", "href"), ("iframe", "src"))
            if f"<{kind}" in tags
            for source in _attributes(tree, f"{kind}[{name}]", name)
        ),
        data=tuple(_data(tree)),
    )
    pictures = tree.css("img[alt]") if "<im" in tags else ()  # also matches <image>
    for picture in islice(pictures, MAX_LINKS):  # logos name customers only in their alt texts
        picture.replace_with((picture.attributes.get("alt") or "")[:_MAX_ALT])
    tree.strip_tags(["script", "style", "template", "svg", "title"])
    text = _lines(tree.body.text(separator=_BETWEEN)) if tree.body else ""
    return replace(found, text=text, dated=tuple(_dated(tree)) if "<time" in tags else ())


def parse_text(url: str, text: str) -> Document:
    """Builds a page from text alone, one line per text block."""
    return Document(url=url, text=_lines(text[: 2 * MAX_TEXT].replace("\n", _BETWEEN)))


def shallow(html: str) -> str:
    """Removes formatting tags, and cuts the page where it exceeds the limits of depth and size."""
    html = _FORMATTING.sub(" ", html)
    if len(html) <= _MAX_PARTS and html.count("<") <= _MAX_DEPTH and not _LONG_TAG.search(html):
        return html  # too small to exceed a limit
    open_elements: list[str] = []
    parts = 0
    for tag in _TAG.finditer(html):
        is_end, name, attributes = bool(tag[1]), tag[2].lower(), tag[3]
        here = len(_GAP.findall(attributes)) if attributes else 0
        parts += 1 + here
        if here > _MAX_ATTRIBUTES or parts > _MAX_PARTS:
            return html[: tag.start()]
        if name in _SHALLOW or (name in _STROKES and attributes.endswith("/")):
            continue
        if not is_end:
            open_elements.append(name)
        elif name in open_elements[-1:]:
            open_elements.pop()
        elif name in _BLOCKS and name in open_elements:  # a block's end tag closes everything inside it
            while open_elements.pop() != name:
                pass
        if len(open_elements) > _MAX_DEPTH:
            return html[: tag.start()]
    return html


def _links(tree: LexborHTMLParser, base: str) -> tuple[tuple[Link, ...], tuple[str, ...], tuple[str, ...]]:
    """Links to pages, targets of mailto: and tel: links, and codes of protected addresses."""
    urls: dict[str, str | None] = {}
    pages: dict[Link, None] = {}
    addresses: dict[str, None] = {}
    protected: dict[str, None] = {}
    found = tree.css("a[href]")
    if len(found) > MAX_LINKS:  # menus are at both ends of a page
        found = found[: MAX_LINKS // 2] + found[-MAX_LINKS // 2 :]
    for node in found:
        target = (node.attributes.get("href") or "").strip()[:1000]
        if target.lower().startswith(("mailto:", "tel:")):
            addresses[target] = None
            continue
        if _PROTECTED in target:
            protected[target.partition("#")[2]] = None
            continue
        if target not in urls:
            urls[target] = resolve(base, target)
        if url := urls[target]:
            pages[Link(url, _words(node))] = None
    return tuple(pages), tuple(addresses), tuple(protected)


def _hidden(tree: LexborHTMLParser, tags: str) -> Iterator[str]:
    return _attributes(tree, "[data-cfemail]", "data-cfemail") if "data-cfemail" in tags else iter(())


def _data(tree: LexborHTMLParser) -> Iterator[str]:
    """The JSON-LD blocks that fit into the limit, whole ones only."""
    room = _MAX_DATA
    for node in islice(tree.css('script[type="application/ld+json"]'), _MAX_DATA_BLOCKS):
        block = node.text()
        if len(block) <= room:
            room -= len(block)
            yield block


def _dated(tree: LexborHTMLParser) -> Iterator[tuple[str, str]]:
    """The time and heading of the first articles and list entries that have a time."""
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
    """Puts each text block on a line of its own, so that neighbouring numbers do not merge."""
    lines = (clean(line, MAX_TEXT) for line in text.split(_BETWEEN))
    return "\n".join(line for line in lines if line)[:MAX_TEXT]


def _words(element: LexborNode, limit: int = 80) -> str:
    """The first words of a link or heading."""
    nodes = islice(element.traverse(include_text=True), 20)
    return clean(" ".join((node.text_content or "")[:200] for node in nodes if node.tag == "-text"), limit)


def _attributes(tree: LexborHTMLParser, selector: str, name: str) -> Iterator[str]:
    for node in islice(tree.css(selector), MAX_LINKS):
        if value := node.attributes.get(name):
            yield value[:500]


def _meta(tree: LexborHTMLParser, name: str) -> str:
    selector = f'meta[name="{name}" i], meta[property="{name}" i]'
    return next((clean(value, 1000) for value in _attributes(tree, selector, "content") if value.strip()), "")
