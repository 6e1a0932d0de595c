"""A tenant's Odoo as the rest of the service sees it: where it is, one way to call it, and what its failures mean.

    Transient ── OdooUnavailable   no answer, 408, 429, 5xx, no JSON, a race lost to another writer
    Permanent ── OdooRefused       this call or this row; other rows may go through
              └─ OdooBlocked       address, database, credentials, rights or a module: nothing goes through until
                                   someone acts

The port has two adapters, `json2.Json2` (19 and later) and `jsonrpc.JsonRpc` (14 and later).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from common.errors import Permanent, Transient

MISSING = "odoo.exceptions.MissingError"


class OdooUnavailable(Transient):
    """Odoo does not answer, is busy, or fails."""


class OdooRefused(Permanent):
    """Odoo will not do this one thing. `name` is its exception's, e.g. odoo.exceptions.ValidationError, where known."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name

    @property
    def is_missing(self) -> bool:
        """Whether it was about a record that is not there."""
        return self.name == MISSING


class OdooBlocked(Permanent):
    """Odoo will do nothing for us until someone changes the connection, a right or a module; the message says which."""


@dataclass(frozen=True)
class OdooConnection:
    """Where a tenant's Odoo is. The key is kept out of every text that is made of this.

    `login` is whose key it is; JSON-RPC (before 19) cannot do without, and takes a password as the key too.
    """

    url: str
    database: str
    api_key: str = field(repr=False)
    login: str | None = None


#: What `load` writes, column -> text. One column is the key: `id` (external id: created if unknown) or `.id` (number:
#: it must be there). Booleans are "1" and "0", and "" clears.
Row: TypeAlias = Mapping[str, str]


class Odoo(Protocol):
    """One Odoo database, called with named arguments, whichever protocol it speaks."""

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Calls a public method of a model, in a transaction of its own; returns what it returns, records as ids.

        `ids` are the records it is called on: leave them out where the method is the model's (`load`, `search_read`),
        and give an empty list where it is the records' but needs none. `context` is one of the named arguments.
        Raises OdooUnavailable (whether it was done is unknown), OdooRefused, OdooBlocked.
        """
        ...
