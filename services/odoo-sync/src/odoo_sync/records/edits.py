"""Finds the columns that people edited in Odoo since our last write: they are recorded instead of sent. Pure."""

from collections.abc import Collection
from dataclasses import dataclass
from html import unescape
from re import sub
from typing import Any

from odoo_sync.model import Kind, Row, Values


@dataclass(frozen=True)
class RowDiff:
    """A row's columns to send, those that people edited, and those that already have the wanted value."""

    send: dict[str, str]
    kept: list[str]
    unchanged: dict[str, Any]


def diff(kind: Kind, row: Row, now: Values, held: Values, own: Collection[str]) -> RowDiff:
    """Compares the wanted row with Odoo's values `now` and with those that Odoo `held` after our last write.

    An empty column that we never wrote may be filled. `own` are fields such as `company.website` that overwrite
    people's edits.
    """
    found = RowDiff({}, [], {})
    for column, value in row.items():
        name = column.partition("/")[0]
        if name not in now:  # the server lacks it
            continue
        current = now[name]
        if is_same(name, value, current):
            found.unchanged[name] = current
        elif f"{kind}.{name}" in own or is_ours(name, current, held):
            found.send[column] = value
        else:
            found.kept.append(name)
    return found


def is_ours(name: str, current: Any, held: Values) -> bool:
    """Whether the value is the one that we wrote, or empty. `is_company` is never empty: false was a decision."""
    if name in held:
        return bool(current == held[name])
    return not current and name != "is_company"


def is_same(name: str, wanted: str, current: Any) -> bool:
    """Whether Odoo's value would not change by writing this text. References are database ids."""
    match name:
        case "is_company":
            return (wanted == "1") is bool(current)
        case "website":
            return domain_of(wanted) == domain_of(str(current or ""))
        case "description":
            # Before Odoo 15 the field is plain text: tags that were sent there are shown to people.
            is_as_sent = "<p>" in wanted or "<p>" not in str(current or "")
            return is_as_sent and _words(wanted) == _words(str(current or ""))
    return wanted.strip() == str(current or "").strip()


def domain_of(website: str) -> str:
    """Extracts the host of a website address, without `www.`, port and path."""
    host = sub(r"^[a-z]+://", "", website.strip().lower()).partition("/")[0].partition("?")[0].partition(":")[0]
    return host.removeprefix("www.").rstrip(".")


def _words(html: str) -> str:
    """Extracts the text of HTML: Odoo reformats tags and white space."""
    return " ".join(unescape(sub(r"<[^>]*>", " ", html)).split())
