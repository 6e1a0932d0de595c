"""Fills a JSON schema from facts: each field gets the facts of the kind that its name means, or null.

An object with a quote beside a value is one fact; a list of them is all facts of its kind. Names are taken apart at
underscores and capitals, so `employee_count`, `numberOfEmployees` and `headcount` are all about employees.
"""

import re
from collections.abc import Mapping
from typing import Any

from simulator.vendors.language_model.fact_rules import Fact, Facts

Schema = Mapping[str, Any]

#: What kinds of facts are called; the first that stands in a field's name counts.
_CALLED: tuple[tuple[str, str], ...] = (
    ("employees", "employee employees headcount staff team workforce"),
    ("hiring", "hiring hire hires careers openings jobs vacancies recruiting"),
    ("customers", "customer customers client clients clientele buyers references"),
    ("products", "product products service services offer offers offering offerings solution solutions sells"),
    ("founded", "founded founding established since incorporated year"),
    ("certifications", "certification certifications certificate certificates certified accreditations iso"),
    ("markets", "market markets region regions countries served geographies export"),
    ("industry", "industry industries sector trade business vertical activity"),
    ("pricing", "pricing price prices cost plans"),
    ("people", "person people contact contacts leadership founder director management"),
    ("phones", "phone phones telephone tel"),
    ("emails", "email emails mail"),
    ("address", "address addresses location locations office headquarters"),
    ("summary", "summary description about overview pitch what does"),
)  # fmt: skip
_KIND_OF = {word: kind for kind, words in reversed(_CALLED) for word in words.split()}
_RANK = {kind: rank for rank, (kind, _) in enumerate(_CALLED)}
_QUOTES = frozenset({"quote", "quotes", "evidence", "citation", "excerpt", "passage"})
_WORD = re.compile(r"[a-z]+|[A-Z][a-z]*")
_NUMBER = re.compile(r"\d[\d,]*")
_NEVER = re.compile(r"\bno\b", re.I)
_DEEPEST = 12


def kind_of(name: str) -> str | None:
    """Returns the kind of facts that a field's name means."""
    kinds = [kind for word in _WORD.findall(name) if (kind := _KIND_OF.get(word.lower()))]
    return min(kinds, key=_RANK.__getitem__) if kinds else None


def filled(schema: Schema, facts: Facts) -> Any:
    """Builds a value that fits the schema from these facts."""
    return _Filler(schema.get("$defs", schema.get("definitions", {})), facts).value(schema, "", None, 0)


class _Filler:
    def __init__(self, defined: Mapping[str, Any], facts: Facts) -> None:
        self._defined = defined
        self._facts = facts

    def value(self, schema: Schema, name: str, fact: Fact | None, depth: int) -> Any:
        """Builds a value from `fact`; without it, from the first one of the kind that the name means."""
        schema, nullable = self._plain(schema)
        if depth > _DEEPEST:
            return None
        kind = schema.get("type")
        if "enum" in schema or "const" in schema:
            return self._choice(schema, name, fact, nullable)
        if kind == "object" or "properties" in schema:
            return self._object(schema, name, fact, depth, nullable=nullable)
        if kind == "array":
            return self._array(schema, name, fact, depth)
        known = fact or self._first(name)
        if known is None:
            return None if nullable or kind == "null" else _EMPTY.get(str(kind), "")
        if _is_quote(name):
            return known.quote
        return _typed(str(kind), known, nullable=nullable)

    def _object(self, schema: Schema, name: str, fact: Fact | None, depth: int, *, nullable: bool) -> Any:
        properties: Mapping[str, Schema] = schema.get("properties", {})
        if any(_is_quote(each) for each in properties):
            fact = fact or self._first(name)
            if fact is None and nullable:
                return None
            if fact is None and kind_of(name) is not None:
                fact = Fact("", "")
        return {
            each: self.value(under, each if fact is None or _is_quote(each) else f"{name} {each}", fact, depth + 1)
            for each, under in properties.items()
        }

    def _array(self, schema: Schema, name: str, fact: Fact | None, depth: int) -> list[Any]:
        items: Schema = schema.get("items", {})
        known = self._facts.get(kind_of(name) or "", [])
        if fact is not None and _is_quote(name):
            return [fact.quote]
        labelled = self._labelled(items)
        if labelled is not None and not known:
            label, kinds = labelled
            made = [
                {**self.value(items, choice, each, depth + 1), label: choice}
                for choice in kinds
                for each in self._facts.get(kind_of(choice) or "", [])
            ]
            return made[: schema.get("maxItems", len(made))]
        return [self.value(items, name, each, depth + 1) for each in known][: schema.get("maxItems", len(known))]

    def _labelled(self, items: Schema) -> tuple[str, list[str]] | None:
        """Finds, for a list of facts of all kinds, the property that names the kind, and its possible values."""
        plain, _ = self._plain(items)
        for each, under in plain.get("properties", {}).items():
            choices = self._plain(under)[0].get("enum")
            if choices and any(kind_of(str(choice)) for choice in choices):
                return each, [str(choice) for choice in choices]
        return None

    def _choice(self, schema: Schema, name: str, fact: Fact | None, nullable: bool) -> Any:
        """Returns the option that is in the fact's quote, else null, else the first option."""
        options = schema.get("enum", [schema.get("const")])
        known = fact or self._first(name)
        if known is not None:
            for option in options:
                if str(option).lower() in known.quote.lower():
                    return option
        return None if nullable or None in options else options[0]

    def _first(self, name: str) -> Fact | None:
        known = self._facts.get(kind_of(name) or "", [])
        return known[0] if known else None

    def _plain(self, schema: Schema) -> tuple[Schema, bool]:
        """Resolves the schema's references and alternatives; returns also whether null is one of them."""
        nullable = False
        for _ in range(_DEEPEST):
            if "$ref" in schema:
                schema = self._defined.get(schema["$ref"].rpartition("/")[2], {})
            elif options := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
                nullable = nullable or any(option.get("type") == "null" for option in options)
                schema = next((option for option in options if option.get("type") != "null"), {})
            elif isinstance(schema.get("type"), list):
                nullable = nullable or "null" in schema["type"]
                schema = {**schema, "type": next(each for each in schema["type"] if each != "null")}
            else:
                break
        return schema, nullable


_EMPTY: dict[str, Any] = {"string": "", "integer": 0, "number": 0, "boolean": False}


def _is_quote(name: str) -> bool:
    return any(word.lower() in _QUOTES for word in _WORD.findall(name))


def _typed(kind: str, fact: Fact, *, nullable: bool) -> Any:
    match kind:
        case "integer" | "number":
            found = _NUMBER.search(fact.value)
            return int(found[0].replace(",", "")) if found else (None if nullable else 0)
        case "boolean":
            return bool(fact.value) and not _NEVER.search(fact.value)
        case _:
            return fact.value
