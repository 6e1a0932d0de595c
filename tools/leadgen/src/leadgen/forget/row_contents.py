"""A row's texts as JSON values, and the row without forgotten values. Pure."""

import zlib
from collections.abc import Collection, Iterator, Mapping
from typing import Any

import asyncpg
import orjson

from common.delivery.inbox.redacted_arrivals import marked
from common.forgotten.digests import ForgottenList
from common.forgotten.redaction import DROPPED, Redaction, redacted_body
from leadgen.forget.tables import Table

#: Columns with users of Leadgen, who are no persons of a company that is forgotten whole.
ACTORS = frozenset({"actor", "created_by", "operator", "requested_by", "subject"})
#: Texts of a visit's pages, compressed.
_PACKED = "documents"


def contents(table: Table, row: asyncpg.Record) -> dict[str, Any]:
    """Returns the row's columns with texts, JSON parsed."""
    return {name: _parsed(row[name], kind) for name, kind in table.texts.items()}


def bodies(table: Table, row: asyncpg.Record) -> Iterator[Any]:
    """Yields the JSON in the row's messages and pages; for a bundle, each event."""
    for name in table.bodies:
        body = row[name] or b""
        if name == _PACKED:
            body = unpacked(body)
        for line in body.split(b"\n") if b"\t" in body else [body]:
            try:
                yield orjson.loads(line.rpartition(b"\t")[2])
            except orjson.JSONDecodeError:
                continue


def redacted(
    table: Table, row: asyncpg.Record, forgotten: ForgottenList, scopes: Collection[str], *, is_whole: bool
) -> Mapping[str, Any] | None:
    """Returns the changed columns with their new values; `None` for a row to delete."""
    before = contents(table, row)
    persons = {name: value for name, value in before.items() if name not in ACTORS}
    after = Redaction(forgotten, scopes, is_whole=is_whole).value(persons)
    if after is DROPPED:
        return None
    actors = {name: value for name, value in before.items() if name in ACTORS}
    after |= Redaction(forgotten, scopes).value(actors)
    changed = {name: _packed(after[name], kind) for name, kind in table.texts.items() if after[name] != before[name]}
    for name in table.bodies:
        if row[name] and is_whole and name == _PACKED:
            changed[name] = None
        elif row[name]:
            body = _redacted_body(name, row[name], forgotten, scopes)
            if body != row[name]:
                changed[name] = body
    if changed.keys() & table.keys:
        return None
    if changed and table.name == "lead_features":
        changed["features_hash"] = None  # words that are being made for these features are not saved
    if "value" in changed and table.name.startswith("inbox_"):
        changed["headers"] = marked(changed.get("headers", row["headers"]))
    return changed


def unpacked(documents: bytes) -> bytes:
    """Decompresses the texts of a visit; nothing if they are in another form."""
    try:
        return zlib.decompress(documents)
    except zlib.error:
        return b""


def _redacted_body(name: str, body: bytes, forgotten: ForgottenList, scopes: Collection[str]) -> bytes:
    if name != _PACKED:
        return redacted_body(body, forgotten, scopes)
    texts = unpacked(body)
    found = redacted_body(texts, forgotten, scopes)
    return body if found == texts else zlib.compress(found, level=1)


def _parsed(value: Any, kind: str) -> Any:
    if value is None or kind not in ("json", "jsonb"):
        return value
    return orjson.loads(value)


def _packed(value: Any, kind: str) -> Any:
    return orjson.dumps(value).decode() if kind in ("json", "jsonb") and value is not None else value
