"""What a page says of its company in JSON-LD (schema.org), as far as it can be read: broken blocks are common."""

import json
from collections.abc import Iterable, Iterator
from typing import Any

_MAX_NODES = 300
_MAX_VALUES = 10
_OWNERS = ("Organization", "Corporation", "Business", "Store", "Service", "ContactPoint")


def organisations(blocks: Iterable[str]) -> list[dict[str, Any]]:
    """The nodes about organisations and their contact points, in the page's order. Never raises."""
    return [node for block in blocks for node in _nodes(block) if _is_about_owner(node)]


def values(nodes: Iterable[dict[str, Any]], name: str) -> list[str]:
    """The texts that these nodes give for a property, lists opened up."""
    found = []
    for node in nodes:
        value = node.get(name)
        texts = value[:_MAX_VALUES] if isinstance(value, list) else [value]
        found += [text for text in texts if isinstance(text, str)]
    return found


def _nodes(block: str) -> Iterator[dict[str, Any]]:
    try:
        waiting = [json.loads(block.strip(), strict=False)]
    except (ValueError, RecursionError):
        return
    for _ in range(_MAX_NODES):
        if not waiting:
            return
        node = waiting.pop(0)
        if isinstance(node, dict):
            yield node
            node = [value for value in node.values() if isinstance(value, dict | list)]
        if isinstance(node, list):
            waiting[:0] = node[:_MAX_NODES]


def _is_about_owner(node: dict[str, Any]) -> bool:
    types = node.get("@type")
    return any(
        isinstance(name, str) and name.endswith(_OWNERS) for name in (types if isinstance(types, list) else [types])
    )
