"""The records of an Odoo to test against, with their fields in Odoo's types, and searches by its domains.

Records hold what `load` or `write` gave them, by those columns; `read` and `search_read` give it back in Odoo's types.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

COLUMNS = {
    "res.partner": {
        *("name", "is_company", "ref", "company_registry", "vat", "country_id", "website", "street", "zip", "city"),
        *("type", "parent_id", "commercial_partner_id", "email", "phone", "function", "comment", "active"),
    },
    "crm.lead": {
        *(
            "name",
            "type",
            "partner_id",
            "partner_name",
            "contact_name",
            "description",
            "website",
            "email_from",
            "phone",
        ),
        *("function", "user_id", "active", "team_id", "tag_ids", "source_id", "priority", "probability"),
    },
    "mail.message": {"model", "res_id", "body", "message_type", "subtype_id", "mail_activity_type_id"},
    "mail.activity": {
        *("res_model", "res_model_id", "res_id", "activity_type_id", "summary", "note", "date_deadline", "user_id"),
        "active",
    },
}
MAGIC = {"id", "write_date", "write_uid", "create_date", "display_name"}
UID = 2


class OdooError(Exception):
    """A failure that Odoo answers with: an HTTP status over JSON-2, a name over both protocols."""

    def __init__(self, status: int, name: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.body = {
            "name": name,
            "message": message,
            "arguments": [message],
            "context": {},
            "debug": "Traceback: secret",
        }


@dataclass
class OdooRecords:
    """Odoo's state: external id -> record. The tests inspect it."""

    version: int = 19
    columns: dict[str, set[str]] = field(default_factory=lambda: {model: set(has) for model, has in COLUMNS.items()})
    records: dict[str, dict[int, dict[str, Any]]] = field(default_factory=lambda: {model: {} for model in COLUMNS})
    external: dict[str, tuple[str, int]] = field(default_factory=dict)
    modules: set[str] = field(default_factory=lambda: {"contacts", "crm"})
    rights: set[str] = field(default_factory=lambda: {"read", "create", "write"})
    written: dict[str, str] = field(default_factory=dict)
    made: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=lambda: {"database.uuid": "uuid-1"})
    is_administrator: bool = False
    company_made: str = "2025-01-01 00:00:00"
    hidden: set[int] = field(default_factory=set)
    countries: dict[int, str] = field(default_factory=lambda: {197: "SG", 157: "MY", 100: "ID"})
    refused_models: set[str] = field(default_factory=set)
    has_leads_setting: bool = True
    required: set[str] = field(default_factory=lambda: {"name"})
    defaults: dict[str, Any] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=lambda: {"crm.team": {"Sales"}, "res.users": {"Ann"}})
    _number: int = 0
    _clock: int = 0

    def record(self, external_id: str) -> dict[str, Any]:
        model, number = self.external[external_id]
        return self.records[model][number]

    def add(self, model: str, external_id: str | None = None, /, **columns: Any) -> int:
        """A record that people made; returns its number."""
        self._number = max([self._number, *(number for held in self.records.values() for number in held)]) + 1
        self.records[model][self._number] = dict(columns)
        self._touch(model, self._number)
        self.made[f"{model},{self._number}"] = self.written[f"{model},{self._number}"]
        if external_id:
            self.external[external_id] = (model, self._number)
        return self._number

    def read(self, model: str, number: int) -> dict[str, Any]:
        """The record as `read` gives it."""
        fields = self.columns[model] | MAGIC
        return {"id": number, **{name: self._value(model, number, name) for name in fields - {"id"}}}

    def _metadata(self, model: str, number: int) -> dict[str, Any]:
        """The external ids: all since Odoo 17, one before."""
        names = [name for name, place in self.external.items() if place == (model, number)]
        known = {"id": number, "xmlid": names[0] if names else False}
        return known | ({"xmlids": [{"xmlid": it, "noupdate": False} for it in names]} if self.version >= 17 else {})

    def restore(self, to: int, *strangers: tuple[str, dict[str, Any]]) -> None:
        """Restores a backup of when `to` was the last number; then people make records, which get the next numbers."""
        for held in self.records.values():
            for number in [it for it in held if it > to]:
                del held[number]
        self.external = {name: place for name, place in self.external.items() if place[1] <= to}
        self._number, self._clock = to, self._clock + 3600
        for model, columns in strangers:
            self.add(model, **columns)

    def _touch(self, model: str, number: int) -> None:
        self._clock += 1
        self.written[f"{model},{number}"] = (
            f"2026-11-22 {self._clock // 3600:02}:{self._clock // 60 % 60:02}:{self._clock % 60:02}"
        )

    def _read(self, model: str, number: int, fields: Sequence[str] | None) -> dict[str, Any]:
        whole = self.read(model, number)
        for name in fields or ():
            if name not in whole:
                raise OdooError(500, "builtins.ValueError", f"Invalid field {name!r} on {model!r}")
        return {"id": number} | {name: whole[name] for name in fields or whole}

    def _value(self, model: str, number: int, name: str) -> Any:
        """A field in Odoo's types; of a many2one its number and name."""
        record = self.records[model][number]
        match name:
            case "id":
                return number
            case "active":
                return record.get("active", True) not in (False, "0")
            case "write_uid":
                return [UID, "us"]
            case "write_date":
                return self.written[f"{model},{number}"]
            case "create_date":
                return self.made[f"{model},{number}"]
        if name == "is_company":
            return record.get(name) in (True, "1")
        if name in ("parent_id", "partner_id"):
            given = record.get(name) or record.get(f"{name}/.id")
            at = int(given) if given else self.external.get(record.get(f"{name}/id", ""), ("", 0))[1]
            return [at, self.records["res.partner"].get(at, {}).get("name")] if at else False
        if name == "country_id":
            given = record.get(name) or int(record.get("country_id/.id") or 0)
            return [given, self.countries.get(given)] if given else False
        if name == "country_id.code":
            return "SG" if self._value(model, number, "country_id") else False
        if name == "commercial_partner_id":
            parent = self._value(model, number, "parent_id")
            return parent if parent and not self._value(model, number, "is_company") else [number, record.get("name")]
        if name in ("res_id", "probability"):
            return int(record.get(name) or 0)
        if name == "res_model":
            return record.get(name) or ("crm.lead" if record.get("res_model_id/id") == "crm.model_crm_lead" else False)
        if name == "user_id":
            return False if not (record.get(name) or record.get("user_id/id")) else [UID, record.get("user_id/id")]
        value: Any = record.get(name) or False
        if name == "website" and value and "://" not in value:
            return f"http://{value}"
        return value

    def _fits(self, model: str, number: int, domain: list[Any]) -> bool:
        """Odoo's domains: terms in Polish notation, `&` between those that have no operator."""
        stack: list[bool] = []
        for term in reversed(domain):
            if term in ("&", "|"):
                one, other = stack.pop(), stack.pop()
                stack.append(one and other if term == "&" else one or other)
            elif term == "!":
                stack.append(not stack.pop())
            else:
                value = self._value(model, number, term[0])
                if term[1] == "child_of" and isinstance(value, list):
                    parent = self._value("res.partner", value[0], "parent_id")
                    stack.append(bool({value[0], parent and parent[0]} & set(term[2])))
                else:
                    stack.append(holds(value, term[1], term[2]))
        return all(stack)


def holds(value: Any, operator: str, wanted: Any) -> bool:
    """Returns whether a term of a domain holds for a value."""
    value = value[0] if isinstance(value, list) else value
    match operator:
        case "=":
            return bool(value == wanted)
        case "!=":
            return bool(value != wanted)
        case "in":
            return value in wanted
        case "child_of":  # no partner
            return False
        case "not in":
            return value not in wanted
        case "ilike":
            return str(wanted).strip("%").lower() in str(value or "").lower()
        case "=ilike":
            parts = [{"%": ".*", "_": "."}.get(it, re.escape(it)) for it in str(wanted).lower()]
            return re.fullmatch("".join(parts), str(value or "").lower()) is not None
    raise OdooError(422, "builtins.ValueError", f"no operator {operator!r} here")
