"""Writes many rows into one model through Odoo's `load`, so that one bad row holds up no other.

`load` creates or updates by external id, all rows or none, and may therefore be repeated whenever nobody knows whether
it was done. Who calls this sees to it that nobody else loads the same ids at that time: Odoo fails the later one.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

from odoo_sync.odoo import OdooBlocked, OdooRefused, OdooUnavailable, Row
from odoo_sync.servers import OdooServer

CHUNK = 200
#: Odoo stops looking at about this many bad rows, so who else is bad is not known.
NAMED_AT_MOST = 9

#: No mails, followers or chatter entries for what we write: 500 leads took 6 s with them and 2 s without.
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
}
#: Records found by number are searched for, and a search leaves archived ones out unless told.
ARCHIVED_TOO = {"active_test": False}

#: How PostgreSQL, through a load's messages, says that another writer was first, or that it goes down.
LOST_RACE = ("could not serialize access", "deadlock detected", "could not obtain lock", "lock timeout")
GONE = ("server closed the connection", "terminating connection", "connection already closed")


@dataclass(frozen=True)
class Refusal:
    """Odoo will not take a row, also alone; its own message says why."""

    message: str


Outcome: TypeAlias = int | Refusal
_Placed: TypeAlias = tuple[int, Row]


async def load(odoo: OdooServer, model: str, rows: Sequence[Row]) -> list[Outcome]:
    """Each row's database id, or why Odoo will not take it, in the order of the rows. May be repeated.

    Columns that are not in a row stay as they are; columns that this server lacks are left out. Rows go in groups of
    equal columns, in the order in which the groups first appear: a parent has to come in an earlier one.
    Raises OdooUnavailable, OdooBlocked (also when the model may not be written at all), OdooRefused (the whole call).
    """
    known = await odoo.columns(model)
    groups: dict[tuple[str, ...], list[_Placed]] = {}
    outcomes: dict[int, Outcome] = {}
    for place, row in enumerate(rows):
        kept = {
            column: row[column] for column in sorted(row) if column in (".id", "id") or column.split("/")[0] in known
        }
        if kept.keys() == {".id"}:
            outcomes[place] = int(kept[".id"])
        else:
            groups.setdefault(tuple(kept), []).append((place, kept))
    try:
        for group in groups.values():
            for chunk in _chunks(group):
                outcomes |= await _load_all(odoo, model, chunk, is_whole=True)
    except (OdooUnavailable, OdooRefused):
        odoo.forget()  # it may have lost a column since it was asked for them
        raise
    return [outcomes[place] for place in range(len(rows))]


async def named(odoo: OdooServer, model: str, external_id: str) -> int | None:
    """The record that bears this external id, if any. Raises OdooUnavailable, OdooBlocked, OdooRefused.

    Without a column `load` writes nothing to a record that is there, and cannot make one that is not: it lacks its
    name. Odoo tells in no other way that it gives those who may not read ir.model.data.
    """
    answered = await _load_once(odoo, model, [{"id": external_id}])
    return answered[0] if isinstance(answered, list) else None


async def may(odoo: OdooServer, model: str, operation: str) -> bool:
    """Whether the key's user has this right on the model ("read", "write", "create", "unlink")."""
    return bool(await odoo.execute(model, "check_access_rights", operation=operation, raise_exception=False))


async def _load_all(
    odoo: OdooServer, model: str, chunk: Sequence[_Placed], *, is_whole: bool = False
) -> dict[int, Outcome]:
    """Loads a chunk of equal columns. Rows named in a failure are tried alone: Odoo may name a good one with a bad."""
    answered = await _load_once(odoo, model, [row for _, row in chunk])
    if isinstance(answered, list):
        return {place: record for (place, _), record in zip(chunk, answered, strict=True)}
    if is_whole:
        await _may_write(odoo, model)
    if len(chunk) == 1:
        return {chunk[0][0]: Refusal(_said(answered.messages))}
    named = answered.rows(len(chunk))
    if not named or len(named) > NAMED_AT_MOST or len(named) == len(chunk):
        middle = len(chunk) // 2
        parts = [chunk[:middle], chunk[middle:]]
    else:
        parts = [[it for nth, it in enumerate(chunk) if nth not in named], *([chunk[nth]] for nth in sorted(named))]
    outcomes: dict[int, Outcome] = {}
    for part in parts:
        outcomes |= await _load_all(odoo, model, part)
    return outcomes


@dataclass(frozen=True)
class _Failed:
    messages: Sequence[Any]

    def rows(self, number: int) -> set[int]:
        """The places of the rows that are named as errors."""
        named: set[int] = set()
        for message in self.messages:
            match message:
                case {"type": "error", "rows": {"from": int(first), "to": int(last)}}:
                    named.update(range(first, min(last + 1, number)))
        return named


async def _load_once(odoo: OdooServer, model: str, rows: Sequence[Row]) -> list[int] | _Failed:
    columns = list(rows[0])
    is_by_number = any(column.split("/")[-1] == ".id" for column in columns)
    context = QUIET | ARCHIVED_TOO if is_by_number else QUIET
    data = [[row[column] for column in columns] for row in rows]
    answered = await odoo.execute(model, "load", fields=columns, data=data, context=context)
    match answered:
        case {"ids": [*ids]} if len(ids) == len(rows) and all(isinstance(it, int) for it in ids):
            return ids
        case {"ids": False | None | [], "messages": [*messages]} if messages:
            everything = str(messages)
            if any(words in everything for words in (*LOST_RACE, *GONE)):
                raise OdooUnavailable(f"{model}.load lost a race to another writer, or its database: {_said(messages)}")
            return _Failed(messages)
    raise OdooUnavailable(f"{model}.load answered with neither ids nor messages: {str(answered)[:200]}")


async def _may_write(odoo: OdooServer, model: str) -> None:
    """A missing right comes as a refused row, in the user's language: whether it is that, only Odoo can tell."""
    for operation in ("create", "write"):
        if not await may(odoo, model, operation):
            raise OdooBlocked(f"the key's user has no right to {operation} {model}")


def _said(messages: Iterable[Any]) -> str:
    """The errors' words, each once."""
    errors = (it for it in messages if isinstance(it, dict) and it.get("type") != "warning")
    return "; ".join(dict.fromkeys(str(it.get("message", "")).strip() for it in errors))[:500] or "no reason given"


def _chunks(group: Sequence[_Placed]) -> Iterator[list[_Placed]]:
    remaining = iter(group)
    while chunk := list(islice(remaining, CHUNK)):
        yield chunk
