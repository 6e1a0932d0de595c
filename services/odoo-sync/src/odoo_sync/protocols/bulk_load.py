"""Writes many rows into one model through Odoo's `load`, so that one bad row does not stop the others.

`load` creates or updates by external id, all rows or none, and may be repeated if nobody knows whether it was done. The
caller makes sure that nobody else loads the same ids at the same time: Odoo fails the later load.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from odoo_sync.model import Row
from odoo_sync.protocols.odoo import ACCESS, OdooBlocked, OdooRefused, OdooSlow, OdooUnavailable
from odoo_sync.protocols.servers import OdooServer

#: Odoo stops after about this many bad rows: with more named, others may be bad too.
MAX_NAMED = 9

#: Switches off mails, followers and chatter entries: 500 leads took 6 s with them and 2 s without.
QUIET = {
    "tracking_disable": True,
    "mail_create_nosubscribe": True,
    "mail_create_nolog": True,
    "mail_notrack": True,
    "mail_auto_subscribe_no_notify": True,
    "mail_activity_quick_update": True,
}
#: Odoo looks database ids up by a search, which leaves archived records out by default.
ARCHIVED_TOO = {"active_test": False}

#: Tags and sources are created by their names. Odoo 14 reads the misspelled key.
CREATED = {"tag_ids": True, "source_id": True}
CREATE_BY_NAME = {"name_create_enabled_fields": CREATED, "name_create_enabled_fieds": CREATED}

#: PostgreSQL's errors in the messages of a load: a conflict with another writer, or a server that goes down.
CONFLICTS = ("could not serialize access", "deadlock detected", "could not obtain lock", "lock timeout")
GONE = ("server closed the connection", "terminating connection", "connection already closed")


@dataclass(frozen=True)
class Refusal:
    """A row that Odoo refuses even by itself, with its message."""

    message: str


Outcome: TypeAlias = int | Refusal
_NumberedRow: TypeAlias = tuple[int, Row]


async def load(odoo: OdooServer, model: str, rows: Sequence[Row]) -> list[Outcome]:
    """Writes rows; returns each row's database id or its refusal, in the order of the rows. May be repeated.

    Columns that are not in a row keep their value; columns that this server lacks are left out. Rows are sent in groups
    with equal columns, in the order in which the groups first appear: parents have to be in an earlier group. A load
    that takes longer than the timeout halves the rows of the next.
    Raises OdooUnavailable, OdooBlocked (also if the model may not be written at all), OdooRefused (the whole call).
    """
    known = await odoo.columns(model)
    groups: dict[tuple[str, ...], list[_NumberedRow]] = {}
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
            left = group
            while left:
                chunk, left = left[: odoo.load_size], left[odoo.load_size :]
                outcomes |= await _load_all(odoo, model, chunk, is_whole=True)
                odoo.note_loaded(len(chunk))
    except OdooSlow:
        odoo.note_slow()
        raise
    except (OdooUnavailable, OdooRefused):
        odoo.forget()  # the server may have lost a column since
        raise
    return [outcomes[place] for place in range(len(rows))]


async def find_by_external_id(odoo: OdooServer, model: str, external_id: str) -> int | Literal["hidden"] | None:
    """Finds the database id of an external id; "hidden" if the user may not see its record.

    Raises OdooUnavailable, OdooBlocked, OdooRefused.

    A `load` without columns changes nothing in an existing record, and cannot create one, since the name is missing.
    It is the only way for users who may not read ir.model.data.
    """
    answered = await _load_once(odoo, model, [{"id": external_id}])
    if isinstance(answered, list):
        return answered[0]
    return "hidden" if answered.is_hidden(model) else None


async def hidden_among(odoo: OdooServer, model: str, numbers: Sequence[int]) -> set[int]:
    """Finds the records that exist but that the user may not see. One call if there are none.

    Reading a record that is gone gives nothing; reading one that is hidden fails for all. Raises OdooUnavailable.
    """
    if not numbers:
        return set()
    try:
        await odoo.execute(model, "read", ids=list(numbers), fields=["id"])
    except OdooBlocked as error:
        if error.name != ACCESS:
            raise
    except OdooRefused as error:  # one was deleted meanwhile, or this version fails for those that are gone
        if not error.is_missing:
            raise
        if len(numbers) == 1:
            return set()
    else:
        return set()
    if len(numbers) == 1:
        return set(numbers)
    middle = len(numbers) // 2
    first = await hidden_among(odoo, model, numbers[:middle])
    return first | await hidden_among(odoo, model, numbers[middle:])


async def has_right(odoo: OdooServer, model: str, operation: str) -> bool:
    """Asks whether the key's user has this right on the model ("read", "write", "create", "unlink")."""
    return bool(await odoo.execute(model, "check_access_rights", operation=operation, raise_exception=False))


async def _load_all(
    odoo: OdooServer, model: str, chunk: Sequence[_NumberedRow], *, is_whole: bool = False
) -> dict[int, Outcome]:
    """Loads rows of equal columns. Rows named in a failure are tried alone, since Odoo may name good rows with bad
    ones.
    """
    answered = await _load_once(odoo, model, [row for _, row in chunk])
    if isinstance(answered, list):
        return {place: record for (place, _), record in zip(chunk, answered, strict=True)}
    if is_whole:
        await _require_rights(odoo, model)
    if len(chunk) == 1:
        return {chunk[0][0]: Refusal(_text(answered.messages))}
    named = answered.rows(len(chunk))
    if not named or len(named) > MAX_NAMED or len(named) == len(chunk):
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

    def is_hidden(self, model: str) -> bool:
        """Whether the message says that the user may not see the row's record: it names the model, in every language.

        The message about a name that is missing, which a record that is absent gets, names its field if it does so.
        """
        return any(
            isinstance(it, dict) and f"({model})" in str(it.get("message")) and not it.get("field")
            for it in self.messages
        )

    def rows(self, number: int) -> set[int]:
        """Lists the positions of the rows that the messages name."""
        named: set[int] = set()
        for message in self.messages:
            match message:
                case {"type": "error", "rows": {"from": int(first), "to": int(last)}}:
                    named.update(range(first, min(last + 1, number)))
        return named


async def _load_once(odoo: OdooServer, model: str, rows: Sequence[Row]) -> list[int] | _Failed:
    columns = list(rows[0])
    is_by_number = any(column.split("/")[-1] == ".id" for column in columns)
    context: dict[str, Any] = QUIET | ARCHIVED_TOO if is_by_number else QUIET
    if CREATED.keys() & set(columns):
        context = context | CREATE_BY_NAME
    data = [[row[column] for column in columns] for row in rows]
    answered = await odoo.execute(model, "load", fields=columns, data=data, context=context)
    match answered:
        case {"ids": [*ids]} if len(ids) == len(rows) and all(isinstance(it, int) for it in ids):
            return ids
        case {"ids": False | None | [], "messages": [*messages]} if messages:
            everything = str(messages)
            if any(text in everything for text in (*CONFLICTS, *GONE)):
                raise OdooUnavailable(
                    f"{model}.load conflicted with another writer, or its database went down: {_text(messages)}"
                )
            return _Failed(messages)
    raise OdooUnavailable(f"{model}.load answered with neither ids nor messages: {str(answered)[:200]}")


async def _require_rights(odoo: OdooServer, model: str) -> None:
    """Raises OdooBlocked for a missing right: `load` reports it as a refused row, in the user's language."""
    for operation in ("create", "write"):
        if not await has_right(odoo, model, operation):
            raise OdooBlocked(f"the key's user has no right to {operation} {model}")


def _text(messages: Iterable[Any]) -> str:
    """Joins the error messages, without repeats."""
    errors = (it for it in messages if isinstance(it, dict) and it.get("type") != "warning")
    return "; ".join(dict.fromkeys(str(it.get("message", "")).strip() for it in errors))[:500] or "no reason given"
