"""The nesting depth of JSON, checked before it is parsed: a parser follows the nesting however deep it is."""

import re

#: Objects and arrays inside each other. What the routes take has some ten levels at most.
MAX_DEPTH = 64

# A string that does not end takes the rest, and no part of it is looked at twice: the search is linear in the length.
_PARTS = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+(?:"|\\?\Z)|[\[{]|[\]}]', re.DOTALL)


def is_too_deep(body: bytes | bytearray, limit: int = MAX_DEPTH) -> bool:
    """Returns whether brackets outside of strings are nested deeper than the limit. Accepts any bytes."""
    if body.count(b"[") + body.count(b"{") <= limit:
        return False
    depth = 0
    for part in _PARTS.finditer(body):
        first = body[part.start()]
        if first in b"[{":
            depth += 1
            if depth > limit:
                return True
        elif first in b"]}":
            depth -= 1
    return False
