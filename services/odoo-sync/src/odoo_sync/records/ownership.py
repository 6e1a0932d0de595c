"""Tells our records from others with the same ids: a restored database assigns ids again. Pure."""

from typing import Any

from odoo_sync.model import Kind, Record, Values
from odoo_sync.records.edits import domain_of


def is_surely_ours(kind: Kind, record: Record, now: Values, uen: str) -> bool:
    """Whether the present record is certainly the link's; if it is not certain, its external ids decide.

    It is if it was created at the same moment. A link that knows no such moment compares what identifies the record.
    """
    made = now.get("create_date")
    if record.made and made:
        return bool(record.made == made)
    match kind:
        case "company":
            return _has_uen(now, uen) or _same(record, now, "name") or _same_site(record, now)
        case "contact":
            return _same(record, now, "email") or _same(record, now, "phone") or _same(record, now, "name")
    return uen in str(now.get("description") or "") or _same(record, now, "name")


def _has_uen(now: Values, uen: str) -> bool:
    return any(_text(now.get(column)) == uen for column in ("company_registry", "ref", "vat"))


def _same(record: Record, now: Values, name: str) -> bool:
    held = _text(record.held.get(name))
    return bool(held) and held == _text(now.get(name))


def _same_site(record: Record, now: Values) -> bool:
    held = domain_of(_text(record.held.get("website")))
    return bool(held) and held == domain_of(_text(now.get("website")))


def _text(value: Any) -> str:
    return str(value or "").strip()
