"""Prepares HTML for the parser: limited in size and depth, with split e-mail addresses joined and fax icons in words.

The HTML standard makes some trees costly to build (formatting elements reopen in every block, nesting is searched at
every tag, attributes are compared with each other). So formatting tags are removed first, and depth, attributes and
elements are limited: one megabyte of elements makes a tree of a hundred megabytes.
"""

import re

from enricher.pages.html.fax_marks import with_fax_words

MAX_HTML = 1_000_000
#: Characters of a longer page that are kept of its end: footers name telephone and address.
_FOOT = 250_000
_MAX_DEPTH = 512
_MAX_ATTRIBUTES = 2000
_MAX_PARTS = 100_000  # elements and attributes per page
_MAX_FOOT_PARTS = 10_000
_SHORT_FOOT = 60_000
_MAX_ADDRESSES = 500

_FORMATTING = re.compile(
    r"</?(?:b|big|code|em|font|i|nobr|s|small|strike|strong|tt|u)(?=[\s/>])[^<>]*>?", re.IGNORECASE
)
#: Attributes by which an element holds a property of structured data.
_MARKED = re.compile(r"\s(?:itemprop|itemtype|typeof|property)\s?=", re.IGNORECASE)
#: Places where a word may be broken; they are no blanks.
_BREAKS = re.compile(r"<wbr(?:\s[^<>]{0,100})?/?>|&shy;|&#0{0,3}173;|&#x0{0,3}ad;|\xad", re.IGNORECASE)
_BREAK_SIGNS = ("<wbr", "<WBR", "&shy;", "&#173;", "&#xad;", "&#xAD;", "\xad")
_INLINE = (
    r"(?:</?(?:abbr|b|bdi|big|code|em|font|i|label|mark|s|small|span|strike|strong|sub|sup|tt|u|var)(?:\s[^<>]{0,200})?>"
    r"|<!--[^<>]{0,100}-->)"
)
_AT = re.compile(r"@|&#0{0,3}64;|&#x0{0,3}40;|&commat;", re.IGNORECASE)
_TAGS_BEFORE = re.compile(rf"(?:{_INLINE}){{1,4}}\Z", re.IGNORECASE)
_DOMAIN = re.compile(
    rf"(?:{_INLINE}){{0,4}}[\w-]{{1,63}}(?:(?:{_INLINE}){{0,4}}\.(?:{_INLINE}){{0,4}}[\w-]{{1,63}}){{1,5}}",
    re.IGNORECASE,
)
_ANY_TAG = re.compile(r"<[^<>]{0,300}>")
_AROUND = 600
#: Shorter tags cannot have too many attributes.
_LONG_TAG = re.compile(rf"<[^<>]{{{_MAX_ATTRIBUTES}}}")
_TAG = re.compile(r"<(/?)([a-zA-Z][\w-]*)([^<>]*)")
_VOID_OR_SELF_ENDING = """
    area a base br col embed hr img input link meta param source track wbr html head body p li dt dd option optgroup
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
_GAP = re.compile(r"[\s/]+")
#: Elements whose content is no markup: a page must not be cut inside one.
_RAW = ("<!--", "-->"), ("<script", "</script"), ("<style", "</style"), ("<textarea", "</textarea")


def prepare(html: str) -> str:
    """Prepares a page for the parser. Keeps head and foot of a page of any length."""
    html = _within(html)
    if any(sign in html for sign in _BREAK_SIGNS):  # most pages have none
        html = _BREAKS.sub("", html)
    return shallow(_joined(with_fax_words(html.replace("<!-- -->", ""))))  # React parts its texts so


def shallow(html: str) -> str:
    """Removes formatting tags, and cuts out the middle of a page that exceeds the limits of depth and size."""
    html = _kept(html) if _MARKED.search(html) else _FORMATTING.sub(" ", html)
    end = _end_of_shallow(html, _MAX_PARTS)
    if end == len(html):
        return html
    head = _closed(html[:end])
    foot = _foot_of(html[end:], _SHORT_FOOT)
    return f"{head} {foot[: _end_of_shallow(foot, _MAX_FOOT_PARTS)]}"


def _kept(html: str) -> str:
    """Removes formatting tags, except those with a property, which become spans."""
    open_tags: list[bool] = []

    def plain(tag: re.Match[str]) -> str:
        if tag[0].startswith("</"):
            return "</span>" if open_tags and open_tags.pop() else " "
        open_tags.append(_MARKED.search(tag[0]) is not None)
        return f"<span {tag[0].partition(' ')[2]}" if open_tags[-1] else " "

    return _FORMATTING.sub(plain, html)


def _within(html: str) -> str:
    """Returns the page itself, or the head and foot of one that is too long."""
    if len(html) <= MAX_HTML:
        return html
    return f"{_closed(html[: MAX_HTML - _FOOT])} {_foot_of(html, _FOOT)}"


def _closed(head: str) -> str:
    """Returns the head without a script, style or comment that it leaves open, and without a broken tag."""
    lower = head.lower()
    for opening, closing in _RAW:
        last = lower.rfind(opening)
        if last >= 0 and lower.find(closing, last) < 0:
            head, lower = head[:last], lower[:last]
    return head[: head.rfind("<")] if head.rfind("<") > head.rfind(">") else head


def _foot_of(html: str, size: int) -> str:
    """Returns the last characters of a page, from the first whole tag outside scripts, styles and comments."""
    foot = html[-size:]
    lower = foot.lower()
    start = 0
    for opening, closing in _RAW:
        end = lower.find(closing)
        if end >= 0 and not 0 <= lower.find(opening) < end:
            start = max(start, end)
    after = foot.find(">", start) if start else -1
    first = foot.find("<", after + 1)
    return foot[first:] if first >= 0 else ""


def _joined(html: str) -> str:
    """Joins e-mail addresses whose parts are in separate elements, as a browser shows them."""
    parts: list[str] = []
    done = 0
    for nth, at in enumerate(_AT.finditer(html)):
        if nth == _MAX_ADDRESSES:
            break
        start, end = at.start(), at.end()
        if start < done:
            continue
        if html[start - 1 : start] == ">" and (tags := _TAGS_BEFORE.search(html, max(done, start - _AROUND), start)):
            is_alone = html[end : end + 1] == "<"
            closes = [tag.startswith("</") for tag in _ANY_TAG.findall(tags[0])]
            if is_alone or all(closes) or not any(closes):  # "<b>Facebook</b><b>@acme</b>" is two things
                start = tags.start()
        domain = _DOMAIN.match(html, end, end + _AROUND)
        if domain and "<" in domain[0]:
            end = domain.end()
            parts += (html[done:start], "@", _ANY_TAG.sub("", domain[0]))
            done = end
        elif start < at.start():
            parts += (html[done:start], "@")
            done = end
    return "".join((*parts, html[done:])) if parts else html


def _end_of_shallow(html: str, most_parts: int) -> int:
    """Returns the place where a page exceeds the limits, or its end."""
    if len(html) <= most_parts and html.count("<") <= _MAX_DEPTH and not _LONG_TAG.search(html):
        return len(html)  # too small to exceed a limit
    open_elements: list[str] = []
    parts = 0
    for tag in _TAG.finditer(html):
        is_end, name, attributes = bool(tag[1]), tag[2].lower(), tag[3]
        here = len(_GAP.findall(attributes)) if attributes else 0
        parts += 1 + here
        if here > _MAX_ATTRIBUTES or parts > most_parts:
            return tag.start()
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
            return tag.start()
    return len(html)
