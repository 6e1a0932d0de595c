"""The port to a tenant's Odoo: one way to call it, and the meaning of its failures.

    Transient ── OdooUnavailable    no answer, 408, 429, 5xx, an answer that is not Odoo's (a proxy's, a status page's),
              │                     or a conflict with another writer
              ├─ OdooSlow           no answer within the timeout: the next load is smaller
              └─ OdooAway           the whole Odoo does not answer: its tenants' leads wait
    Permanent ── OdooRefused        this call or this row; other rows may go through
              └─ OdooBlocked        in Odoo's own words: database, credentials, rights or a module. Nothing goes through
                                    until someone acts

The port has two adapters, `json2.Json2` (19 and later) and `jsonrpc.JsonRpc` (14 and later).
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Protocol

from common.errors import Permanent, Transient

MISSING = "odoo.exceptions.MissingError"
ACCESS = "odoo.exceptions.AccessError"


class OdooUnavailable(Transient):
    """Odoo does not answer, is busy, or fails."""


class OdooSlow(OdooUnavailable):
    """Odoo did not answer in time; it may still execute the call."""


class OdooAway(OdooUnavailable):
    """The whole Odoo has not answered for `age`; the message says since when. No lead is sent meanwhile."""

    def __init__(self, message: str, *, retry_after: float, age: timedelta) -> None:
        super().__init__(message, retry_after=retry_after, scope="tenant")
        self.age = age


class OdooRefused(Permanent):
    """Odoo refuses this call. `name` is its exception's, such as odoo.exceptions.ValidationError, if known."""

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name

    @property
    def is_missing(self) -> bool:
        """Whether the call was about a record that does not exist."""
        return self.name == MISSING


class OdooBlocked(Permanent):
    """Odoo refuses all calls until someone changes the connection, a right or a module; the message says which.

    `name` is its exception's, such as odoo.exceptions.AccessError, if known.
    """

    def __init__(self, message: str, *, name: str | None = None) -> None:
        super().__init__(message)
        self.name = name


class Odoo(Protocol):
    """One Odoo database, called with named arguments over any protocol."""

    async def execute(self, model: str, method: str, *, ids: Sequence[int] | None = None, **named: Any) -> Any:
        """Calls a public method of a model in its own transaction. Returns the result; records as ids.

        `ids` are the records to call it on. Leave them out for a method of the model (`load`, `search_read`); pass an
        empty list for a method of records that needs none. `context` is one of the named arguments.
        Raises OdooUnavailable (nobody knows whether it was done), OdooRefused, OdooBlocked.
        """
        ...
