"""Finds structured data in a page's tree: JSON-LD blocks, and microdata and RDFa in the form of JSON-LD.

Own code on the tree that is parsed already: extruct would parse every page again, with lxml, for the few that have any.
"""

import json
from collections.abc import Iterator
from itertools import islice
from typing import Any, NamedTuple, TypeAlias

from selectolax.lexbor import LexborHTMLParser, LexborNode

Node: TypeAlias = dict[str, Any]

_MAX_BLOCKS = 20
_MAX_DATA = 200_000
_MAX_ITEMS = 60
_MAX_NODES = 5_000  # elements of all items
_MAX_DEPTH = 60
_MAX_VALUE = 1_000
_LINKED = ("a", "area", "link")
_PICTURED = ("img", "audio", "embed", "iframe", "source", "video")


class _Dialect(NamedTuple):
    """The attributes of one way to mark data: for a type, and for a property's name."""

    type_: str
    property_: str


_MICRODATA = _Dialect("itemtype", "itemprop")
_RDFA = _Dialect("typeof", "property")


def structured_data(tree: LexborHTMLParser, tags: str) -> tuple[str, ...]:
    """Returns the page's data of schema.org types as JSON texts, whole ones only. `tags` is the page in lower case."""
    room = _MAX_DATA
    blocks = []
    for block in (*_json_ld(tree, tags), *_marked(tree, tags)):
        if len(block) <= room:
            room -= len(block)
            blocks.append(block)
    return tuple(blocks)


def _json_ld(tree: LexborHTMLParser, tags: str) -> Iterator[str]:
    if "ld+json" in tags or "json+ld" in tags:
        found = tree.css('script[type*="ld+json" i], script[type*="json+ld" i]')
        yield from (node.text() for node in islice(found, _MAX_BLOCKS))


def _marked(tree: LexborHTMLParser, tags: str) -> Iterator[str]:
    """Yields microdata and RDFa, one JSON text per outermost item."""
    for dialect in (_MICRODATA, _RDFA):
        if dialect.type_ not in tags or "schema.org" not in tags:
            continue
        budget = [_MAX_NODES]
        for node in islice(tree.css(f"[{dialect.type_}]"), _MAX_ITEMS):
            if not _is_inner(node, dialect):
                yield json.dumps(_item(node, dialect, budget, 0))


def _is_inner(node: LexborNode, dialect: _Dialect) -> bool:
    """True for an item that is the value of another item's property."""
    if dialect.property_ not in node.attributes:
        return False
    above = node.parent
    for _ in range(_MAX_DEPTH):
        if above is None:
            return False
        if dialect.type_ in above.attributes:
            return True
        above = above.parent
    return False


def _item(node: LexborNode, dialect: _Dialect, budget: list[int], depth: int) -> Node:
    types = [name.rpartition("/")[2].rpartition(":")[2] for name in (node.attributes.get(dialect.type_) or "").split()]
    item: Node = {"@type": types[0] if len(types) == 1 else types}
    _fill(item, node, dialect, budget, depth)
    return item


def _fill(item: Node, node: LexborNode, dialect: _Dialect, budget: list[int], depth: int) -> None:
    """Adds the properties below this element."""
    child = node.child
    while child is not None and budget[0] > 0 and depth < _MAX_DEPTH:
        if child.tag not in ("-text", "_comment"):
            budget[0] -= 1
            attributes = child.attributes
            names = (attributes.get(dialect.property_) or "").split()
            if dialect.type_ in attributes:
                inner = _item(child, dialect, budget, depth + 1)
                for name in names:
                    item.setdefault(name, []).append(inner)
            else:
                for name in names:
                    item.setdefault(name.rpartition(":")[2], []).append(_value(child))
                _fill(item, child, dialect, budget, depth + 1)
        child = child.next


def _value(node: LexborNode) -> str:
    """Returns the value of a property by the rules of the HTML standard."""
    attributes = node.attributes
    if (content := attributes.get("content")) is not None:
        return content[:_MAX_VALUE]
    name = {"time": "datetime", "data": "value", "meter": "value"}.get(node.tag or "")
    name = "href" if node.tag in _LINKED else "src" if node.tag in _PICTURED else name
    if name and (said := attributes.get(name)):
        return said[:_MAX_VALUE]
    return " ".join(node.text(separator=" ").split())[:_MAX_VALUE]
