"""What people changed in Odoo since our last write is theirs: it is left out of what we send, and noted. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from html import unescape
from re import sub
from typing import Any

from odoo_sync.links import Kind, Values
from odoo_sync.odoo import Row


@dataclass(frozen=True)
class Outgoing:
    """What to send of a row, the columns that people keep, and what is there already as it should be."""

    send: dict[str, str]
    kept: list[str]
    there: dict[str, Any]


def outgoing(kind: Kind, row: Row, now: Values, held: Values, own: Collection[str], ids: Mapping[str, int]) -> Outgoing:
    """Compares what is wanted with what Odoo holds `now` and with what it held after our last write.

    A column that we never wrote is ours to fill while it is empty. `own` are fields such as `company.website` that the
    tenant wants ours whatever people make of them; `ids` are the numbers of external ids that the row refers to.
    """
    sorted_out = Outgoing({}, [], {})
    for column, value in row.items():
        name = column.partition("/")[0]
        if name not in now:  # the server lacks it
            continue
        current = now[name]
        if is_same(name, value, current, ids):
            sorted_out.there[name] = current
        elif f"{kind}.{name}" in own or is_ours(name, current, held):
            sorted_out.send[column] = value
        else:
            sorted_out.kept.append(name)
    return sorted_out


def is_ours(name: str, current: Any, held: Values) -> bool:
    """Whether nobody else has put there what is there. Who is no company was made so: that is never empty."""
    if name in held:
        return bool(current == held[name])
    return not current and name != "is_company"


def is_same(name: str, wanted: str, current: Any, ids: Mapping[str, int]) -> bool:
    """Whether Odoo's value is what this text would make of it."""
    match name:
        case "is_company":
            return (wanted == "1") is bool(current)
        case "country_id" | "parent_id":
            return bool(current == ids.get(wanted, wanted) or str(current) == wanted)
        case "website":
            return domain_of(wanted) == domain_of(str(current or ""))
        case "description":
            return _words(wanted) == _words(str(current or ""))
    return wanted.strip() == str(current or "").strip()


def domain_of(website: str) -> str:
    """The host that an address is about; `www.` and what is behind the host say nothing."""
    host = sub(r"^[a-z]+://", "", website.strip().lower()).partition("/")[0].partition("?")[0].partition(":")[0]
    return host.removeprefix("www.").rstrip(".")


def _words(html: str) -> str:
    """The text of some HTML, however the server has tidied it."""
    return " ".join(unescape(sub(r"<[^>]*>", " ", html)).split())
