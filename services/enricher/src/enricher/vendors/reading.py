"""Reading a vendor's JSON: what it means where it is odd, an error only where it means nothing.

Vendors send numbers as strings, null for an empty text, flags as "true". A field that cannot be read is as good as
missing, an entry that is no object is left out; only an answer of another shape altogether is malformed.
"""

import json
import math
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict

#: Only so JSON can hold half a surrogate pair, or a zero byte.
_ESCAPE = b"\\u"
_MOST_CHARGED = 1_000_000  # of one answer: more is an error of the vendor's, and would not fit a column after a while


class Reply(BaseModel):
    """Base of the shapes we read: what we do not know is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True)


def read_json(content: bytes) -> Any:
    """The value of a JSON text, its strings free of what PostgreSQL cannot hold. Raises ValueError for anything else.

    A text that the vendor cut through the middle of an emoji ends in half a surrogate pair: that half is replaced.
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


#: "" where there is none.
Text = Annotated[str, BeforeValidator(_text)]
#: 0 where there is none.
Number = Annotated[float, BeforeValidator(_number)]
#: What a call cost, rounded up; None where the answer does not say.
Charge = Annotated[int | None, BeforeValidator(_charge)]
Flag = Annotated[bool, BeforeValidator(_flag)]
#: For a tuple of objects: null is empty, what is no object is left out.
ENTRIES = BeforeValidator(_entries)
#: For an object: anything else is an empty one.
PART = BeforeValidator(_part)
