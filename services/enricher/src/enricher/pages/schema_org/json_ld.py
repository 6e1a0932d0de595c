"""Reads JSON-LD (schema.org) from pages. Tolerates broken blocks, which are common."""

import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from html import unescape
from typing import Any, TypeAlias

from enricher.pages.documents import Document
from enricher.pages.schema_org.schema_types import lineage, types_of
from enricher.pages.urls import host_of, may_be_same_owner, resolve

Node: TypeAlias = dict[str, Any]
dumps = json.dumps

_MAX_NODES = 300
_MAX_VALUES = 10
#: Properties by which a node of a type that the vocabulary lacks shows that it is about an organisation.
_REACHABLE = frozenset({"telephone", "email", "address", "contactPoint", "openingHours"})
#: Properties under which another organisation or person is described.
_STRANGERS = frozenset({"author", "review", "reviews", "creator", "memberOf", "sponsor", "funder", "customer"})
_OTHERS = _STRANGERS | {"provider", "worksFor"}
#: Common faults that break JSON. Each pattern looks at a character once.
_WRAPPED = re.compile(r"^\s*(?:<!--|//\s?<!\[CDATA\[|/\*\s?<!\[CDATA\[\s?\*/|<!\[CDATA\[)")
_DANGLING = re.compile(r",(?=\s{0,200}[}\]])")
#: A string, which stays, or a comment, which goes. One without its end reaches to the block's end: were it no match,
#: each further quote or comment would be searched to the end again.
_COMMENT = re.compile(r'("(?:[^"\\]++|\\.)*+(?:"|\\?\Z))|/\*.*?(?:\*/|\Z)|(?<![:\w])//[^\n]*+', re.DOTALL)
_ENTITIES = re.compile(r"&(?:quot|#34|#x22|#0?39|amp);", re.IGNORECASE)


def organisations(page: Document) -> list[Node]:
    """Returns the page's nodes about the site's organisation and its contact points, in order. Never raises."""
    return list(_organisations(page.url, page.data)) if page.data else []


def own_organisations(page: Document) -> list[Node]:
    """Returns the page's nodes about the site's own organisation: not its customers, reviewers and makers."""
    return list(_own_organisations(page.url, page.data)) if page.data else []


def people(page: Document) -> list[Node]:
    """Returns the page's nodes about people who are not the authors of reviews and articles."""
    return list(_people(page.data)) if page.data else []


def nodes_of(page: Document, *kinds: str) -> list[Node]:
    """Returns the nodes of a page about its own site, of these types (and their subtypes) or of all types."""
    found = (node for block in page.data for node in _nodes(block, without=_OTHERS))
    return [node for node in found if not kinds or any(_is_a(node, kind) for kind in kinds)]


@lru_cache(6)  # every finder asks for a page's nodes: do not change them
def _organisations(url: str, data: tuple[str, ...]) -> tuple[Node, ...]:
    found = (node for block in data for node in _nodes(block, without=_STRANGERS))
    return tuple(it for it in found if (_is_organisation(it) or _is_a(it, "ContactPoint")) and _is_own(it, url))


@lru_cache(6)
def _own_organisations(url: str, data: tuple[str, ...]) -> tuple[Node, ...]:
    found = (node for block in data for node in _nodes(block, without=_OTHERS))
    return tuple(node for node in found if _is_organisation(node) and _is_own(node, url))


@lru_cache(6)
def _people(data: tuple[str, ...]) -> tuple[Node, ...]:
    found = (node for block in data for node in _nodes(block, without=_STRANGERS))
    return tuple(node for node in found if _is_a(node, "Person"))


def values(nodes: Iterable[Node], name: str) -> list[str]:
    """Returns the texts of a property in these nodes; lists are flattened."""
    found = []
    for node in nodes:
        value = node.get(name)
        texts = value[:_MAX_VALUES] if isinstance(value, list) else [value]
        found += [unescape(text) for text in texts if isinstance(text, str)]
    return found


def texts_of(nodes: Iterable[Node], name: str) -> list[str]:
    """Returns the texts of a property, also from numbers and from objects with a name, value or @id."""
    found: list[str] = []
    for node in nodes:
        value = node.get(name)
        for part in value[:_MAX_VALUES] if isinstance(value, list) else [value]:
            if isinstance(part, dict):
                part = next((part[key] for key in ("name", "value", "@id") if part.get(key)), None)
                part = part[0] if isinstance(part, list) and part else part
            if isinstance(part, str) or (isinstance(part, int) and not isinstance(part, bool)):
                found.append(_digits(part) if isinstance(part, int) else unescape(part))
    return [text for text in found if text.strip()]


def _digits(number: int) -> str:
    """Formats a number; an empty text if it is absurdly long (Python refuses to format huge ones)."""
    return str(number) if abs(number) < 10**15 else ""


def _nodes(block: str, without: frozenset[str] = frozenset()) -> Iterator[Node]:
    waiting = list(_parsed(block))
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            node = [value for key, value in node.items() if isinstance(value, dict | list) and key not in without]
        if isinstance(node, list):
            waiting[:0] = node[:_MAX_NODES]


@lru_cache(6)  # every finder reads the same few blocks of a page
def _parsed(block: str) -> tuple[Any, ...]:
    """Parses a block; if necessary after repairs, and up to the first error. The result is cached: do not change it."""
    try:
        return (json.loads(block.strip(), strict=False),)
    except (ValueError, RecursionError):
        pass
    if block.lstrip()[:1] in ("{", "[") and '"' not in block and _ENTITIES.search(block):
        block = unescape(block)
    plain = _COMMENT.sub(lambda found: found[1] or " ", _WRAPPED.sub("", block))
    mended = _DANGLING.sub("", plain).lstrip("\ufeff \t\r\n")
    reader, found = json.JSONDecoder(strict=False), list[Any]()
    while mended[:1] in ("{", "[") and len(found) < _MAX_VALUES:
        try:
            value, end = reader.raw_decode(mended)
        except (ValueError, RecursionError):
            break
        found.append(value)
        mended = mended[end:].lstrip(" \t\r\n;,")
    return tuple(found)


def _is_a(node: Node, kind: str) -> bool:
    return any(kind == name or kind in lineage(name) for name in types_of(node.get("@type")))


def _is_organisation(node: Node) -> bool:
    """True for every type below Organization, and for a type outside the vocabulary that has contact data."""
    names = types_of(node.get("@type"))
    if any("Organization" in lineage(name) for name in names):
        return True
    return bool(names) and not any(map(lineage, names)) and not _REACHABLE.isdisjoint(node)


def _is_own(node: Node, page_url: str) -> bool:
    """True unless the node names another site as its own."""
    url = node.get("url")
    url = url[0] if isinstance(url, list) and url else url
    target = resolve(page_url, url) if isinstance(url, str) else None
    return target is None or may_be_same_owner(host_of(target), of=host_of(page_url))
