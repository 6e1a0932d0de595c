"""Lenient parsing of vendors' JSON: tolerates odd values, and fails only on answers without meaning.

Vendors send numbers as strings, null for an empty text, flags as "true". An unreadable field counts as missing, and an
entry that is no object is left out; only an answer of another shape is malformed.
"""

import json
import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

#: Only escapes let JSON hold half a surrogate pair, or a zero byte.
_ESCAPE = b"\\u"
_MOST_CHARGED = 1_000_000  # per answer: more is a vendor's error, and would overflow a column in time


class Reply(BaseModel):
    """Base of the models of answers. Ignores unknown fields."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_json(content: bytes) -> Any:
    """Parses JSON, and removes from strings what PostgreSQL cannot store. Raises ValueError for other text.

    A string that the vendor cut in the middle of an emoji ends in half a surrogate pair: that half is replaced.
    """
    try:
        found = json.loads(content.decode("utf-8", "replace"))
        return _clean(found) if _ESCAPE in content else found
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _clean(value: Any) -> Any:
    if isinstance(value, str):
        return value if value.isascii() and "\0" not in value else _whole(value)
    if isinstance(value, list):
        return [_clean(item) for item in value]
    if isinstance(value, dict):
        return {_clean(key): _clean(item) for key, item in value.items()}
    return value


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value.strip()
    return str(value) if isinstance(value, float) or (type(value) is int and abs(value) < 10**30) else ""


def _number(value: object) -> float:
    try:
        number = float(value) if isinstance(value, int | float | str) else 0.0
    except (ValueError, OverflowError):
        return 0.0
    return number if math.isfinite(number) else 0.0


def _charge(value: object) -> int | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        return min(max(math.ceil(float(value)), 0), _MOST_CHARGED)
    except (ValueError, OverflowError):
        return None


def _flag(value: object) -> bool:
    return value is True or (isinstance(value, str) and value.strip().lower() == "true")


def _entries(value: object) -> object:
    if value is None:
        return []
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else value


def _part(value: object) -> object:
    return value if isinstance(value, dict) else {}


#: A text; "" if missing.
Text = Annotated[str, BeforeValidator(_text)]
#: A number; 0 if missing.
Number = Annotated[float, BeforeValidator(_number)]
#: The cost of a call, rounded up; `None` if the answer does not state it.
Charge = Annotated[int | None, BeforeValidator(_charge)]
Flag = Annotated[bool, BeforeValidator(_flag)]
#: A tuple of objects: null is empty, other values are left out.
ENTRIES = BeforeValidator(_entries)
#: An object: any other value becomes an empty one.
PART = BeforeValidator(_part)
