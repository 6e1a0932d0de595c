"""The models of an Odoo to test against: their methods, as Odoo 14 and 19 were seen to answer."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from testkit.servers.odoo_records import MAGIC, OdooError, OdooRecords


@dataclass
class OdooModels(OdooRecords):
    """The models as far as odoo-sync calls them."""

    def call(self, model: str, method: str, *, context: dict[str, Any] | None = None, **named: Any) -> Any:
        if model == "res.country":
            return [{"id": number, "code": code} for number, code in self.countries.items()]
        if model in self.named:
            return sum(term[2] in self.named[model] for term in named["domain"] if term != "|" and term[0] == "name")
        if method == "default_get":
            kind = "lead" if self.has_leads_setting else "opportunity"
            return {name: it for name, it in {"type": kind, **self.defaults}.items() if name in named["fields"]}
        if model == "res.company":
            return [{"id": 1, "create_date": self.company_made}]
        if model == "ir.config_parameter":
            if not self.is_administrator:
                raise OdooError(403, "odoo.exceptions.AccessError", "You are not allowed to access 'System Parameter'")
            return self.parameters.get(named["key"], False)
        if model == "ir.module.module":
            return True if method == "check_access_rights" else [{"id": 1, "name": name} for name in self.modules]
        if model not in self.records or (model == "crm.lead" and "crm" not in self.modules):
            raise OdooError(404, "werkzeug.exceptions.NotFound", f"the model {model!r} does not exist")
        if method == "check_access_rights":
            return named["operation"] in self.rights
        if method == "fields_get":
            columns = self.columns[model] | MAGIC
            html = "html" if self.version >= 15 else "text"
            types = {"description": html, "body": "html", "note": "html"}
            return {
                it: {"type": types.get(it, "char"), "string": it.title(), "required": it in self.required}
                for it in columns
            }
        if method in ("read", "get_metadata", "write") and self.hidden & set(named["ids"]):
            raise OdooError(403, "odoo.exceptions.AccessError", f"you may not read: Something ({model})")
        if method == "get_metadata":
            self._must_exist(model, named["ids"])
            return [self._metadata(model, number) for number in named["ids"]]
        if method == "load":
            return self.load(model, named["fields"], named["data"], context or {})
        if method == "create":
            return [self.add(model, **columns) for columns in named["vals_list"]]
        if method == "write":
            self._must_exist(model, named["ids"])
            for number in named["ids"]:
                self.records[model][number].update(named["vals"])
                self._touch(model, number)
            return True
        if method == "read":
            wanted = [number for number in named["ids"] if number in self.records[model]]
            return [self._read(model, number, named.get("fields")) for number in wanted]
        if method in ("search_read", "search", "search_count"):
            domain, limit = named.get("domain") or [], named.get("limit")
            is_active_only = (context or {}).get("active_test", True) and "active" not in json.dumps(domain)
            found = [
                number
                for number in sorted(self.records[model].keys() - self.hidden)
                if self._fits(model, number, domain) and (not is_active_only or self._value(model, number, "active"))
            ][named.get("offset", 0) :][:limit]
            if method == "search_count":
                return len(found)
            return found if method == "search" else [self._read(model, it, named.get("fields")) for it in found]
        raise OdooError(404, "werkzeug.exceptions.NotFound", f"The method '{model}.{method}' does not exist")

    def load(self, model: str, fields: list[str], data: list[list[Any]], context: dict[str, Any]) -> dict[str, Any]:
        """All rows or none. With a bad row Odoo tries one after the other, stops at ten bad ones, and repeats the
        first one's words in the first row's name."""
        if any(isinstance(value, bool) for row in data for value in row):
            raise OdooError(500, "builtins.AttributeError", "'bool' object has no attribute 'lower'")
        for column in fields:
            if column not in ("id", ".id") and column.split("/")[0] not in self.columns[model]:
                raise OdooError(500, "builtins.ValueError", f"Invalid field name {column!r}")
        before = json.dumps([self.records, self.external, self.written, self._number, self._clock])
        ids: list[int] = []
        messages: list[dict[str, Any]] = []
        for nth, values in enumerate(data):
            try:
                ids.append(self._load_row(model, dict(zip(fields, values, strict=True)), context))
            except OdooError as error:
                messages.append({"type": "error", "rows": {"from": nth, "to": nth}, "record": nth, **error.body})
            if len(messages) >= 10:
                messages.append({"type": "warning", "message": "Found more than 10 errors"})
                break
        if messages:
            records, self.external, self.written, self._number, self._clock = json.loads(before)
            self.external = {name: (place[0], place[1]) for name, place in self.external.items()}
            self.records = {at: {int(number): it for number, it in held.items()} for at, held in records.items()}
            if messages[0]["record"] != 0:
                messages.insert(0, messages[0] | {"rows": {"from": 0, "to": 0}, "record": 0})
            return {"ids": False, "messages": messages, "nextrow": 0}
        return {"ids": ids, "messages": [], "nextrow": 0}

    def _load_row(self, model: str, row: dict[str, str], context: dict[str, Any]) -> int:
        external_id, number = row.pop("id", None), int(row.pop(".id", None) or 0)
        for column, value in row.items():
            self._must_resolve(column, value, context)
        if number:
            there = self.records[model].get(number)
            if there is None or (there.get("active") is False and context.get("active_test", True)):
                raise OdooError(422, "", f"Unknown database identifier '{number}'")
        elif external_id in self.external:
            at, number = self.external[external_id]
            if at != model:
                raise OdooError(422, "", f"For external id {external_id} found record of different model {at}")
            if number not in self.records[model]:
                number = 0
        if model in self.refused_models:
            raise OdooError(422, "", "The operation cannot be completed")
        if number in self.hidden:
            raise OdooError(403, "", f"Sorry, you may not read: Something ({model})")
        if model in ("res.partner", "crm.lead") and not row.get("name", number):
            raise OdooError(422, "", "Missing required value: name")
        if not self.rights >= {"write" if number else "create"}:
            raise OdooError(403, "", f"You are not allowed to modify {model!r} records.")
        if not number:
            made = {"type": "opportunity", "user_id/id": "the API user"} if model == "crm.lead" else {}
            number = self.add(model, external_id, **made)
        self.records[model][number].update(row)
        self._touch(model, number)
        partner = row.get("partner_id/id") or row.get("partner_id/.id")
        if row.get("email_from") and partner:  # as Odoo does: a lead's address becomes that of its partner
            place = int(partner) if partner.isdecimal() else self.external[partner][1]
            self.records["res.partner"][place]["email"] = row["email_from"]
        return number

    def _must_resolve(self, column: str, value: str, context: dict[str, Any]) -> None:
        if column in ("parent_id/id", "partner_id/id"):
            place = self.external.get(value) if value else ("", 0)
            if place is None or (value and place[1] not in self.records["res.partner"]):
                raise OdooError(422, "", f"No matching record found for external id {value!r}")
        if column == "country_id/.id" and int(value) not in self.countries:
            raise OdooError(422, "", f"No matching record found for database id {value!r} in field 'Country'")
        is_partner = column in ("parent_id/.id", "partner_id/.id")
        there = self.records["res.partner"].get(int(value)) if is_partner and value else {}
        if there is None or (there.get("active") is False and context.get("active_test", True)):
            raise OdooError(422, "", f"No matching record found for database id {value!r}")

    def _must_exist(self, model: str, ids: Sequence[int]) -> None:
        if not self.records[model].keys() >= set(ids):
            raise OdooError(404, "odoo.exceptions.MissingError", "Record does not exist or has been deleted.")
